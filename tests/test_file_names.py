"""redact recognises its own files by their names, and no others."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from redact.files import (
    earlier_plan,
    held_name,
    is_made_name,
    redacted_name,
)

STEMS = st.text(st.characters(codec="utf-8", exclude_characters="/\0\n"), min_size=1, max_size=12)
SUFFIXES = st.sampled_from([".mp4", ".MOV", ".mkv", ".jpg"])


@given(STEMS, SUFFIXES, st.integers(1, 20))
def test_a_name_shows_what_a_file_is(stem: str, suffix: str, number: int) -> None:
    held = held_name(Path(redacted_name(stem, suffix)).stem, suffix)
    for name in (redacted_name(stem, suffix), held):
        assert name.endswith(suffix) and is_made_name(Path(name).stem)
    assert earlier_plan(Path("plan.json"), number).name == f"plan.earlier-{number}.json"


def test_other_files_are_not_taken_for_redacts() -> None:
    for name in ("redacted", "needs-review", "cam.redactedly", "a.needs-review-x"):
        assert not is_made_name(name), name
