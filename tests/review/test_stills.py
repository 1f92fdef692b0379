"""A picture that is saved shows what the result shows, and stands on record."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from redact.errors import UsageError
from redact.media import probe
from redact.plan import (
    Decision,
    FindingNote,
    Plan,
    ReviewState,
    decisions,
    read_plan,
    write_plan,
)
from redact.record import EvidenceChoice, build_manifest, read_log
from redact.record.manifest_parts import StillPart
from redact.report import report_html
from redact.review.refused_error import RefusedError
from redact.review.session import Session
from redact.review.stills import save_still
from redact.settings import DetectSettings, RenderSettings

from ..record.samples import make_record


@pytest.fixture
def session(street: Path, found: Plan, tmp_path: Path) -> Session:
    path = tmp_path / "street.plan.json"
    write_plan(replace(found, subjects=(), review=None), path)
    evidence = EvidenceChoice(log=tmp_path / "case.log")
    margin = RenderSettings().margin
    made = Session(street, path, DetectSettings(), margin, evidence, tmp_path / "out")
    assert made.job is not None and made.job.over.wait(100) and made.open is not None
    yield made
    made.close()


def stills_on_record(session: Session, folder: Path) -> list[StillPart]:
    plan = read_plan(session.plan_path)
    value = build_manifest(make_record(folder, plan=plan))
    assert value.review is not None
    page = report_html(value).decode()
    assert all(still.sha256 in page for still in value.review.stills)
    return value.review.stills


def test_it_is_masked_as_the_result_and_on_record(session: Session, tmp_path: Path) -> None:
    plan, number = session.ready().open_plan.plan, 5
    session.reviewer = "C. Blanc"
    place = save_still(session, number, {})
    assert place.parent == tmp_path / "out" and ".redacted." in place.name
    shown = cv2.imread(str(place))[:, :, ::-1]
    with av.open(str(session.source)) as video:
        frames = (f for f, _ in zip(video.decode(video=0), range(number + 1), strict=False))
        source = [*frames][-1].to_ndarray(format="rgb24")
    assert shown.shape == source.shape == (*probe(session.source).video.upright_size[::-1], 3)
    differs = np.abs(shown.astype(int) - source).max(axis=2)
    regions = plan.regions_at(number)
    assert regions
    for region in regions:
        (x, y), half = map(round, region.box.centre), round(region.box.height / 4)
        middle = np.s_[y - half : y + half, x - half : x + half]
        assert np.ptp(shown[middle], axis=(0, 1)).max() <= 8 < np.ptp(source[middle]), "covered"
    outside = np.ones(differs.shape, bool)
    for x1, y1, x2, y2 in (r.box.grown(0.6) for r in regions):
        outside[max(0, int(y1)) : int(y2) + 1, max(0, int(x1)) : int(x2) + 1] = False
    assert differs[outside].mean() < 3, "the rest stays, but for the scaling of its colours"
    (still,) = stills_on_record(session, tmp_path)
    assert still.sha256 == hashlib.sha256(place.read_bytes()).hexdigest()
    assert (still.by, still.frame, still.current) == ("C. Blanc", number, True)
    assert still.seconds == plan.seconds(number) and still.name == place.name
    (entry,) = read_log(tmp_path / "case.log").entries
    assert entry.event == "still" and entry.details["picture_sha256"] == still.sha256
    again = save_still(session, number, {})
    assert again != place and place.exists(), "nothing is replaced"
    # A decision since then uncovers somebody: the picture no longer is what the result shows.
    who = [regions[0].track]
    opened = session.ready().open_plan
    opened.change(lambda plan: decisions.decide(plan, who, Decision.KEEP))
    assert [still.current for still in stills_on_record(session, tmp_path)] == [False, False]


def test_a_picture_with_an_unanswered_finding_is_refused(session: Session) -> None:
    box = ((5, (1.0, 2.0, 30.0, 40.0)),)
    note = FindingNote(1, "possible_leak", "face", 4, 6, box)
    session.ready().open_plan.note(lambda review: ReviewState(findings=(note,)))
    with pytest.raises(RefusedError):
        save_still(session, 5, {})
    assert save_still(session, 8, {}).exists()


def test_one_for_publication_names_nobody(session: Session, tmp_path: Path) -> None:
    session.evidence = EvidenceChoice()
    place = save_still(session, 5, {"release": True})
    assert place.name == "video.png" or place.name == "photo.png"
    assert session.source.stem not in place.name and not read_plan(session.plan_path).review
    assert b"tEXt" not in place.read_bytes() and not (tmp_path / "case.log").exists()
    session.evidence = EvidenceChoice(given=("--log",))
    with pytest.raises(UsageError):
        save_still(session, 5, {"release": True})
