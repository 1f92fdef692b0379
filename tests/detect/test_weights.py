"""Only the pinned files are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from redact.detection import describe_models, weights
from redact.errors import ModelError
from redact.words import LANGUAGES, Words


def test_our_weights_exist_and_are_small() -> None:
    sizes = [len(weights.read_weights(name)) for name in weights.SHA256 if "face-plate" in name]
    assert sum(sizes) < 8_000_000


@pytest.mark.parametrize("name", sorted(weights.SHA256))
def test_missing_and_changed_files_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        weights.read_weights(name, tmp_path)
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"not a network")
    with pytest.raises(ModelError) as caught:
        weights.read_weights(name, tmp_path)
    assert name in caught.value.message and caught.value.hint


def test_doctor_knows_every_file() -> None:
    models = describe_models()
    assert [m.file for m in models] == list(weights.SHA256)
    assert all(m.state == "ok" for m in models)
    for language in LANGUAGES:
        assert {m.needed_for for m in models} <= set(Words(language).tables["needed_for"])
