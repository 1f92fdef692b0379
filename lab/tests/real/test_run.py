"""The whole benchmark on a clip of package pictures: tools, table, targets, pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from lab.leak.scenes.build import film
from lab.leak.scenes.catalogue import specs
from lab.leak.scenes.stills import Library
from lab.real.__main__ import main
from lab.real.tools import named

FRAMES = (2, 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """clip.mp4 of half a second with faces, and labels_dev.json of two of its frames."""
    folder = tmp_path_factory.mktemp("real")
    spec = replace(next(s for s in specs() if s.name == "face-pan-1"), seconds=0.5)
    truth = film(spec, Library(None), 1, folder / "clip.mp4")
    rows = [
        {
            "clip": "clip.mp4",
            "frame": n,
            "faces": [t.instances[n].box for t in truth.tracks if n in t.instances],
            "tracks": [
                {"id": t.id, "target": "face", "boxes": {str(n): t.instances[n].box}}
                for t in truth.tracks
                if n in t.instances
            ],
        }
        for n in FRAMES
    ]
    (folder / "labels_dev.json").write_text(json.dumps(rows))
    return folder


def words(folder: Path, *more: str) -> list[str]:
    given = ["--labels", str(folder / "labels_dev.json"), "--clips", str(folder), "--half", "dev"]
    return [*given, "--out", str(folder / "out"), *more]


@pytest.fixture(autouse=True)
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACT_BENCH_CACHE", str(folder / "cache"))


def test_pixels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tools = ("--tools", "redact-balanced,nothing")
    main(words(folder, *tools, "--json"))
    said = json.loads(capsys.readouterr().out)["tools"]
    bare, redacted = said["nothing"], said["redact-balanced"]
    assert bare["faces"]["hits"] == bare["faces"]["count"] >= 2
    assert bare["tracks"]["hits"] == bare["tracks"]["count"] >= 1
    assert redacted["faces"]["hits"] == 0 and redacted["tracks"]["hits"] == 0
    assert redacted["hidden"]["value"] > bare["hidden"]["value"]
    sheet = cv2.imread(str(folder / "out" / "nothing-leaks-1.jpg"))
    assert sheet is not None and sheet.shape[0] > 100
    assert not list((folder / "out").glob("redact-balanced-leaks-*"))
    main(words(folder, *tools))
    text = capsys.readouterr().out
    assert "| redact-balanced | 0.0 % (0 of" in text


def test_masks_before_drawing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(words(folder, "--boxes", "--tools", "redact-balanced", "--json"))
    said = json.loads(capsys.readouterr().out)["tools"]["redact-balanced"]
    assert said["faces"]["hits"] == 0 and said["faces"]["count"] >= 2
    assert 0 < said["hidden"]["value"] < 1


def test_what_cannot_be_done_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="only redact's own tools"):
        main(words(folder, "--boxes", "--tools", "nothing"))
    with pytest.raises(SystemExit, match="no such file of labels"):
        main(["--labels", str(folder / "none.json")])
    with pytest.raises(SystemExit, match="no labelled clip of the half 'test'"):
        main([*words(folder), "--half", "test"])
    (folder / "labels_more.json").write_text(json.dumps([{"clip": "away.mp4", "frame": 0}]))
    with pytest.raises(SystemExit):
        main(["--half", "dev", "--labels", str(folder / "labels_more.json")])
    assert "1 labelled clips are not at hand" in capsys.readouterr().err


def test_what_redact_hides_can_be_asked_for() -> None:
    tool = named("redact-thorough", "heads,plates")
    assert set(tool.targets) == {"head", "plate"} and tool.name != "redact-thorough"
    for name, targets in (("redact-thorough", "cats"), ("deface", "heads")):
        with pytest.raises(ValueError, match="--targets"):
            named(name, targets)
