"""No network's products are cut off, whatever the processor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnxruntime
import pytest

from redact.detection import OurNetwork, device, weights_for_processor
from redact.detection.centerface import CenterFace
from redact.detection.networks import CENTERFACE, FACE_PLATE, VERIFIER
from redact.detection.verifier import VERIFIER_SIDE, Verifier
from redact.detection.weights import TRIAL, in_7_bits, read_weights
from redact.detection.weights_for_processor import TRIAL_CHANNELS, products_are_cut_off
from redact.errors import DependencyError
from redact.types import DEFAULT_TARGETS


@pytest.fixture
def tried_anew() -> Iterator[None]:
    products_are_cut_off.cache_clear()
    yield
    products_are_cut_off.cache_clear()


@pytest.mark.parametrize("cut_off", [True, False])
def test_where_products_are_cut_off_every_network_has_small_weights(
    monkeypatch: pytest.MonkeyPatch, cut_off: bool
) -> None:
    monkeypatch.setattr(weights_for_processor, "products_are_cut_off", lambda: cut_off)
    opened: list[bytes] = []

    def spy(weights: bytes, *arguments: Any, **options: Any) -> Any:
        opened.append(weights)
        return really(weights, *arguments, **options)

    really = device.open_network
    monkeypatch.setattr(device, "open_network", spy)
    OurNetwork(DEFAULT_TARGETS, 1)
    Verifier(1)
    CenterFace(1)
    names = (FACE_PLATE.file, VERIFIER.file, CENTERFACE.file)
    assert opened == [read_weights(in_7_bits(name) if cut_off else name) for name in names]


@pytest.mark.parametrize("name", [FACE_PLATE.file, VERIFIER.file, CENTERFACE.file])
def test_both_forms_answer_alike(name: str) -> None:
    """Both forms are one network: their answers lie close together."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (2, 8, 8, 3), np.uint8)
    side = VERIFIER_SIDE // 8 if name == VERIFIER.file else 12
    image = coarse.repeat(side, axis=1).repeat(side, axis=2)
    given = image if name == VERIFIER.file else image[:1]
    if name == CENTERFACE.file:
        given = given.transpose(0, 3, 1, 2)
    answers = []
    for model in (read_weights(name), read_weights(in_7_bits(name))):
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        taken, given_back = session.get_inputs()[0].name, session.get_outputs()[0].name
        answers.append(session.run([given_back], {taken: given})[0])
    before, after = answers
    assert before.shape == after.shape and before.std() > 0
    assert np.abs(after - before).mean() < 0.03  # where products are cut off, `before` is wrong


class Engine:
    """onnxruntime on a processor that gives this answer to the trial."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: int) -> None:
        self.answer = answer
        monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: self)

    def run(self, *_: object) -> list[np.ndarray]:
        return [np.full((1, 16, 8, 8), self.answer, np.uint8)]


@pytest.mark.parametrize(
    ("answer", "cut_off"), [(TRIAL_CHANNELS, False), (TRIAL_CHANNELS - 1, True)]
)
def test_cut_off_products_are_recognised(
    monkeypatch: pytest.MonkeyPatch, tried_anew: None, answer: int, cut_off: bool
) -> None:
    assert products_are_cut_off() in (True, False)  # the real processor
    products_are_cut_off.cache_clear()
    Engine(monkeypatch, answer)
    assert products_are_cut_off() is cut_off


def test_the_trial_is_never_above_the_right_answer() -> None:
    """Whether products are cut off on this processor or not."""
    session = onnxruntime.InferenceSession(read_weights(TRIAL), providers=["CPUExecutionProvider"])
    bright = np.full((1, TRIAL_CHANNELS, 8, 8), 255, np.uint8)
    (found,) = session.run(None, {"taken": bright})
    assert (found <= TRIAL_CHANNELS).all() and (found > TRIAL_CHANNELS // 4).all()
    (dark,) = session.run(None, {"taken": bright // 2})
    assert (dark == round(TRIAL_CHANNELS * 127 / 255)).all(), "half of it fits 16 bits everywhere"


def test_an_engine_that_contacts_a_server_is_not_even_tried(
    monkeypatch: pytest.MonkeyPatch, tried_anew: None
) -> None:
    monkeypatch.setattr(onnxruntime, "__version__", "1.30.0")
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    with pytest.raises(DependencyError, match="contacts a server"):
        products_are_cut_off()
