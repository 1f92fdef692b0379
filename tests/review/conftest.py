"""One browser and one plan for all tests of the page: both take long to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.detection import load_calibration
from redact.plan import Plan, read_plan

from .browser import driver


@pytest.fixture(scope="session")
def found(street_plan: Path) -> Plan:
    """What `detect` finds in the short street: two faces and two plates."""
    return replace(read_plan(street_plan), texts=())  # or each review would read it


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Every review has its own address, so nothing is left from the one before."""
    made = driver()
    yield made
    made.quit()


@pytest.fixture
def every_doubt_is_risky(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every doubt of a plan is worth a look: the fitted weights change, but the page's behaviour
    must not."""
    known = replace(load_calibration(), risk={"bias": 0.0})
    monkeypatch.setattr("redact.risk.moments.load_calibration", lambda: known)
