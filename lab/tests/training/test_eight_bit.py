"""The shipped files are what the training makes: CenterFace in 8 bits, and weights that fit."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime
import pytest

onnx = pytest.importorskip("onnx", reason="onnx (lab/training/requirements.txt) is not installed")

from onnx import numpy_helper  # noqa: E402
from onnx.helper import make_graph, make_model, make_node, make_opsetid  # noqa: E402
from onnx.helper import make_tensor_value_info as value  # noqa: E402

from lab.training.eight_bit import (  # noqa: E402
    NUMBERS,
    Conv,
    Numbers,
    in_8_bits,
    read_numbers,
    with_free_size,
)
from lab.training.headroom import trial, with_headroom  # noqa: E402
from redact.detection.networks import CENTERFACE, FACE_PLATE, VERIFIER  # noqa: E402
from redact.detection.weights import TRIAL, in_7_bits, read_weights  # noqa: E402

SHIPPED = (FACE_PLATE.file, VERIFIER.file, CENTERFACE.file)


def largest(model: onnx.ModelProto) -> int:
    """Largest of all 8-bit weights of convolutions."""
    tensors = [numpy_helper.to_array(t) for t in model.graph.initializer]
    whole = [t for t in tensors if t.dtype == np.int8 and t.ndim > 1]
    assert len(whole) > 10
    return max(int(np.abs(t.astype(int)).max()) for t in whole)


@pytest.mark.parametrize("name", SHIPPED)
def test_only_with_headroom_two_products_fit_16_bits(name: str) -> None:
    assert 2 * 255 * largest(onnx.load_from_string(read_weights(name))) >= 2**15
    assert 2 * 255 * largest(onnx.load_from_string(read_weights(in_7_bits(name)))) < 2**15


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_files_with_headroom_are_what_is_made(name: str) -> None:
    model = with_headroom(onnx.load_from_string(read_weights(name)))
    assert model == onnx.load_from_string(read_weights(in_7_bits(name)))
    assert trial() == onnx.load_from_string(read_weights(TRIAL))


def test_floats_are_left_alone() -> None:
    model = onnx.load(str(Path(__file__).resolve().parents[2] / "training" / "face-plate.onnx"))
    assert with_headroom(model) == model


rng = np.random.default_rng(7)
FILTERS = {"w1": rng.normal(size=(6, 3, 3, 3)), "w2": rng.normal(size=(2, 6, 1, 1))}
OFFSETS = {"b1": rng.normal(size=6), "b2": rng.normal(size=2)}
FILTERS["w1"][2] *= 300  # a channel far larger than the others
FILTERS["w2"][:, 2] /= 300


@pytest.fixture
def small() -> onnx.ModelProto:
    """Two convolutions, its size fixed and its weights among its inputs, as in CenterFace's."""
    tensors = [
        numpy_helper.from_array(t.astype(np.float32), n) for n, t in (FILTERS | OFFSETS).items()
    ]
    nodes = [
        make_node("Conv", ["image", "w1", "b1"], ["c1"]),
        make_node("Relu", ["c1"], ["r1"]),
        make_node("Conv", ["r1", "w2", "b2"], ["c2"]),
        make_node("Conv", ["r1", "w2", "b2"], ["unused"]),
    ]
    inputs = [value("image", 1, [1, 3, 32, 32]), *(value(t.name, 1, t.dims) for t in tensors)]
    outputs = [value(name, 1, [1, 2, 30, 30]) for name in ("c2", "unused")]
    graph = make_graph(nodes, "small", inputs, outputs, tensors)
    return make_model(graph, ir_version=7, opset_imports=[make_opsetid("", 11)])


def numbers_for(model: onnx.ModelProto, balanced: bool = True) -> Numbers:
    weights = np.abs(FILTERS["w1"]).max(axis=(1, 2, 3))
    powers = [round(8 * np.log2(w)) for w in weights] if balanced else [0] * 6
    scale = 2.0 ** (np.array(powers) / 8)
    high = float((np.abs(FILTERS["w1"]).sum(axis=(1, 2, 3)) * 255 / scale).max())
    return Numbers(
        made="by hand",
        weights="",
        outputs=["c2"],
        ranges={"r1": (0.0, high)},
        channels={"s": powers},
        convolutions={"c1": Conv(gives="s", exact=True), "c2": Conv(takes="s")},
    )


def run(model: onnx.ModelProto, picture: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (only,) = session.get_inputs()
    kind = np.uint8 if "uint8" in only.type else np.float32
    return np.asarray(session.run(["c2"], {only.name: picture.astype(kind)})[0])


def test_8_bits_answer_as_floats_do_and_only_with_the_channels_factors(
    small: onnx.ModelProto,
) -> None:
    free = with_free_size(small)
    picture = rng.integers(0, 256, (1, 3, 40, 70))
    exact = run(free, picture)
    assert exact.shape == (1, 2, 38, 68), "any size is taken"
    off = {
        balanced: np.abs(run(in_8_bits(free, numbers_for(free, balanced)), picture) - exact).mean()
        for balanced in (True, False)
    }
    assert off[True] < 0.03 * exact.std() < off[False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": {"s": [0]}},
        {"channels": {}},
        {"ranges": {}},
        {"convolutions": {"none such": Conv()}},
        {"outputs": ["none such"]},
    ],
)
def test_numbers_of_another_network_are_refused(
    small: onnx.ModelProto, wrong: dict[str, object]
) -> None:
    free = with_free_size(small)
    numbers = msgspec.structs.replace(numbers_for(free), **wrong)
    with pytest.raises((LookupError, ValueError)):
        in_8_bits(free, numbers)


def test_numbers_for_other_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="belongs to other weights"):
        read_numbers(b"another file")
    numbers = msgspec.json.decode(NUMBERS.read_bytes(), type=Numbers)
    assert len(numbers.weights) == len(hashlib.sha256().hexdigest())
    assert sum(not c.exact for c in numbers.convolutions.values()) > 50
