"""`redact outline`: everything of the plan is shown, nothing is hidden, and nobody else gets it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from subprocess import CompletedProcess

import av
import numpy as np
import pytest
from click.testing import CliRunner

from redact.cli.outline import outline
from redact.errors import ExitCode
from redact.files import PRIVATE
from redact.media import Decode, probe
from redact.plan import write_plan
from redact.render import Renderer, drawn_area_of, write_notice
from redact.types import Action, Box, Frame, Keyframe, Region, State, Target, Track

from .conftest import STREET_FRAMES
from .test_mask import MARGIN, plan_of

FACE, KEPT = Box(100, 80, 180, 190), Box(300, 150, 400, 200)
HALF = 14
"""Last frame of both tracks; after it nothing is to be drawn but the notice."""

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def plan_file(street: Path, tmp_path: Path) -> Path:
    def still(box: Box) -> tuple[Keyframe, ...]:
        return tuple(Keyframe(n, box, State.DETECTED, 0.9) for n in (0, HALF))

    tracks = (
        Track(3, Target.FACE, still(FACE)),
        Track(7, Target.FACE, still(KEPT), action=Action.KEEP, reason="client"),
    )
    write_plan(replace(plan_of(street), tracks=tracks), tmp_path / "p.json")
    return tmp_path / "p.json"


def rgb(path: Path) -> list[np.ndarray]:
    return [f.picture.to_ndarray(format="rgb24").astype(int) for f in Decode(probe(path))]


def ring(box: Box) -> np.ndarray:
    """Pixels, bool [270, 480], at and around the edge of a mask."""
    region = [Region(1, Target.FACE, box, State.DETECTED)]
    small = [replace(region[0], box=box.grown(-0.15))]
    return drawn_area_of(region, 480, 270, MARGIN) & ~drawn_area_of(small, 480, 270, 0)


def greens(picture: np.ndarray) -> np.ndarray:
    """Where a picture has about the colour of the outline of what was detected."""
    return (picture[..., 1] > 130) & (picture[..., 0] < 110) & (picture[..., 2] < 120)


def test_it_shows_everything_of_the_plan_and_hides_nothing(
    redact: Command, street: Path, plan_file: Path, tmp_path: Path
) -> None:
    done = redact("outline", street, plan_file, "-o", tmp_path)
    assert done.returncode == ExitCode.DONE, done.stderr
    last = done.stderr.strip().replace("\n", "").split("outline-street.mp4")[-1]
    assert "hides none" in last and "do not hand it out" in last and "without sound" in last
    output = tmp_path / PRIVATE / "outline-street.mp4"
    before, after = list(Decode(probe(street))), list(Decode(probe(output)))
    assert [f.time for f in before] == [f.time for f in after]
    for index, (source, shown) in enumerate(zip(rgb(street), rgb(output), strict=True)):
        change = np.abs(source - shown).max(axis=2)
        for box in (FACE, KEPT):  # what a run would hide is as it was, but for coding
            inside = np.s_[int(box.y1) + 12 : int(box.y2) - 12, int(box.x1) + 12 : int(box.x2) - 12]
            assert np.abs(source[inside] - shown[inside]).mean() < 4
            green = greens(shown)[ring(box)].sum() - greens(source)[ring(box)].sum()
            assert (green > 100) == (index <= HALF), index
        assert (change[:24] > 60).sum() > 300, index  # the notice, in every frame


def test_a_kept_track_is_told_from_a_hidden_one(
    redact: Command, street: Path, plan_file: Path, tmp_path: Path
) -> None:
    """Its words are longer; nothing else differs between the two copies."""
    assert redact("outline", street, plan_file, "-o", tmp_path / "a.mp4").returncode == 0
    redact("plan", "set", plan_file, "7", "--action", "redact")
    assert redact("outline", street, plan_file, "-o", tmp_path / "b.mp4").returncode == 0
    kept, hidden = (rgb(tmp_path / PRIVATE / name)[0] for name in ("a.mp4", "b.mp4"))
    rows, columns = np.nonzero(np.abs(kept - hidden).max(axis=2) > 90)
    assert len(rows) > 50
    assert rows.max() < KEPT.y1 and rows.min() > KEPT.y1 - 40
    assert columns.min() > KEPT.x1


def test_its_notice_is_in_the_language_of_the_command(
    redact: Command, street: Path, plan_file: Path, tmp_path: Path
) -> None:
    assert redact("--lang", "fr", "outline", street, plan_file, "-o", tmp_path).returncode == 0
    shown = rgb(tmp_path / PRIVATE / "outline-street.mp4")[0]
    red = (shown[..., 0] > 170) & (shown[..., 1] < 120) & (shown[..., 2] < 120)

    def found(text: str) -> float:
        """Share of the letters of a notice that are red."""
        grey = np.full((*shown.shape[:2], 3), 90, np.uint8)
        frame = Frame(0, 0, Fraction(1, 25), av.VideoFrame.from_ndarray(grey, format="rgb24"))
        frame = replace(frame, picture=frame.picture.reformat(format="yuv420p"))
        letters = write_notice(frame, text).picture.to_ndarray(format="rgb24")[..., 0] > 200
        return float(red[letters].mean())

    assert found("NE PAS DIFFUSER") > 0.8 > 0.5 > found("NOT FOR RELEASE")


def test_a_number_has_a_question_mark_where_the_track_is_guessed(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def track(number: int, states: tuple[State, ...], action: Action = Action.REDACT) -> Track:
        keys = tuple(Keyframe(7 * n, FACE, state) for n, state in enumerate(states))
        return Track(number, Target.FACE, keys, action)

    guessed = (State.FOLLOWED, State.DETECTED, State.PADDED)
    tracks = (track(3, guessed), track(7, guessed, Action.KEEP), track(9, (State.MANUAL,)))
    plan = replace(plan_of(street), tracks=tracks, unchecked=(13,))
    write_plan(plan, tmp_path / "p.json")
    labels: list[list[str]] = []

    def drawn(self: Renderer, frame: Frame, regions: list[Region]) -> Frame:
        labels.append([region.label for region in regions])
        return frame

    monkeypatch.setattr(Renderer, "draw", drawn)
    run = CliRunner().invoke(
        outline, [str(street), str(tmp_path / "p.json"), "-o", str(tmp_path / "r.mp4")]
    )
    assert run.exit_code == 0, run.output
    assert labels[0] == ["3? face", "7? face, KEEP", "9 face"]
    assert labels[3] == ["3? face", "7? face, KEEP"]
    assert labels[7] == labels[12] == ["3 face", "7 face, KEEP"]
    assert labels[13] == ["3? face", "7? face, KEEP"]  # damaged
    assert labels[14] == ["3? face", "7? face, KEEP"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_it_is_for_its_owner_alone_and_has_no_sound_and_no_tags(
    redact: Command, street: Path, plan_file: Path, tmp_path: Path
) -> None:
    assert redact("outline", street, plan_file, "-o", tmp_path / "copy.mp4").returncode == 0
    output = tmp_path / PRIVATE / "copy.mp4"
    assert output.parent.stat().st_mode & 0o777 == 0o700
    assert output.stat().st_mode & 0o777 == 0o600
    with av.open(street) as source, av.open(output) as copy:
        assert "location" in source.metadata and source.streams.audio
        assert "location" not in copy.metadata
        assert [stream.type for stream in copy.streams] == ["video"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [PRIVATE, "p.json"]
    assert [p.name for p in output.parent.iterdir()] == ["copy.mp4"]


def test_it_replaces_nothing_unasked_and_nests_no_folder(
    redact: Command, street: Path, plan_file: Path, tmp_path: Path
) -> None:
    private = tmp_path / PRIVATE
    private.mkdir(mode=0o755)
    there = private / "outline-street.mp4"
    there.write_bytes(b"mine")
    done = redact("outline", street, plan_file, "-o", private)
    assert done.returncode == ExitCode.EXISTS and str(there) in done.stderr.replace("\n", "")
    assert there.read_bytes() == b"mine"
    assert redact("outline", street, plan_file, "-o", private, "--force").returncode == 0
    assert [p.name for p in private.iterdir()] == ["outline-street.mp4"]
    assert len(list(Decode(probe(there)))) == STREET_FRAMES
    assert os.name == "nt" or private.stat().st_mode & 0o777 == 0o700


def test_another_source_or_container_leaves_nothing(
    redact: Command, street: Path, plan_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(street.read_bytes() + b"\0")
    done = redact("outline", other, plan_file, "-o", tmp_path)
    assert done.returncode == ExitCode.MISMATCH and "other.mp4" in done.stderr
    done = redact("outline", street, plan_file, "-o", tmp_path / "copy.avi")
    assert done.returncode == ExitCode.OUTPUT and "Traceback" not in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other.mp4", "p.json"]
