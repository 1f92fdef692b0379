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
OTHER_ROW = re.compile(
    r"^### Other cameras.*?^\| `\w+` \| \*\*(?P<faces>\d+) of (?P<of_faces>\d+)\*\*[^|]*"
    r"\| \*\*(?P<plates>\d+) of (?P<of_plates>\d+)\*\*(?:[^|]*\|){3}"
    r" \*\*(?P<stray>[\d.]+) %\*\*",
    re.MULTILINE | re.DOTALL,
)
SAID = {
    "docs/trust.md": (
        "left {faces} of {of_faces} faces and {plates} of {of_plates} plates open",
        "hid {stray} % of the picture",
    ),
}
SAID_OF_OTHERS = {
    "README.md": (
        "left {faces} of {of_faces} labelled faces (16 pixels or more) and {plates} of {of_plates}"
        " plates open",
        "{stray} % of the picture",
    ),
    "docs/trust.md": (
        "faces of 16 pixels or more left open | {faces} of {of_faces} (",
        "plates of 8 pixels or more left open | {plates} of {of_plates} (",
        "| {stray} % |",
    ),
    "docs/fr/demarrer.md": (
        "laissé visibles {faces} visage sur {of_faces} et {plates} plaques sur {of_plates}",
    ),
    "docs/fr/confiance.md": (
        "| {faces} sur {of_faces} (",
        "| {plates} sur {of_plates} (",
    ),
    "lab/README.md": (
        "| faces open | {faces} of {of_faces} (",
        "| hidden away from every face and plate | {stray} % (",
    ),
}
CASES = [
    *((page, said, ROW) for page, said in SAID.items()),
    *((page, said, OTHER_ROW) for page, said in SAID_OF_OTHERS.items()),
]


def measured(row: re.Pattern[str]) -> dict[str, str]:
    """Figures of `balanced` in the first row of its form: all clips of the test half, or those of
    other cameras."""
    found = row.search((ROOT / "lab" / "real" / "README.md").read_text(encoding="utf-8"))
    assert found is not None, "the table of results has another form: adapt this test"
    return {**found.groupdict(), "stray": f"{float(found['stray']):.1f}"}


@pytest.mark.parametrize(("page", "said", "row"), CASES)
def test_pages_say_what_was_measured(
    page: str, said: tuple[str, ...], row: re.Pattern[str]
) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    figures = measured(row)
    missing = [s for s in (each.format(**figures) for each in said) if s not in text]
    assert not missing
