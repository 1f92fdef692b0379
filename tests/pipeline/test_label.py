"""Words on masks and beside them: labels without room are reported, drawn ones recorded."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import av
import numpy as np

from redact.errors import ExitCode
from redact.media import Decode, copy_of, probe
from redact.plan import decisions, read_plan
from redact.render import Renderer
from redact.settings import RenderSettings
from redact.types import Box, Region, State, Target

from ..side_files import record_of


def test_a_label_that_fits_nowhere_is_reported(
    redact, street: Path, street_plan: Path, tmp_path: Path
) -> None:
    output, label = tmp_path / "new.mp4", "withheld under section 7 of the act, see file 2026-114"
    done = redact("apply", street, street_plan, "-o", output, "--margin", "0.8", "--label", label)
    assert done.returncode == ExitCode.DONE, done.stderr
    record = json.loads(record_of(output).read_bytes())
    said = {w["code"]: w["values"] for w in record["warnings"]}
    count = len(record["tracks"])
    assert f"note: the label is written on 0 of {count} tracks" in " ".join(done.stderr.split())
    assert said["label_left_out"] == {"written": 0, "count": count}


def test_a_stamp_is_drawn_recorded_and_known_to_a_later_audit(
    redact, street: Path, street_plan: Path, tmp_path: Path
) -> None:
    output = tmp_path / "new.mp4"
    stamp = ("--stamp", "copy 24-117", "--stamp-corner", "top-left")
    done = redact("apply", street, street_plan, "-o", output, *stamp)
    assert done.returncode == ExitCode.DONE, done.stderr
    record = json.loads(record_of(output).read_bytes())
    render = record["run"]["settings"]["render"]
    assert render["stamp"] == {"text": "copy 24-117", "corner": "top-left"}
    with av.open(str(street)) as a, av.open(str(output)) as b:
        first, second = (next(c.decode(video=0)).to_ndarray(format="gray") for c in (a, b))
    assert np.abs(first[:16, :100].astype(int) - second[:16, :100]).max() > 100
    checked = redact("verify", street, output, "--plan", street_plan)
    assert checked.returncode == ExitCode.DONE, checked.stderr
    again = redact("run", street, "-o", output, "--stamp-corner", "top-left")
    assert again.returncode == ExitCode.USAGE and "--stamp TEXT" in again.stderr


def test_a_code_is_written_on_its_own_masks_alone(street: Path, street_plan: Path) -> None:
    plan = read_plan(street_plan)
    faces = [track.id for track in plan.tracks if track.target is Target.FACE]
    plan = decisions.change(plan, faces[:1], code="b(6)")
    coded = {(track.id, track.target) for track in plan.tracks if track.code}
    frame = next(iter(Decode(probe(street))))
    tracks = {track.id: track for track in plan.tracks}
    regions = [  # with room for letters
        Region(n, t.target, Box(x, y, x + 74, y + 66), State.DETECTED, code=t.code)
        for (n, t), (x, y) in zip(tracks.items(), product((8, 90), (4, 74)), strict=True)
    ]

    def lettered(label: str, codes: tuple[tuple[str, str], ...] = ()) -> set[tuple[int, Target]]:
        plain, other = (
            Renderer(RenderSettings(label=text, codes=codes))
            .draw(copy_of(frame), regions)
            .picture.to_ndarray(format="gray")
            .astype(int)
            for text in ("", label)
        )
        differs = np.abs(plain - other) > 40
        found = set()
        for region in regions:
            (x, y), half = map(round, region.box.centre), round(region.box.height / 3)
            if differs[max(0, y - half) : y + half, max(0, x - half) : x + half].any():
                found.add((region.track, region.target))
        return found

    assert lettered("{code}") == coded
    assert (faces[0], Target.FACE) in coded
    usual = (("plate", "b(7)(C)"),)  # of a case: for what has no code of its own
    assert {t for _, t in lettered("{code}", usual)} == {Target.FACE, Target.PLATE}
    assert {(n, t) for n, t in lettered("{code}", usual) if t is Target.FACE} == coded
