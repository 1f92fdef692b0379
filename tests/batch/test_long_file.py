"""One long video with helpers: sooner done, and to the byte what it is without them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import redact.pipeline.helping as helping
from redact.media import Decode, probe
from redact.pipeline import (
    AUDIT,
    SEARCH,
    Board,
    Journal,
    board_of,
    detect,
    dividable,
    help_run,
    keep_plan,
    look,
    render,
)
from redact.pipeline.board import answers_place
from redact.pipeline.helping import stretch
from redact.pipeline.kept_looks import by_pixels
from redact.plan import Plan
from redact.progress import Silent
from redact.settings import Settings
from redact.types import Frame

from ..pipeline.conftest import SAMPLE

SETTINGS = Settings()
LAST = 2
"""Number of the last range."""


class StoppedError(Exception):
    """A run that does not come to its end leaves what was answered."""


def answered(clip: Path, plan_file: Path, stage: str, output: Path | None = None) -> int:
    """Ranges that a helper answers for a stage that is about to begin."""
    done: list[int] = []
    helper = threading.Thread(
        target=lambda: done.append(help_run(probe(clip), SETTINGS, plan_file))
    )
    with pytest.raises(StoppedError), Board(plan_file) as board:
        board.begin(stage, output)
        helper.start()
        while helper.is_alive() and not _ended(answers_place(plan_file, stage, LAST)):
            helper.join(0.2)
        raise StoppedError
    helper.join()
    return done[0]


def _ended(place: Path) -> bool:
    return place.exists() and b"the end" in place.read_bytes()


def searched(clip: Path, plan_file: Path, helped: bool) -> tuple[Plan, dict[str, int]]:
    """The plan, and what the record says of looks that others made."""
    info, journal = probe(clip), Journal(Silent())
    with board_of(plan_file, helped, info) as board:
        plan = detect(info, SETTINGS.detect, journal, None, plan_file, board)
    return plan, _told(journal)


def _told(journal: Journal) -> dict[str, int]:
    return {
        m.code: int(str(m.values["count"]))
        for step in journal.steps
        for m in step.detail
        if m.code in ("looks_ahead", "looks_refused")
    }


@pytest.fixture(scope="module")
def alone(long_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return searched(long_clip, tmp_path_factory.mktemp("alone") / "p.json", False)[0]


@pytest.fixture(scope="module")
def answers(long_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a helper answered."""
    folder = tmp_path_factory.mktemp("answers")
    assert answered(long_clip, folder / "p.json", SEARCH) == 3
    return folder


def test_nearly_all_looks_are_taken_and_the_plan_is_the_same(
    long_clip: Path, alone: Plan, answers: Path, tmp_path: Path
) -> None:
    files = sorted(answers.iterdir())
    assert [path.name for path in files] == [f".p.json.search-00000{n}" for n in range(3)]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    copied(answers, tmp_path)
    plan, told = searched(long_clip, tmp_path / "p.json", True)
    assert plan == alone
    assert told["looks_ahead"] > 95 and "looks_refused" not in told
    assert [p.name for p in tmp_path.iterdir()] == [".p.json.looks"]


def copied(answers: Path, folder: Path) -> list[Path]:
    """What the helper answered, beside the plan of another run."""
    return [Path(shutil.copy2(path, folder)) for path in sorted(answers.iterdir())]


def test_a_helper_that_was_killed_spares_what_it_had_answered(
    long_clip: Path, alone: Plan, answers: Path, tmp_path: Path
) -> None:
    none, first, second = copied(answers, tmp_path)
    first.write_bytes(first.read_bytes()[: first.stat().st_size // 2])
    second.write_bytes(b"garbage" * 1000)
    none.unlink()
    plan, told = searched(long_clip, tmp_path / "p.json", True)
    assert plan == alone
    assert 5 < told["looks_ahead"] < 40


def test_an_answer_belongs_to_the_picture_whatever_number_a_helper_gave_it(
    long_clip: Path, alone: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off_by_one(*about: Any) -> Iterator[Frame]:
        for before, after in pairwise(stretch(*about)):
            yield replace(before, picture=after.picture)

    monkeypatch.setattr(helping, "stretch", off_by_one)
    answered(long_clip, tmp_path / "p.json", SEARCH)
    plan, told = searched(long_clip, tmp_path / "p.json", True)
    assert plan == alone and "looks_refused" not in told


def test_a_range_holds_the_frames_of_the_whole_video(long_clip: Path) -> None:
    info = probe(long_clip)
    every = {frame.pts: by_pixels(frame) for frame in Decode(info)}
    base = info.video.time_base
    for number, (begin, end) in enumerate(((-4, 30), (26, 60), (56, 90))):
        part = {frame.pts: by_pixels(frame) for frame in stretch(info, number)}
        assert part == {p: q for p, q in every.items() if begin <= float(p * base) < end}


def test_the_audit_takes_what_was_answered_and_finds_the_same(
    long_clip: Path, alone: Plan, tmp_path: Path
) -> None:
    info, plan_file, output = probe(long_clip), tmp_path / "p.json", tmp_path / "out.mp4"
    keep_plan(alone, plan_file)
    drawn = render(info, alone, SETTINGS.draw, output, "mp4", Journal(Silent())).plan
    first = look(info, drawn, SETTINGS.draw, output, Journal(Silent()))
    assert answered(long_clip, plan_file, AUDIT, output) == 3
    journal = Journal(Silent())
    with Board(plan_file) as board:
        board.begin(AUDIT, output)
        second = look(info, drawn, SETTINGS.draw, output, journal, board=board)
    assert second == first
    assert _told(journal)["looks_ahead"] > 95 and "looks_refused" not in _told(journal)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "p.json"]


def test_short_videos_and_containers_without_an_index_are_not_divided(long_clip: Path) -> None:
    assert dividable(probe(long_clip))
    assert not dividable(probe(SAMPLE)) and not dividable(
        replace(probe(long_clip), container="avi")
    )
