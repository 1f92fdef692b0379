"""The exemption log: a table that spreadsheets open without executing anything in it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import MutedSpan, Subject
from redact.record import CaseFields, ReasonCode, build_manifest
from redact.record.manifest import Manifest
from redact.report import ReportWords, exemption_csv, report_html
from redact.report.exemptions import harmless
from redact.types import Keyframe
from redact.words import LANGUAGES

from ..record.samples import make_case, make_plan, make_record
from .manifests import cut_off, decided, with_bodies


def table(manifest: Manifest, language: str = "en") -> list[dict[str, str]]:
    """The log's rows, by the English names of their columns."""
    raw = exemption_csv(manifest, ReportWords(language)).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(raw), delimiter=";" if language == "fr" else ",")
    names = ReportWords("en")("csv.columns").split(",")
    assert len(head) == len(names) and all(len(line) == len(head) for line in lines)
    return [dict(zip(names, line, strict=True)) for line in lines]


def rows_of(manifest: Manifest, tracks: str, language: str = "en") -> list[dict[str, str]]:
    return [row for row in table(manifest, language) if row["tracks"] == tracks]


def test_csv(manifest: Manifest) -> None:
    (first,) = rows_of(manifest, "1")
    assert first == {
        "entry": "2",
        "from": "0:00.160",
        "to": "0:04.800",
        "picture or sound": "picture",
        "who": "person 1",
        "what": "face",
        "action": "hidden",
        "method": "flat grey cover",
        "reason code": "",
        "reason": "third party",
        "statutory basis": "art. 6(1)(c) GDPR",
        "decided by": "rule of the program",
        "decided at (UTC)": "",
        "origin": "detector",
        "tracks": "1",
        "pictures": "117",
        "seconds": "4.640",
        "share of pictures (%)": "",
    }
    (kept,) = rows_of(manifest, "2")
    assert kept["action"] == "shown in 219 of 221 pictures, hidden in the others"


def test_who_decided(manifest: Manifest) -> None:
    undecided = tuple(msgspec.structs.replace(t, decided_by="") for t in manifest.tracks)
    nobody = msgspec.structs.replace(manifest, tracks=undecided)
    for language, rule, unknown in (
        ("en", "rule of the program", "not stated"),
        ("fr", "règle du programme", "non précisé"),
    ):
        by = {row["tracks"]: row["decided by"] for row in table(nobody, language)}
        # 2 is kept and 4 was drawn: somebody decided that, no rule did.
        assert (by["1"], by["2"], by["3"], by["4"]) == (rule, unknown, rule, unknown)


def test_a_doubtful_detection_is_not_called_a_face(manifest: Manifest) -> None:
    for score, words in ((0.2, "possible face"), (0.9, "face"), (None, "face")):
        tracks = tuple(msgspec.structs.replace(t, score=score) for t in manifest.tracks)
        value = msgspec.structs.replace(manifest, tracks=tracks)
        assert rows_of(value, "1")[0]["what"] == words
        # Drawn by hand: the log says so.
        assert rows_of(value, "4")[0]["what"] == "marked region"


