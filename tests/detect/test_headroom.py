"""No network's products can be cut off, on whatever processor it runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest

from redact.detection import centerface, headroom, network, verifier
from redact.detection.centerface import CenterFace
from redact.detection.headroom import products_are_cut_off, with_headroom
from redact.detection.loader import OurNetwork
from redact.detection.onnx_file import Element, Graph, Model, Tensor, array
from redact.detection.protobuf import fields, first, integers
from redact.detection.verifier import SIDE, Verifier
from redact.detection.weights import CENTERFACE, VERIFIER, read_weights
from redact.errors import DependencyError, ModelError
from redact.types import OWN

OURS = "face-plate.int8.onnx"


def filters(model: bytes) -> list[np.ndarray[Any, Any]]:
    """All 8-bit weights of a network."""
    graph = first(model, Model.GRAPH)
    tensors = [payload for number, _, payload in fields(graph) if number == Graph.INITIALIZER]
    bytes_ = [t for t in tensors if integers(t, Tensor.DATA_TYPE) == [Element.INT8]]
    return [w for t in bytes_ if (w := array(t)).ndim > 1]


def largest(model: bytes) -> int:
    return max(int(np.abs(w.astype(int)).max()) for w in filters(model))


@pytest.mark.parametrize("cut_off", [True, False])
def test_where_products_are_cut_off_those_of_every_network_fit(
    monkeypatch: pytest.MonkeyPatch, cut_off: bool
) -> None:
    monkeypatch.setattr(headroom, "products_are_cut_off", lambda: cut_off)
    opened: dict[str, bytes] = {}

    def spy(weights: bytes, threads: int, name: str, **kept: bool) -> Any:
        opened[name] = weights
        return really(weights, threads, name, **kept)

    really = network.open_network
    for module in (network, verifier, centerface):
        monkeypatch.setattr(module, "open_network", spy)
    OurNetwork(OWN, 1)
    Verifier(1)
    try:
        CenterFace(1)
    except ModelError:
        assert not read_or_none(CENTERFACE)
    assert len(opened) >= 2
    for name, weights in opened.items():
        assert len(filters(weights)) > 10, name
        assert largest(weights) > 32, name
        assert (2 * 255 * largest(weights) < 2**15) == cut_off, name


def read_or_none(name: str) -> bytes | None:
    try:
        return read_weights(name)
    except ModelError:
        return None


@pytest.mark.parametrize("name", [OURS, VERIFIER])
def test_as_shipped_they_would_not(name: str) -> None:
    assert 2 * 255 * largest(read_weights(name)) > 2**15


@pytest.mark.parametrize("name", [OURS, VERIFIER])
def test_the_answers_stay(name: str) -> None:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (2, 8, 8, 3), np.uint8)
    side = SIDE // 8 if name == VERIFIER else 12
    image = coarse.repeat(side, axis=1).repeat(side, axis=2)
    given = image if name == VERIFIER else image[:1]
    before, after = (
        onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(
            ["scores"], {"image": given}
        )[0]
        for model in (read_weights(name), with_headroom(read_weights(name)))
    )
    assert before.shape == after.shape and before.std() > 0
    np.testing.assert_allclose(after, before, atol=0.1)


def test_whether_they_are_cut_off_is_found_out() -> None:
    """On whatever processor this runs, the trial's answer is known once its weights fit."""
    session = onnxruntime.InferenceSession(
        with_headroom(headroom._trial()), providers=["CPUExecutionProvider"]
    )
    bright = np.full((1, headroom.CHANNELS, 8, 8), 255, np.uint8)
    (found,) = session.run(None, {"taken": bright})
    assert (found == round(headroom.CHANNELS * 128 / 127)).all(), "64 stands for half of 127"
    assert products_are_cut_off() in (True, False)


def test_an_engine_that_contacts_a_server_is_not_even_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onnxruntime, "__version__", "1.30.0")
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    products_are_cut_off.cache_clear()
    try:
        with pytest.raises(DependencyError, match="contacts a server"):
            products_are_cut_off()
    finally:
        products_are_cut_off.cache_clear()


def test_floats_are_left_alone() -> None:
    model = read_weights("face-plate.onnx")
    assert with_headroom(model) == model


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_file_that_is_cut_off_is_refused(share: float) -> None:
    model = read_weights(OURS)
    with pytest.raises(ModelError, match="not a whole ONNX file"):
        with_headroom(model[: int(share * len(model))])
