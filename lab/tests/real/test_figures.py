"""What the pages for users say was measured is what the benchmark's page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARE = r"[\d.]+ % \((?P<{0}>\d+) of (?P<of_{0}>\d+);[^|]*\| "
ROW = re.compile(
    r"^\| redact-balanced \| (?P<share>[\d.]+)"
    + r" % \((?P<faces>\d+) of (?P<of_faces>\d+);[^|]*\| "
    + SHARE.format("plates")
    + SHARE.format("tracks")
    + r"[^|]*\| (?P<stray>[\d.]+) % \(",
    re.MULTILINE,
)
SAID = {
    "README.md": (
        "left {faces} of {of_faces} labelled faces (16 pixels or more) and {plates} of {of_plates}"
        " plates open",
        "{stray} % of the picture",
    ),
    "docs/trust.md": (
        "{faces} of {of_faces} ({share} %)",
        "{plates} of {of_plates} (",
        "{tracks} of {of_tracks} tracks",
        "| {stray} % |",
    ),
    "lab/README.md": (
        "| faces open | {share} % (",
        "| hidden away from every face and plate | {stray} % (",
    ),
    "docs/fr/demarrer.md": (
        "laissé visibles {faces} visages sur {of_faces} et {plates} plaques sur {of_plates}",
    ),
}


def measured() -> dict[str, str]:
    """Figures of `balanced` in the table of all test clips, the first one of the page."""
    found = ROW.search((ROOT / "lab" / "real" / "README.md").read_text(encoding="utf-8"))
    assert found is not None, "the table of results has another form: adapt this test"
    return {**found.groupdict(), "stray": f"{float(found['stray']):.1f}"}


@pytest.mark.parametrize("page", SAID)
def test_pages_say_what_was_measured(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    figures = measured()
    missing = [s for s in (said.format(**figures) for said in SAID[page]) if s not in text]
    assert not missing