def test_tracks_of_one_subject_are_one_entry_with_its_spans(tmp_path: Path) -> None:
    plan = make_plan()
    second = replace(plan.tracks[0], id=7, keyframes=later(plan.tracks[0].keyframes, 140))
    plan = replace(plan, tracks=(*plan.tracks, second), subjects=(Subject((1, 7)),))
    value = build_manifest(make_record(tmp_path, plan=plan))
    one, two = rows_of(value, "1 7")
    assert one["entry"] == two["entry"] and one["pictures"] == two["pictures"] == "234"
    assert (one["from"], one["to"]) == ("0:00.160", "0:04.800")
    assert (two["from"], two["to"]) == ("0:05.760", "0:10.400")
    # What was decided otherwise is an entry of its own, whoever it is.
    tracks = tuple(
        msgspec.structs.replace(t, reason="witness") if t.track == 7 else t for t in value.tracks
    )
    apart = msgspec.structs.replace(value, tracks=tracks)
    assert rows_of(apart, "7")[0]["entry"] != rows_of(apart, "1")[0]["entry"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_known_by_the_body_is_called_a_person(tmp_path: Path, language: str) -> None:
    """With the pictures in which the face is not visible."""
    value = with_bodies(tmp_path)
    one, car = value.subjects
    assert (one.subject, one.kind, one.frames, one.body_frames) == (1, "person", 117, 183)
    assert (car.subject, car.kind) == (3, "vehicle")
    text = ReportWords(language)
    page = report_html(value, language).decode()
    assert f"<td>{text.term('subject', 'person')} 1<br>" in page
    assert text("log.person_alone", count="183") in page


def later(keys: tuple[Keyframe, ...], frames: int) -> tuple[Keyframe, ...]:
    return tuple(key.but(frame=key.frame + frames) for key in keys)


def test_codes_of_a_case_are_listed_with_their_meaning_and_rule(tmp_path: Path) -> None:
    privacy = ReasonCode("Privacy of a third party", "5 U.S.C. 552(b)(6)")
    codes = {"b6": privacy, "b7c": ReasonCode()}
    case = make_case().but(reasons={"face": "b6", "plate": "b7c"}, codes=codes)
    value = build_manifest(make_record(tmp_path, case=case))
    (face,), (plate,), (drawn,) = (rows_of(value, n) for n in ("1", "3", "4"))
    assert (face["reason code"], face["reason"]) == ("b6", "Privacy of a third party")
    assert face["statutory basis"] == "5 U.S.C. 552(b)(6)"
    assert (plate["reason code"], plate["reason"]) == ("b7c", "b7c")
    assert plate["statutory basis"] == "art. 6(1)(c) GDPR"  # the code gives none
    assert (drawn["reason code"], drawn["reason"]) == ("", "computer screen")
    assert "<td>b6: Privacy of a third party</td>" in report_html(value).decode()


def test_each_code_says_how_much_was_withheld_under_it(tmp_path: Path) -> None:
    """Two tracks of one person count once, also in a picture that shows both."""
    plan = make_plan()
    face, client, plate, drawn = plan.tracks
    second = replace(face, id=7, keyframes=later(face.keyframes, 60))
    muted = (MutedSpan(400, 800, reason="a name", code="b6"),)
    plan = replace(
        plan,
        tracks=(face, replace(client, code="consent"), replace(plate, code="b7c"), drawn, second),
        subjects=(Subject((1, 7)),),
        muted=muted,
    )
    codes = {"b6": ReasonCode("Privacy", "5 U.S.C. 552(b)(6)"), "b7c": ReasonCode()}
    case = CaseFields(exemption="b6", codes=codes | {"consent": ReasonCode("client", "art. 15")})
    value = build_manifest(make_record(tmp_path, plan=plan, case=case))
    withheld = {part.code: part for part in value.withheld}
    assert withheld.keys() == {"b6", "b7c"}, "the client is not withheld"
    privacy, pictures = withheld["b6"], len({*range(4, 121), *range(64, 181), *range(100, 131)})
    assert privacy.subjects == {"person": 1, "area": 1}
    assert privacy.frames >= pictures and privacy.sound_seconds == 0.4
    assert privacy.seconds == pytest.approx(privacy.frames / 25, abs=0.05)
    assert withheld["b7c"].subjects == {"vehicle": 1}
    rows = {
        (r["reason code"], r["picture or sound"]): r for r in table(value) if r["entry"] == "total"
    }
    total = rows["b6", "picture"]
    assert (total["who"], total["pictures"]) == ("1 person, 1 area", str(privacy.frames))
    assert total["share of pictures (%)"] == f"{privacy.frames / 3:.1f}"
    assert rows["b6", "sound"]["seconds"] == "0.400"
    (kept,) = rows_of(value, "2")
    assert (kept["reason code"], kept["statutory basis"]) == ("consent", "art. 15"), (
        "a code that is kept to shows its own rule, though not that of the case"
    )
    page = report_html(value).decode()
    assert "b6: Privacy" in page and "1 person, 1 area" in page
    sound = page.split(f"{ReportWords('en')('sound.heading')}</h2>")[1].split("</table>")[0]
    assert "<td>b6: a name</td><td>5 U.S.C. 552(b)(6)</td>" in sound


def test_fields_that_only_some_cases_have_are_not_said_to_be_missing(tmp_path: Path) -> None:
    """Nobody asked for most footage, so that no deadline is missing from its report."""
    text = ReportWords("en")
    value = build_manifest(make_record(tmp_path, case=CaseFields(case="1", requester="R. Smith")))
    said = report_html(value).decode().split(text("case.missing"))[-1].split("</p>")[0]
    assert "; recipient; " in said and "deadline" not in said and "request" not in said


@given(st.text(max_size=20))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert harmless(text).endswith(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_persons_decisions_are_told_from_untouched_tracks(tmp_path: Path, language: str) -> None:
    record, text = decided(tmp_path), ReportWords(language)
    rows = {row["tracks"]: row for row in table(record, language)}
    by, at = "decided by", "decided at (UTC)"
    when = {"en": "2026-11-27 22:15 UTC", "fr": "27/11/2026 22:15 UTC"}[language]
    # Nobody gave a name, and yet somebody decided: no rule did.
    assert (rows["1"][by], rows["1"][at]) == (text("log.person"), when)
    assert (rows["3"][by], rows["3"][at]) == ("R. Roe", when)
    page = report_html(record, language).decode()
    assert text("summary.decided", decided=4, rest=0) in page
    untouched = build_manifest(make_record(tmp_path))
    page = report_html(untouched, language).decode()
    assert text("summary.decided", decided=2, rest=2) in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_false_alarms_and_accepted_findings_have_lists_of_their_own(
    tmp_path: Path, language: str
) -> None:
    record, text = decided(tmp_path), ReportWords(language)
    page = report_html(record, language).decode()
    log, rest = page.split(f"<h3>{text('alarms.heading')}</h3>")
    alarms, rest = rest.split(text("audit.heading"))
    plate = text.word("target", "plate")
    assert f"<td>{plate}</td>" in alarms and "R. Roe" in alarms, "it has no mask"
    in_log = log.split(text("log.heading"))[1]
    assert plate not in in_log, "it stands among what is hidden and shown"
    accepted = rest.split(f"<h3>{text('audit.accepted')}</h3>")[1].split("</table>")[0]
    assert "a statue" in accepted and f"R. Roe, {text.moment('2026-11-27T22:15')} UTC" in accepted
    # It is said as what it is, at the top too.
    assert (
        text("summary.accepted", count=1, section=5) in page and text("audit.all_accepted") in page
    )
    assert text("summary.findings", count=1) not in page and text("audit.failed") not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_that_was_cut_off_is_not_called_a_false_alarm(tmp_path: Path, language: str) -> None:
    """It may be a real face: nobody called it a false alarm."""
    record = cut_off(tmp_path)
    words = {
        "en": "not hidden (its mask was taken off by hand)",
        "fr": "non masqué (masque retiré à la main)",
    }
    text = ReportWords(language)
    statue = text.word("action", "false-alarm")
    rows = {
        row["tracks"]: row["action"].split(text("title.semicolon"))[0]
        for row in table(record, language)
    }
    assert rows["1"] == words[language] and rows["2"].startswith(statue)
    page = report_html(record, language).decode()
    log, rest = page.split(f"<h3>{text('alarms.heading')}</h3>")
    alarms = rest.split("</table>")[0]
    assert words[language] in log.split(text("log.heading"))[1]
    assert "a statue" in alarms and words[language] not in alarms
    for count in ("cell_cut_off", "cell_alarms"):
        assert text.words.message(count, {"count": 1}) in page
    for limit, track in (("cut_off", "1"), ("false_alarms", "2")):
        assert text(f"limits.{limit}", detail=track) in page


def test_sound_muted_by_an_unnamed_person_was_muted_by_a_person(
    tmp_path: Path,
) -> None:
    plan = replace(make_plan(), muted=(MutedSpan(400, 800),))
    record, text = build_manifest(make_record(tmp_path, plan=plan)), ReportWords("en")
    row, total = (r for r in table(record) if r["picture or sound"] == text("log.sound"))
    assert (total["entry"], total["seconds"]) == ("total", "0.400")
    assert row["decided by"] == text("log.person")
    assert text("log.person") in report_html(record).decode().split(text("sound.heading"))[-1]


def test_the_log_says_what_rests_on_a_persons_word(tmp_path: Path) -> None:
    record = decided(tmp_path)
    client = record.tracks[1]
    assert client.shown == ((30, 60), (71, 99), (102, 250))
    assert client.shown_confirmed == [(40, 60)]
    assert [(c.first, c.last, c.same, c.by) for c in client.confirmed] == [
        (40, 60, True, "R. Roe"),
        (61, 70, False, "R. Roe"),
    ]
    assert rows_of(record, "2")[0]["action"] == (
        "shown in 209 of 221 pictures, hidden in the others; pictures in which a person looked and "
        "confirmed it: 21 (R. Roe)"
    )


def test_the_legal_basis_is_named_only_for_what_is_hidden(tmp_path: Path) -> None:
    """It used to stand beside a visible client, a statue, and a part that was cut off, as if it
    demanded that."""
    for record in (decided(tmp_path), cut_off(tmp_path)):
        assert record.case.legal_basis
        for row in table(record, "en"):
            hidden = row["action"].startswith(("hidden", "muted"))
            assert bool(row["statutory basis"]) == hidden, row
        log = report_html(record).decode().split(ReportWords("en")("log.heading"))[1]
        assert "not given" not in log.split("</table>")[0], "nothing is missing there"
