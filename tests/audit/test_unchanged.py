"""The audit rescans what has changed, and unchanged areas once a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from redact.auditing import AuditResult, AuditSettings, passes
from redact.media import probe
from redact.schedule import schedule_of
from redact.settings import Sensitivity

from .conftest import Clip, picture, scenery, write_video

FRAMES = 76


def audited(
    folder: Path, shares: list[float], settings: AuditSettings, step: int = 1
) -> AuditResult:
    """Of a still clip in which a face that nobody hides is shown by these shares.

    Args:
        step: from one picture to the next, 25ths of a second.
    """
    empty, face = scenery().astype(np.float32), picture(20).astype(np.float32)
    shown = [np.rint(empty + s * (face - empty)).astype(np.uint8) for s in shares]
    path = folder / "still.mp4"
    write_video(path, shown, [step * n for n in range(len(shown))])
    clip = Clip(probe(path), folder)
    return clip.audit(path, replace(clip.plan(), tracks=()), settings)


@pytest.mark.slow
def test_a_face_that_fades_in_slowly_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No scan of the whole picture helps here. `tests/track/test_incremental_scan.py` shows the
    same for changes smaller than a codec's."""
    usual = schedule_of(Sensitivity.BALANCED)
    never = replace(usual, tracking=replace(usual.tracking, whole_every=1e6))
    monkeypatch.setattr(passes, "schedule_of", lambda _: never)
    # Less than two grey levels from one look to the next.
    shares = [n / 140 for n in range(141)]
    (leak,) = audited(tmp_path, shares, AuditSettings(), step=4).findings
    assert leak.first <= 84 and leak.last >= len(shares) - 3
