"""One browser and one plan for all tests of the page: both are dear to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import Plan, read_plan

from ..pipeline.conftest import street, street_plan
from .browser import driver

__all__ = ["street", "street_plan"]


@pytest.fixture(scope="session")
def found(street_plan: Path) -> Plan:
    """What `detect` finds in the short street: two faces and two plates."""
    return replace(read_plan(street_plan), texts=())  # or each review would read it


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Every review has an address of its own, so that nothing is left from the one before."""
    made = driver()
    yield made
    made.quit()
