"""A record of a run, for all tests of reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from redact.record import build_manifest
from redact.record.manifest import Manifest
from redact.record.manifest_parts import LogAnchor
from redact.report.exemptions import MOST_SINGLE_ROWS

from ..record.samples import make_record

MANY = MOST_SINGLE_ROWS + 5
"""Tracks of which neither timeline nor log can say everything."""


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return build_manifest(make_record(tmp_path), log=LogAnchor(entries=3, head="0" * 64))
