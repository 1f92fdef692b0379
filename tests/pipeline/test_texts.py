"""Text in a video is listed, and hidden only where a person says so."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from redact.errors import PlanError
from redact.media import Decode, probe
from redact.pipeline import find_texts
from redact.pipeline.find_texts import STRAIGHT, straightened
from redact.plan import FoundText, Plan, dump_plan, hide_texts, parse_plan, read_plan, reads
from redact.progress import Silent
from redact.types import UNDECIDED, Box, Keyframe, State, Target, Track
from redact.types.text import folded

from ..program import program
from .text_film import COUNT, NAME, board, picture, still, write_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A video, and its plan."""
    folder = tmp_path_factory.mktemp("texts")
    path = folder / "a.mp4"
    write_film(path)
    plan = folder / "a.plan.json"
    made = program("detect", path, "-o", plan, "--targets", "plates")
    assert made.returncode == 0, made.stderr
    return path, plan


@pytest.fixture(scope="module")
def found(film: tuple[Path, Path]) -> tuple[Plan, tuple[FoundText, ...]]:
    path, plan = film
    value = read_plan(plan)
    return value, find_texts(probe(path), value, Silent()).texts


def of(texts: tuple[FoundText, ...], wanted: str) -> FoundText:
    (text,) = [text for text in texts if reads(text, wanted)]
    return text


def test_a_name_is_found_in_its_place_in_every_picture(
    found: tuple[Plan, tuple[FoundText, ...]],
) -> None:
    plan, texts = found
    name = of(texts, "dupont")
    assert folded(name.text) == folded(NAME) and name.target is Target.TEXT
    hidden, (number,) = hide_texts(plan, [name], UNDECIDED)
    (track,) = [t for t in hidden.tracks if t.id == number]
    assert track.first == 0 and track.last == COUNT - 1
    for n in range(COUNT):
        here = track.at(n)
        assert here is not None
        letters = Box(board(n).x1 + 10, 124, board(n).x1 + 128, 144)
        assert here.box.common(letters) >= 0.9 * letters.area


def test_a_text_that_enters_the_picture_is_hidden(
    found: tuple[Plan, tuple[FoundText, ...]],
) -> None:
    plan, _ = found
    places = ((0, Box(-60, 100, -20, 120)), (10, Box(40, 100, 80, 120)))
    sign = FoundText(1, ("RDX 204",), False, 0.9, 10, places)
    hidden, _ = hide_texts(plan, [sign], UNDECIDED)
    same = parse_plan(dump_plan(hidden), "a.plan.json")
    assert [tuple(region.box) for region in same.regions_at(10)] == [(40, 100, 80, 120)]
    with pytest.raises(PlanError, match="outside the picture"):
        hide_texts(plan, [sign.but(best=0, places=places[:1])], UNDECIDED)


def test_a_text_that_stays_while_the_scene_moves_is_a_caption(
    found: tuple[Plan, tuple[FoundText, ...]],
) -> None:
    clock = of(found[1], "12:41")
    assert clock.caption and clock.target is Target.CAPTION


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        *((word, True) for word in ("DUPONT", "dupönt", "Dup0nt", "Dupond", "na")),
        *((word, False) for word in ("Martin", "", "...")),
    ],
)
def test_a_name_is_found_however_it_is_written(wanted: str, there: bool) -> None:
    text = FoundText(1, (NAME,), False, 0.9, 0, ((0, Box(0, 0, 9, 9)),))
    assert reads(text, wanted) == there


@pytest.mark.slow
def test_on_the_command_line(film: tuple[Path, Path], tmp_path: Path) -> None:
    path, plan = film
    before = read_plan(plan)
    early = program("plan", "texts", plan)
    assert early.returncode == 2 and "has not been read" in early.stderr
    assert program("plan", "texts", plan, path).returncode == 0
    # Nothing is hidden by being read.
    assert read_plan(plan).tracks == before.tracks
    program("plan", "set", plan, "--text", "Dupont", "--action", "redact", "--by", "A. B.")
    rows = json.loads(program("plan", "texts", plan, "--json").stdout)["texts"]
    assert {row["hidden"] for row in rows if "upon" in row["reads"][0]} == {True}
    assert {row["hidden"] for row in rows if "12" in row["reads"][0]} == {False}
    (track,) = read_plan(plan).tracks
    assert track.decided_by == "A. B."
    # Again: it is hidden already, by the same track.
    program("plan", "set", plan, "--text", "Dupont", "--action", "redact")
    assert len(read_plan(plan).tracks) == 1
    missing = program("plan", "set", plan, "--text", "Martin", "--action", "redact")
    assert missing.returncode == 2 and "Martin" in missing.stderr
    # What is published, and what is written beside it, names nobody.
    made = program("apply", path, plan, "-o", tmp_path / "out.mp4")
    assert made.returncode == 0, made.stderr
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) > 1
    for file in written:
        assert b"Dupont" not in file.read_bytes()


