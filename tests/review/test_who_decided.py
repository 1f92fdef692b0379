"""Each decision bears who was at the page, whoever the case names as its reviewer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redact.plan import Plan, read_plan, write_plan
from redact.record import CaseFields, EvidenceChoice, ReasonCode, build_manifest
from redact.report import report_html
from redact.review import finishing
from redact.review.routes import routes_of
from redact.review.session import Session
from redact.settings import DetectSettings, RenderSettings

from ..record.samples import make_record

CASE = CaseFields(operator="A. Petit", reviewer="Me R. Martin")


@pytest.fixture
def copied(street: Path, found: Plan, tmp_path: Path) -> tuple[Path, Path]:
    path = tmp_path / "street.plan.json"
    write_plan(replace(found, subjects=(), review=None), path)
    return street, path


def opened(source: Path, path: Path) -> Session:
    margin = RenderSettings().margin
    made = Session(source, path, DetectSettings(), margin, EvidenceChoice(case=CASE))
    assert made.job is not None and made.job.over.wait(100) and made.open is not None
    return made


def test_a_decision_bears_who_was_at_the_page(copied: tuple[Path, Path], tmp_path: Path) -> None:
    """All decisions of C. Blanc stood in the record as Me R. Martin's."""
    (source, path), deed = copied, {"op": "decide", "decision": "hide"}
    shown = {"view": "outlines", "speed": "still", "subject": None}
    one, other = (track.id for track in read_plan(path).tracks[:2])
    for name, number in (("C. Blanc", one), ("D. Noir", other)):
        session = opened(source, path)
        routes = routes_of(session)
        routes["POST", "/api/reviewer"]({"name": name})
        routes["POST", "/api/seen"]({"shown": [{**shown, "frames": [number]}]})
        session.edit({**deed, "ids": [number]})
        assert finishing._evidence(session, {}, release=False).case == CASE
        session.close()
    plan = read_plan(path)
    by = {track.id: track.decided_by for track in plan.tracks}
    assert (by[one], by[other]) == ("C. Blanc", "D. Noir")
    value = build_manifest(make_record(tmp_path, plan=plan, case=CASE))
    assert value.review is not None and value.review.reviewer == "C. Blanc, D. Noir"
    page = report_html(value).decode()
    assert "by their own word: C. Blanc, D. Noir." in page and "C. Blanc: 1; D. Noir: 1." in page
    fresh = opened(source, path)
    body = routes_of(fresh)["GET", "/api/plan"]({}).body
    assert b'"ask_who":true,"person":"D. Noir"' in body
    sure = {"sure": fresh.ready().open_plan.revision}
    kept = fresh.edit({**deed, **sure, "ids": [one], "decision": "keep"})
    assert kept.tracks[0].decided_by == "", "nobody has said yet who is there now"
    fresh.close()


def test_nobody_reviewed_who_did_not_open_the_page(tmp_path: Path) -> None:
    value = build_manifest(make_record(tmp_path, case=CASE))
    page = report_html(value).decode()
    assert value.review is None and "At the page" not in page and "Reviewed by" not in page


def test_a_reason_that_is_a_code_of_the_case_is_kept_as_one(copied: tuple[Path, Path]) -> None:
    source, path = copied
    session = opened(source, path)
    session.case = CaseFields(codes={"b(6)": ReasonCode("Privacy")})
    one, other = (track.id for track in read_plan(path).tracks[:2])
    session.edit({"op": "decide", "ids": [one], "decision": "hide", "reason": "b(6)"})
    session.edit({"op": "reason", "ids": [other], "reason": "a minor", "code": "art. 15(4)"})
    session.edit({"op": "decide", "ids": [other], "decision": "hide", "reason": "a minor"})
    session.close()
    codes = {track.id: track.code for track in read_plan(path).tracks}
    assert (codes[one], codes[other]) == ("b(6)", "art. 15(4)")
    assert next(r.code for r in read_plan(path).regions_at(0) if r.track == one) == "b(6)"
