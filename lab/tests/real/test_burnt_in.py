"""Texts drawn over footage: where they stand, what they say, and that the measure sees them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lab.leak.scenes.build import film
from lab.leak.scenes.catalogue import specs
from lab.leak.scenes.stills import Library
from lab.real.burnt_in import Text, main, table
from lab.real.drawn import KINDS, lines_for

SIZE = (640, 360)
TAKEN = [(0.0, 0.0, 640.0, 150.0)]


def test_texts_stand_apart_and_away_from_what_is_labelled() -> None:
    kinds = set()
    for clip in map(str, range(12)):
        lines = lines_for(clip, SIZE, 2.0, TAKEN, seed=1, count=6)
        kinds |= {line.kind for line in lines}
        assert all(line.area[1] >= 150 for line in lines)
        over = [[_common(a.area, b.area) for b in lines if b is not a] for a in lines]
        assert not any(any(row) for row in over)
    assert kinds == set(KINDS)


def _common(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def test_the_same_texts_come_from_the_same_seed() -> None:
    one, same, other = (
        [(line.kind, line.place) for line in lines_for("clip", SIZE, 2.0, [], seed, 4)]
        for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize("kind", KINDS)
def test_texts_do_as_their_kind(kind: str) -> None:
    """Clocks go on by the second, captions come and go, tickers move, and all else stands still."""
    lines = [x for n in range(40) for x in lines_for(f"{n}", SIZE, 2.0, [], 1, 6) if x.kind == kind]
    still = []
    for line in lines:
        shown = [(t, line.draw(np.zeros((360, 640, 3), np.uint8), t, int(t * 10))) for t in TIMES]
        boxes = [there for _, there in shown if there]
        assert boxes
        still.append(len({b[0][:2] for b in boxes if b}) == 1)
        if kind == "caption":
            assert len(boxes) < len(shown)
        if kind == "counter":
            assert line.says(0.0, 0) != line.says(0.0, 1)
    assert lines and all(still) == (kind != "ticker")
    if kind == "clock":
        assert any(line.says(0.0, 0) != line.says(1.0, 10) for line in lines)


TIMES = (0.0, 0.5, 1.0, 1.5, 1.9, 2.5)


def test_the_table_tells_plates_from_faces() -> None:
    text = Text("a", 0, "clock", "plain", 12.0, 5, (0, 0, 9, 9))
    rows = table([text, replace(text, plate=0.5), replace(text, face=0.2)]).splitlines()
    assert rows[2].startswith("| all | 33.3 % (1 of 3;") and "| 0.0 % (0 of 3;" in rows[2]


def test_the_whole_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDACT_BENCH_CACHE", str(tmp_path / "cache"))
    spec = replace(next(s for s in specs() if s.name == "face-pan-1"), seconds=0.7)
    film(spec, Library(None), 1, tmp_path / "clip.mp4")
    label = {"clip": "clip.mp4", "frame": 2, "faces": [], "plates": []}
    (tmp_path / "labels_dev.json").write_text(json.dumps([label]))
    given = ["--labels", str(tmp_path / "labels_dev.json"), "--clips", str(tmp_path)]
    main([*given, "--json", str(tmp_path / "texts.json")])
    assert "over 1 clips" in capsys.readouterr().out
    texts = json.loads((tmp_path / "texts.json").read_text())
    assert {t["frame"] for t in texts} <= {5, 15} and len({t["line"] for t in texts}) >= 3