def test_requested_text_is_hidden_and_captions_stay(
    film: tuple[Path, Path], tmp_path: Path
) -> None:
    plan = tmp_path / "p.json"
    made = program("detect", film[0], "-o", plan, "--targets", "plates,text")
    assert made.returncode == 0, made.stderr
    value = read_plan(plan)
    assert {t.target for t in value.tracks} == {Target.TEXT}
    for n in range(COUNT):
        letters = Box(board(n).x1 + 10, 124, board(n).x1 + 128, 144)
        regions = value.regions_at(n)
        assert any(r.box.common(letters) >= 0.9 * letters.area for r in regions)
        assert all(r.box.y1 > 40 for r in regions)


def test_text_alone_is_hidden_and_the_result_is_audited(
    film: tuple[Path, Path], tmp_path: Path
) -> None:
    done = program("run", film[0], "-o", tmp_path / "out.mp4", "--targets", "text")
    assert done.returncode == 0, done.stderr
    assert "faces were not searched for" in done.stderr
    first = next(iter(Decode(probe(tmp_path / "out.mp4")))).picture.to_ndarray(format="rgb24")
    x1, y1, x2, y2 = map(int, board(0))
    there, was = (
        first[y1 + 6 : y2 - 6, x1 + 10 : x2 - 12],
        picture(0)[y1 + 6 : y2 - 6, x1 + 10 : x2 - 12],
    )
    assert there.std() < was.std() / 4, "nothing of the letters is left"
    assert np.abs(first[:26, :190].astype(int) - picture(0)[:26, :190]).mean() < 12, "the clock is"


def test_a_clock_of_a_fixed_camera_stays_and_the_sign_is_hidden(tmp_path: Path) -> None:
    """Nothing moves there that could tell them apart."""
    write_film(tmp_path / "still.mp4", still)
    plan = tmp_path / "p.json"
    made = program("detect", tmp_path / "still.mp4", "-o", plan, "--targets", "text")
    assert made.returncode == 0, made.stderr
    value = read_plan(plan)
    (clock,) = [text for text in value.texts or () if text.caption]
    assert reads(clock, "12:41") and (clock.first, clock.last) == (0, COUNT - 1)
    for n in range(COUNT):
        letters = Box(board(0).x1 + 10, 124, board(0).x1 + 128, 144)
        regions = value.regions_at(n)
        assert any(r.box.common(letters) >= 0.9 * letters.area for r in regions)
        assert all(r.box.y1 > 40 for r in regions)


@pytest.mark.slow
def test_a_picture_full_of_text_is_reported(tmp_path: Path) -> None:
    def page(n: int) -> NDArray[np.uint8]:
        out = np.full((760, 1280, 3), 240, np.uint8)
        for y in range(40, 760, 40):
            for x in range(20, 1280, 160):
                cv2.putText(out, "ab7", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1, (0,) * 3, 2)
        return out

    write_film(tmp_path / "page.mp4", page, (1280, 760), 2)
    plan = tmp_path / "p.json"
    made = program("detect", tmp_path / "page.mp4", "-o", plan, "--targets", "text")
    assert made.returncode == 0, made.stderr
    assert "more than 100 lines of text" in made.stderr
    assert 50 <= len(read_plan(plan).texts or ()) <= 100


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(-9, 9), st.integers(-3, 3), st.integers(-2, 2)),
        max_size=20,
    )
)
def test_no_place_of_a_text_is_lost(steps: list[tuple[int, int, int, int]]) -> None:
    """Fewer are stored, and a mask interpolated between them covers all others."""
    places = [(0, Box(100, 100, 160, 120))]
    for more, right, down, wider in steps:
        frame, (x1, y1, x2, y2) = places[-1]
        box = Box(x1 + right, y1 + down, max(x1 + right + 1, x2 + right + wider), y2 + down)
        places.append((frame + more, box))
    kept = straightened(places)
    assert set(kept) <= set(places) and (kept[0], kept[-1]) == (places[0], places[-1])
    track = Track(1, Target.TEXT, [Keyframe(n, box, State.FOLLOWED) for n, box in kept])
    for frame, box in places:
        here = track.at(frame)
        assert here is not None and here.box == pytest.approx(box, abs=STRAIGHT + 1e-6)
