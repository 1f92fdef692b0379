"""The report: safe to open, true to its manifest, and reproducible."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from redact.cli.app import redact as program
from redact.errors import CheckFailedError
from redact.record import build_manifest
from redact.record.manifest import Manifest, dump_manifest, manifest_path
from redact.record.manifest_parts import MessagePart, SoundPart
from redact.report import (
    ReportWords,
    exemption_csv,
    report_beside,
    report_html,
)
from redact.report.summary import check_command
from redact.words import LANGUAGES

from ..record.samples import AUDIT, make_record
from ..side_files import put_record, report_of
from .manifests import (
    audit_part,
    of_photograph,
    reviewed,
    short_of,
    with_other_streams,
)


class _Outside(HTMLParser):
    """Collects everything that could run, load or show a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loading = [(k, v) for k, v in attrs if k in ("src", "href", "srcset", "data", "action")]
        handlers = [k for k, _ in attrs if k.startswith("on")]
        if tag in ("script", "img", "image", "iframe", "object", "link", "video") or loading:
            self.found.append((tag, attrs))
        self.found += handlers


def outside(page: bytes) -> list[Any]:
    parser = _Outside()
    parser.feed(page.decode())
    return parser.found + re.findall(rb"url\(|@import", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_loaded_run_or_shown(manifest: Manifest, language: str) -> None:
    assert outside(report_html(manifest, language)) == []


# No lone surrogates: no file can hold them, and `readable` keeps them out of records.
NASTY = st.text(
    st.sampled_from("<>&\"'{}%;/= \u2028scriptonerr") | st.characters(exclude_categories=("Cs",)),
    max_size=40,
)


@settings(max_examples=20)
@given(texts=st.lists(NASTY, min_size=6, max_size=6))
def test_text_from_outside_cannot_become_markup(base: Manifest, texts: list[str]) -> None:
    name, reason, warning, step, rule, case = texts
    value = msgspec.structs.replace(
        base,
        source=msgspec.structs.replace(base.source, name=name + "<script>x</script>"),
        case=msgspec.structs.replace(base.case, purpose=case, legal_basis=reason),
        tracks=tuple(
            msgspec.structs.replace(t, reason=reason, decided_by=name, method=step)
            for t in base.tracks
        ),
        warnings=(MessagePart(warning), MessagePart("tag", {"key": warning, "text": "<img>"})),
        run=msgspec.structs.replace(base.run, command=(step, "<b onclick=x>")),
        audit=audit_part({**AUDIT, "findings": [{**AUDIT["findings"][0], "kind": rule}]}),
    )
    page = report_html(value, "fr")
    assert outside(page) == []
    ElementTree.fromstring(re.search(rb"<svg.*?</svg>", page, re.S)[0])  # type: ignore[index]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return build_manifest(make_record(tmp_path_factory.mktemp("base")))


def test_same_manifest_same_bytes(manifest: Manifest) -> None:
    assert report_html(manifest, "fr") == report_html(manifest, "fr")


def test_facts_are_in_the_report(manifest: Manifest) -> None:
    page = report_html(manifest, "en").decode()
    for fact in (
        manifest.source.sha256_before,
        manifest.output.sha256,
        manifest.run.plan_sha256,
        "2026-114",
        "art.\u00a06(1)(c) GDPR",  # no line ends within it
        "Cour d’appel &lt;Lyon&gt;",
        "third party&#39;s car",
        "more likely than not, judging by all detections of it",
    ):
        assert fact in page, fact


def test_an_incomplete_original_is_not_called_complete(manifest: Manifest) -> None:
    cut = short_of(manifest, read=63, declared=200, missing=9)
    english, french = report_html(cut).decode(), report_html(cut, "fr").decode()
    assert "63 of the 200 pictures that the original declares could be read" in english
    assert "the rest is missing from the original" in english
    assert "Every one of the 63 pictures of the original" not in english
    assert "63 of 200 declared" in english
    assert "63 des 200 images que l’original déclare ont pu être lues" in french
    assert "Chacune des 63 images de l’original" not in french
    trimmed = report_html(short_of(manifest, read=63, declared=200, missing=0)).decode()
    assert "cut by its edit list" in trimmed and "missing from the original" not in trimmed
    unknown = report_html(short_of(manifest, read=63, declared=None, missing=9)).decode()
    assert "The original ends early" in unknown and "of the original is in the" not in unknown
    torn = report_html(short_of(manifest, read=63, declared=63, missing=0, torn=True)).decode()
    assert "Pictures or sound may be missing" in torn and "of the original is in the" not in torn
    sound = msgspec.structs.replace(manifest.source, sound=(SoundPart(1, 4.5, 12.0),))
    silent = report_html(msgspec.structs.replace(manifest, source=sound)).decode()
    assert "4.5 of the 12.0 seconds of sound" in silent
    whole = report_html(short_of(manifest, read=200, declared=200, missing=0)).decode()
    assert "Every one of the 200 pictures of the original is in the output." in whole


def test_a_finding_is_listed_with_its_place(manifest: Manifest) -> None:
    page = report_html(manifest).decode()
    assert "<td>x 10, y 20, 40 × 40 pixels</td>" in page
    assert '<td class="time">0:01.600–0:01.840</td>' in page  # the source's clock begins at 2 s


def test_the_command_to_verify_names_log_and_key(manifest: Manifest) -> None:
    typed = ("redact", "run", "a.mp4", "--log", "case 7.log", "--sign=me.pem")
    run = msgspec.structs.replace(manifest.run, command=typed)
    signed = msgspec.structs.replace(manifest, run=run)
    plain = "redact check 'bodycam 7.redacted.mp4' --source 'bodycam 7.mp4'"
    english, french = ReportWords("en"), ReportWords("fr")
    assert check_command(signed, english) == f"{plain} --log 'case 7.log' --key me.pem.pub"
    assert check_command(manifest, english) == f"{plain} --log CASE.log"
    assert check_command(msgspec.structs.replace(manifest, custody_log=None), english) == plain
    assert escape(check_command(signed, french)) in report_html(signed, "fr").decode()
    # `redact fix` takes log and key over from the run before: neither stands on its command line.
    mended = msgspec.structs.replace(manifest, signed_by="ab" * 32)
    assert check_command(mended, french) == f"{plain} --log AFFAIRE.log --key CABINET.pem.pub"


def test_command(tmp_path: Path, manifest: Manifest) -> None:
    output = tmp_path / "out.mp4"
    put_record(output, dump_manifest(manifest))
    run = CliRunner().invoke
    assert run(program, ["report", str(output), "--lang", "fr"]).exit_code == 0
    page = report_of(tmp_path / "out.mp4")
    assert 'lang="fr"' in page.read_text("utf-8")
    again = run(program, ["report", str(output)])
    assert again.exception is not None and "already there" in str(again.exception)
    put_record(output, "{}")
    broken = run(program, ["report", str(output), "--force"])
    assert "record.json" in str(broken.exception)
    assert 'lang="fr"' in page.read_text("utf-8")


def test_the_page_makes_the_same_files_as_the_command(tmp_path: Path, manifest: Manifest) -> None:
    """It made no exemption log, and the command then made none either: the report existed."""
    output, other = tmp_path / "out.mp4", tmp_path / "other"
    put_record(output, dump_manifest(manifest))
    assert report_beside(output, "fr") == report_of(tmp_path / "out.mp4")
    names = (f"{other}.html", f"{other}.csv")
    options = ["--lang", "fr", "--html", names[0], "--csv", names[1]]
    assert CliRunner().invoke(program, ["report", str(output), *options]).exit_code == 0
    made = [report_of(output).with_name(name) for name in ("report.html", "exemptions.csv")]
    assert [p.read_bytes() for p in made] == [Path(name).read_bytes() for name in names]
    made[1].unlink()  # as a version before this one left it
    report_beside(output, "fr")
    assert made[1].exists()


def test_a_page_that_redact_did_not_write_is_not_opened(tmp_path: Path, manifest: Manifest) -> None:
    """It used to be, if only it was newer than the record."""
    output = tmp_path / "out.mp4"
    put_record(output, dump_manifest(manifest))
    place = report_beside(output, "en")
    true = place.read_bytes()
    assert report_beside(output, "fr") == place and place.read_bytes() == true, "it is its own"
    forged = true.replace(b"third party", b"third porty")
    assert forged != true
    for strange in (b"<p>all is well</p>", forged):
        place.write_bytes(strange)
        os.utime(place, (2e9, 2e9))
        assert report_beside(output, "en").read_bytes() == true
    other = msgspec.structs.replace(manifest, case=manifest.case.but(exhibit="B-4"))
    put_record(output, dump_manifest(other))
    os.utime(manifest_path(output), (0, 0))
    assert b"B-4" in report_beside(output, "en").read_bytes(), "it is of another record"


def test_a_report_on_a_changed_output_ends_with_a_failed_check(tmp_path: Path) -> None:
    record = make_record(tmp_path)
    value = build_manifest(record)
    put_record(record.output, dump_manifest(value))
    fine = CliRunner().invoke(program, ["report", str(record.output)])
    assert fine.exit_code == 0, fine.exception
    record.output.write_bytes(b"changed")
    broken = CliRunner().invoke(program, ["report", str(record.output), "--force"])
    assert isinstance(broken.exception, CheckFailedError)
    page = report_of(record.output).read_text("utf-8")
    assert "is not intact: output (changed)" in page


def test_it_says_what_a_person_reviewed_and_which_sound_was_muted(tmp_path: Path) -> None:
    value = reviewed(tmp_path)[0]
    page = report_html(value).decode()
    assert "by their own word: R. Roe, S. Roe." in page
    assert "normal speed or slower: 10 of 300 (3%)" in page  # what flew by does not count
    assert "while playing: 1%" in page
    assert "redact listed: 3; looked at: 1." in page
    assert "2 of 3 were answered" in page and "none: a statue" in page
    assert '<td class="time">0:01.600</td>' in page and "R. Roe, 2026-11-27 22:15 UTC" in page
    assert "0:00.400" in page and "an address" in page
    log = exemption_csv(value, ReportWords("en")).decode("utf-8-sig")
    assert "0:00.900,0:01.000,sound,,sound,muted,bleep,,an address" in log
    assert any(limit.code == "sound_partly_muted" for limit in value.not_checked)


def test_the_report_on_a_photograph_tells_no_times(tmp_path: Path) -> None:
    full = build_manifest(make_record(tmp_path))
    video, photograph = (report_html(m).decode() for m in (full, of_photograph(full)))
    film = ("Timeline", "0:01.", "Every one of the", "as a player shows", "from beginning to end")
    assert all(words in video for words in film)
    assert not [words for words in film if words in photograph]
    assert "every part of the output" in photograph


def test_all_frames_are_those_of_one_stream(tmp_path: Path) -> None:
    """A file can hold several videos; one is redacted, and the summary says which."""
    full = build_manifest(make_record(tmp_path))
    every = "Every one of the 300 pictures of"
    page = " ".join(report_html(full).decode().split())
    assert f"{every} the original is in the output." in page
    assert "other video stream" not in page
    page = " ".join(report_html(with_other_streams(full, 3, 0)).decode().split())
    assert f"{every} video stream 3 of the original is in the output." in page
    assert "one other video stream (stream 0). It was not searched" in page
    page = report_html(with_other_streams(full, 3, 0, 5), "fr").decode()
    assert "300 images du flux vidéo 3 de l’original" in page
    assert "2 autres flux vidéo (flux 0, 5)" in page
