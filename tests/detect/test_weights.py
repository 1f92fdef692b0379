"""Only the pinned files are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from redact.detection import describe_models, weights
from redact.errors import ModelError

ROOT = Path(__file__).resolve().parents[2]


def test_own_weights_are_there_and_small() -> None:
    sizes = [len(weights.read_weights(name)) for name in weights.WEIGHTS if "face-plate" in name]
    assert sum(sizes) < 8_000_000


@pytest.mark.parametrize("name", sorted(weights.WEIGHTS))
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
    for folder in ("docs", "lab", "samples", "redact"):
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
    pinned = [w.sha256 for w in weights.WEIGHTS.values()]
    stale = [p for p in named if not any(digest.startswith(p[1]) for digest in pinned)]
    assert stale == []


def test_doctor_knows_every_file() -> None:
    models = describe_models()
    assert [m.file for m in models] == list(weights.WEIGHTS)
    assert all(m.state == "ok" for m in models)
