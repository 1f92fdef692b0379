"""Networks that are opened once for many tests: a third of the time of a short run goes there."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable

import onnxruntime

from redact.detection import device
from redact.detection.networks import CENTERFACE, EYE, FACE_PLATE, NANODET, READER, VERIFIER
from redact.detection.weights import read_weights
from redact.detection.weights_for_processor import read_network
from redact.errors import RedactError


def share_networks(patch: Callable[[object, str, object], None] = setattr) -> None:
    """Let whoever opens a network in this process again get the one that is open.

    What a session answers depends on nothing that it was asked before. A test that puts something
    else in the engine's place gets what it asks for.

    Args:
        patch: sets an attribute, and may take it back later.
    """
    really, engine = device.open_network, onnxruntime.InferenceSession

    @functools.lru_cache(maxsize=32)
    def opened(weights: bytes, threads: int, keep_memory: bool, _: str) -> object:
        return really(weights, threads, "a network of the tests", keep_memory=keep_memory)

    def open_network(
        weights: bytes, threads: int, name: str, *, keep_memory: bool = False
    ) -> object:
        if onnxruntime.InferenceSession is engine and device.device_now() == device.CPU:
            with contextlib.suppress(RedactError):
                return opened(weights, threads, keep_memory, onnxruntime.__version__)
        return really(weights, threads, name, keep_memory=keep_memory)

    patch(device, "open_network", open_network)


def open_for_children() -> None:
    """Open what a forked process can use: with one thread, for others are not there any more."""
    share_networks()
    for row in (FACE_PLATE, CENTERFACE, EYE, NANODET):
        device.open_network(read_network(row.file), 1, row.name, keep_memory=True)
    device.open_network(read_network(FACE_PLATE.file), 1, FACE_PLATE.name)
    device.open_network(read_network(VERIFIER.file), 1, VERIFIER.name)
    for file in READER.files:
        device.open_network(read_weights(file), 1, READER.name)
