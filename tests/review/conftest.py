"""One browser and one plan for all tests of the page: both are dear to make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from redact.media import probe
from redact.pipeline import detect
from redact.plan import Plan
from redact.progress import Silent
from redact.running import Journal
from redact.settings import DetectSettings, Sensitivity

from ..pipeline.conftest import street
from .browser import driver

__all__ = ["street"]


@pytest.fixture(scope="session")
def found(street: Path) -> Plan:
    """What `detect` finds in the short street: two faces and two plates."""
    return detect(probe(street), DetectSettings(sensitivity=Sensitivity.FAST), Journal(Silent()))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Every review has an address of its own, so that nothing is left from the one before."""
    made = driver()
    yield made
    made.quit()
