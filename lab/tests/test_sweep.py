"""A constant is changed wherever it was imported, and only for a while."""

from __future__ import annotations

import pytest

from lab.sweep import changed, modules_with
from redact import mask_size, settings


def test_a_number_is_another_in_every_module_and_then_what_it_was() -> None:
    before, holders = modules_with("mask_size.py", "MARGIN")
    assert len(holders) > 1 and mask_size.MARGIN == settings.MARGIN == before
    with changed("mask_size.py", "MARGIN", 0.5):
        assert mask_size.MARGIN == settings.MARGIN == 0.5
    assert mask_size.MARGIN == settings.MARGIN == before


def test_a_name_that_is_no_number_of_that_file_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"lab\.numbers"):
        modules_with("mask_size.py", "WIDTH")
