"""Which form of an 8-bit network this processor computes correctly.

Processors without VNNI or its like (most before 2019, some until 2022) add two products of 8-bit
numbers in 16 bits, and cut off larger sums. Only there, the form with 7-bit weights is used:
`lab.training.headroom` made it, and says what it costs.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from ..errors import ModelError
from ..words import problem
from .device import CPU, PROVIDERS, load_engine
from .weights import TRIAL, in_7_bits, read_weights

TRIAL_CHANNELS: Final = 64
"""Channels of the trial's picture: a multiple of the steps in which kernels add."""

LARGEST_PRODUCT: Final = 255 * 127
"""The trial's answers are divided by this, so that the correct one is `TRIAL_CHANNELS`."""


def read_network(name: str) -> bytes:
    """Contents of an 8-bit network's file, in the form for this processor.

    Args:
        name: of the form in whole 8 bits, see `redact.detection.weights.read_weights`.

    Raises:
        ModelError: if a file is missing or is not the pinned one; or the processor could not be
            tried.
        DependencyError: if the engine contacts a server.
    """
    return read_weights(in_7_bits(name) if products_are_cut_off() else name)


@cache
def products_are_cut_off() -> bool:
    """Whether sums of two products that need more than 16 bits come out too small here.

    Tried with a convolution of the largest bytes and weights, whose answer is known.
    """
    ort = load_engine()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    bright = np.full((1, TRIAL_CHANNELS, 8, 8), 255, np.uint8)
    trial = read_weights(TRIAL)
    try:
        session = ort.InferenceSession(trial, options, providers=[PROVIDERS[CPU]])
        (found,) = session.run(None, {"taken": bright})
    except Exception as error:  # onnxruntime has no common base class for its errors
        raise problem(ModelError, "no_eight_bits", version=ort.__version__, error=error) from error
    return bool((found != TRIAL_CHANNELS).any())
