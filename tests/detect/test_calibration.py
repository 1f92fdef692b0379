"""The calibration file belongs to the installed weights, and is complete."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.detection import calibration
from redact.detection.calibration import FILE, load_calibration, score_odds
from redact.detection.ensemble import (
    CENTERFACE_LARGE as LARGE,
)
from redact.detection.ensemble import (
    CENTERFACE_SMALL as SMALL,
)
from redact.detection.ensemble import (
    CENTERFACE_TILTED as TILTED,
)
from redact.detection.ensemble import (
    EYE_FACES,
    EYE_LARGE,
    EYE_SMALL,
    FACES,
    OURS,
    PEOPLE,
)
from redact.detection.networks import CENTERFACE, FACE_PLATE, VERIFIER
from redact.detection.weights import SHA256
from redact.errors import ModelError
from redact.types import DETECTED_TARGETS, probability

INSTALLED = Path(calibration.__file__).parents[1] / "models" / FILE
KINDS = {
    "face": {OURS, LARGE, SMALL},
    "face without plates": {OURS, LARGE, SMALL},
    "face thorough": {OURS, LARGE, SMALL, TILTED},
    "plate": {OURS},
    "head": {FACES, EYE_LARGE, EYE_SMALL},
    "person": {PEOPLE},
    "plate filling": {EYE_LARGE},
    "face on body": {LARGE, EYE_FACES, EYE_LARGE},
    "head on body": {LARGE, EYE_LARGE},
}


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Replaces the installed file by a changed copy."""

    def put(change: Callable[[dict[str, Any]], object] | None, text: str = "") -> None:
        if change:
            file = json.loads(INSTALLED.read_text())
            change(file)
            text = json.dumps(file)
        (tmp_path / FILE).write_text(text)
        installed = calibration.resources.files

        def files(package: Any) -> Any:
            return tmp_path if package == "redact.models" else installed(package)

        monkeypatch.setattr(calibration.resources, "files", files)
        load_calibration.cache_clear()

    yield put
    load_calibration.cache_clear()


def test_it_names_the_weights_and_how_it_was_fitted() -> None:
    file = json.loads(INSTALLED.read_text())
    known = SHA256
    assert {FACE_PLATE.file, VERIFIER.file, CENTERFACE.file} <= set(file["weights"])
    assert all(known[name] == digest for name, digest in file["weights"].items())
    assert all("python -m " in said for said in file["fitted"].values())
    assert {"looks", "tracks"} <= set(file["fitted"])


def test_every_witness_has_weights_and_a_box() -> None:
    numbers = load_calibration()
    for kind, names in KINDS.items():
        assert set(numbers.looks[kind]) == {"bias", "size"} | names
    witnesses = set().union(*KINDS.values())
    assert set(numbers.boxes) == {*witnesses, "ours plate"}
    assert set(numbers.tracks) == {target.word for target in DETECTED_TARGETS}


@pytest.mark.parametrize("part", ["looks", "tracks"])
def test_a_file_that_does_not_serve_a_kind_of_target_is_refused(
    changed: Callable[..., None], part: str
) -> None:
    changed(lambda file: file[part].pop("head"))
    with pytest.raises(ModelError, match="no entry for head"):
        load_calibration()


def test_a_file_for_other_weights_is_refused(changed: Callable[..., None]) -> None:
    changed(lambda file: file["weights"].update({FACE_PLATE.file: "0" * 64}))
    with pytest.raises(ModelError, match="made for other weights") as caught:
        load_calibration()
    assert FACE_PLATE.file in caught.value.message and "Install redact again" in caught.value.hint


@pytest.mark.parametrize("part", ["looks", "boxes", "tracks", "weights"])
def test_a_file_with_something_missing_is_refused(changed: Callable[..., None], part: str) -> None:
    changed(lambda file: file.pop(part))
    with pytest.raises(ModelError, match="missing or malformed"):
        load_calibration()


@pytest.mark.parametrize("text", ["", "{", '{"looks": 3}'])
def test_a_file_that_is_cut_off_is_refused(changed: Callable[..., None], text: str) -> None:
    changed(None, text)
    with pytest.raises(ModelError, match="missing or malformed"):
        load_calibration()


@given(st.floats(0.001, 0.999))
def test_log_odds_and_probability_undo_each_other(p: float) -> None:
    score = np.array([p], np.float32)
    np.testing.assert_allclose(probability(score_odds(score)), score, rtol=1e-3)


def test_boxes_are_corrected_outward_by_shares_of_their_size() -> None:
    numbers = calibration.Calibration({}, {"x": np.array([0.1, 0.2, 0, -0.1], np.float32)}, {})
    (box,) = numbers.corrected("x", np.array([[10, 10, 30, 50]], np.float32))
    np.testing.assert_allclose(box, [8, 2, 30, 46])
