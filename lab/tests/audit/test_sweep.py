"""Limits that say that a command moves them up and down are moved by it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from lab.audit import pixels, sweep
from redact.auditing import Limits
from redact.auditing.limits import LIMITS
from tests.audit.test_limits import reasons


@pytest.mark.parametrize(("way", "table"), [("`--sweep`", sweep.SWEPT), ("`pixels`", pixels.SWEPT)])
def test_a_swept_limit_is_moved_both_ways(way: str, table: dict[str, tuple[float, ...]]) -> None:
    said = {name for name, words in reasons().items() if way in words}
    assert said <= set(table) <= {field.name for field in fields(Limits)}
    for name in said:
        assert min(table[name]) < getattr(LIMITS, name) < max(table[name]), name
