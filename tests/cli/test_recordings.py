"""Recordings in the documents show what the commands print."""

from __future__ import annotations

import os

import pytest

from docs.record import FOLDER, RECORDINGS, Recording, record, without_times

_SHORT = ("one-file",)


def test_a_slow_machine_prints_more_and_is_no_difference() -> None:
    said = "$ redact run a.mp4\n  looking for what to hide: 1,071 of 1,177 frames (90%)\nready\n"
    assert without_times(said) == without_times("$ redact run a.mp4\nready")
    assert without_times(said) != without_times("$ redact run a.mp4\nready: 10 of 12 hidden")


@pytest.mark.slow
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: r.name)
def test_a_recording_is_true(recording: Recording) -> None:
    if recording.name not in _SHORT and not os.environ.get("REDACT_ALL_CLIPS"):
        pytest.skip("runs several commands (REDACT_ALL_CLIPS=1, or make test-clips)")
    kept = (FOLDER / f"{recording.name}.txt").read_text()
    assert without_times(record(recording)) == without_times(kept), "python -m docs.record"
