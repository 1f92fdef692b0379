"""The report of a crowd, on paper and in a browser."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from redact.cli.report import report as report_command
from redact.errors import DependencyError, UsageError
from redact.record import build_manifest
from redact.record.manifest import Manifest, dump_manifest
from redact.report import (
    as_pdf,
    report_html,
)
from redact.report.case_index import case_page
from redact.types import Box, Keyframe, State
from redact.words import LANGUAGES

from ..record.samples import FRAMES, make_plan, make_record
from ..side_files import put_record
from .conftest import MANY
from .manifests import a_dozen, reviewed


def crowd_of(count: int, folder: Path) -> Manifest:
    """Tracks that begin and end at different times, so that no two can share a line."""
    plan = make_plan()
    tracks = tuple(
        replace(plan.tracks[0], id=i + 1, keyframes=keyframes(i % FRAMES, 1 + i // FRAMES))
        for i in range(count)
    )
    return build_manifest(make_record(folder, plan=replace(plan, tracks=tracks, subjects=())))


def keyframes(first: int, length: int) -> tuple[Keyframe, ...]:
    first = min(first, FRAMES - 1 - length)
    box = Box(10, 20, 60, 80)
    return tuple(Keyframe(f, box, State.DETECTED, 0.8) for f in (first, first + length))


def log_of(page: bytes) -> str:
    text = page.decode()
    return text[
        text.index("Unless an entry says otherwise") : text.index("B. Tests of the finished file")
    ]


def test_a_crowd_has_a_line_for_each_in_the_log(tmp_path: Path) -> None:
    assert 'many">' in log_of(report_html(crowd_of(MANY, tmp_path)))  # as large as there is room
    log = log_of(report_html(crowd_of(262, tmp_path)))
    assert log.count("<tr class=") == 262 and 'many packed">' in log
    # Once, above the rows.
    assert "Statutory basis: art.\u00a06(1)(c) GDPR" in log and log.count("GDPR") == 1
    assert "<br>" not in log


def test_no_column_is_pushed_off_the_page(tmp_path: Path) -> None:
    """A sentence about somebody visible in only some pictures used never to wrap."""
    weasyprint = pytest.importorskip("weasyprint", reason="needs the extra redact-footage[pdf]")
    for page in weasyprint.HTML(string=report_html(a_dozen(tmp_path)).decode()).render().pages:
        ends = [box.position_x + box.width for box in _boxes(page._page_box) if box.width]
        assert max(ends) <= page.width


def _boxes(box: Any) -> Iterator[Any]:
    if isinstance(getattr(box, "width", None), int | float):
        yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_printed_page_shows_case_and_number(language: str, tmp_path: Path) -> None:
    """As a PDF made by redact itself; it is short enough for a crowd."""
    pytest.importorskip("weasyprint", reason="needs the extra redact-footage[pdf]")
    value = crowd_of(262, tmp_path)
    import weasyprint

    pages = weasyprint.HTML(string=report_html(value, language).decode()).render().pages
    assert len(pages) <= MOST_PAGES
    of = "sur" if language == "fr" else "of"
    for number, page in enumerate(pages, 1):
        feet = "".join(_texts(page._page_box))
        assert f"{number} {of} {len(pages)}" in feet
        assert value.case.case in feet and value.case.exhibit in feet


MOST_PAGES = 8


def test_a_pdf_is_made_without_loading_anything(manifest: Manifest) -> None:
    pytest.importorskip("weasyprint", reason="needs the extra redact-footage[pdf]")
    assert as_pdf(report_html(manifest))[:5] == b"%PDF-"


def test_no_page_is_replaced_by_another_of_the_same_report(
    tmp_path: Path, manifest: Manifest
) -> None:
    output = tmp_path / "out.mp4"
    put_record(output, dump_manifest(manifest))
    for option in ("--html", "--csv"):
        same = [option, str(tmp_path / "r"), "--pdf", str(tmp_path / "r"), "--force"]
        result = CliRunner().invoke(report_command, [str(output), *same])
        assert isinstance(result.exception, UsageError) and not (tmp_path / "r").exists()


@pytest.mark.skipif(find_spec("weasyprint") is not None, reason="WeasyPrint is installed here")
def test_a_pdf_without_the_extra_is_refused_in_words(tmp_path: Path, manifest: Manifest) -> None:
    output = tmp_path / "out.mp4"
    put_record(output, dump_manifest(manifest))
    result = CliRunner().invoke(report_command, [str(output), "--pdf", str(tmp_path / "r.pdf")])
    assert isinstance(result.exception, DependencyError)
    assert "constraints/extras.txt" in result.exception.hint
    assert not (tmp_path / "r.pdf").exists()


def _texts(box: Any) -> list[str]:
    """Text in the margins of a page, as WeasyPrint lays it out."""
    found = [box.text] if hasattr(box, "text") else []
    for child in getattr(box, "children", ()):
        found += _texts(child)
    return found


@pytest.mark.slow
def test_a_browser_shows_it(manifest: Manifest, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("needs the program chromium")
    page, shot, pdf = (tmp_path / n for n in ("r.html", "r.png", "r.pdf"))
    page.write_bytes(report_html(manifest))
    common = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"]
    for option in (f"--screenshot={shot}", f"--print-to-pdf={pdf}"):
        subprocess.run(
            [*common, "--window-size=1000,2400", option, page.as_uri()],
            check=True, capture_output=True, timeout=140,
        )  # fmt: skip
    picture = Image.open(shot).convert("RGB")
    colours = {c for _, c in picture.getcolors(1 << 24) or []}
    # Heading, a seen span and a held span are really drawn.
    assert {(0x1F, 0x4E, 0x79), (0xC0, 0x39, 0x2B)} <= colours
    assert picture.size[0] == 1000 and pdf.read_bytes()[:5] == b"%PDF-"


def test_no_control_character_of_a_name_reaches_the_index() -> None:
    nasty = Path("a\x1b[2J\nb.mp4")
    page = case_page(Path("i.html"), "t\x1b", "l", [], [], [(nasty, "hidden")], [nasty])
    assert b"\x1b" not in page and b"[2J" in page


def test_the_index_ties_each_result_to_its_original(tmp_path: Path) -> None:
    record = reviewed(tmp_path)[0]
    output = tmp_path / record.output.name
    put_record(output, dump_manifest(record))
    made = {"source": "a.mp4", "output": str(output), "state": "done"}
    made |= {"hidden": {}, "kept": {}, "cut_off": 0, "false_alarms": 0}
    refused = {"source": "b.mp4", "state": "refused", "error": "b.mp4: is no video"}
    results, reports = [made, refused], [tmp_path / "r.html", None]
    page = case_page(tmp_path / "case.html", "t", "l", results, reports, []).decode()
    for words in (record.source.sha256_before, record.output.sha256, record.case.exhibit, "3%"):
        assert f">{words}<" in page
    assert ">is no video<" in page and "last decisions" not in page
    page = case_page(
        tmp_path / "case.html", "t", "l", [made | {"behind": True}], [None], []
    ).decode()
    assert "done, without the last decisions" in page and 'verdict bad"' in page
