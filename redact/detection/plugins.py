"""Detectors of others: packages name them as entry points of the group `redact.detectors`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Final

from ..errors import DependencyError, UsageError
from ..settings import Sensitivity
from ..types import Target
from .protocol import Detector

GROUP: Final = "redact.detectors"


def detector_names() -> tuple[str, ...]:
    """Names of the detectors that other packages bring, sorted."""
    return tuple(sorted(entry_points(group=GROUP).names))


def load_plugin(
    name: str, sensitivity: Sensitivity, targets: Sequence[Target], sample_aspect: float
) -> Detector:
    """A detector that another package brings.

    Its entry point is a function of three keyword arguments, those below, that returns a
    `Detector`. `redact.testing.DetectorContract` tests one.

    Args:
        name: of the entry point.
        sensitivity: how hard to look.
        targets: what to look for.
        sample_aspect: width of a source pixel divided by its height.

    Raises:
        UsageError: there is no such detector.
        DependencyError: it cannot be loaded.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        known = ", ".join(detector_names()) or "none"
        raise UsageError(
            f"--detector {name}: no installed package brings a detector of this name",
            f"Install it beside redact. There are: {known}.",
        )
    try:
        make = found[0].load()
        detector: Detector = make(
            sensitivity=sensitivity, targets=tuple(targets), sample_aspect=sample_aspect
        )
    except Exception as error:  # code of others: whatever it raises, a user is told in words
        raise DependencyError(
            f"--detector {name}: cannot be loaded ({type(error).__name__}: {error})",
            "Ask its makers, or leave out --detector.",
        ) from error
    return detector
