"""Recordings in the documents show what the commands print."""

from __future__ import annotations

import os

import pytest

from docs.record import FOLDER, RECORDINGS, Recording, record, without_times

_SHORT = ("one-file",)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: r.name)
def test_a_recording_is_true(recording: Recording) -> None:
    if recording.name not in _SHORT and not os.environ.get("REDACT_ALL_CLIPS"):
        pytest.skip("runs several commands (REDACT_ALL_CLIPS=1, or make test-clips)")
    kept = (FOLDER / f"{recording.name}.txt").read_text()
    assert without_times(record(recording)) == without_times(kept), "python -m docs.record"
