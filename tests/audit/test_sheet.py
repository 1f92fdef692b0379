"""The contact sheet: for its owner alone, whole, one for each output, and open about its limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from redact.auditing import AuditResult, review_sheet
from redact.auditing.findings_sheet import rows_of_findings, tiles_of
from redact.errors import OutputError
from redact.record import LookedPart
from redact.settings import Sensitivity
from redact.types import Finding, FindingKind, Target
from redact.words import Words

from .conftest import Clip, face_box, picture

TILE = 240 + 44
BANNER = 36


def result(findings: int) -> AuditResult:
    """Of an audit that found the face in frame 5, so often."""
    return AuditResult(
        Sensitivity.BALANCED,
        True,
        tuple(
            Finding(
                number=n + 1,
                kind=FindingKind.UNCOVERED,
                target=Target.FACE,
                first=5,
                last=5,
                start=0.2,
                end=0.2,
                path=((5, face_box(5)),),
                scores=(("redact", 0.81),),
                rule="our detector is sure",
            )
            for n in range(findings)
        ),
        (),
        (),
        LookedPart(25, 5, 12, (), ()),
    )


def test_sheet_shows_source_and_output(clip: Clip, clean: Path, tmp_path: Path) -> None:
    sheet = review_sheet(clip.info, clean, result(1), clip.plan(), tmp_path)
    image = cv2.imread(str(sheet))
    assert image is not None
    face = face_box(5)
    middle = picture(5)[int(face.centre[1]), int(face.centre[0])].astype(int)
    shown = image[BANNER + 44 + 120, 120][::-1].astype(int)
    assert np.abs(shown - middle).max() < 40  # the source's half shows the face
    assert np.abs(shown - image[BANNER + 44 + 120, 360][::-1].astype(int)).max() > 10


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_findings_are_headed_in_the_words_of_the_report(kind: FindingKind, target: Target) -> None:
    found = result(1)
    finding = replace(found.findings[0], kind=kind, target=target, start=6.643)
    (row,) = rows_of_findings(replace(found, findings=(finding,)))
    report = Words("en")
    said = report.word("finding", kind), report.word("target", target.word)
    assert row.words == f"1. {said[0]}: {said[1]}, 0:06.643"
    assert "_" not in row.words
    # What does not fit would be cut off; a long number and an hour may be added.
    assert len(row.words) < 64 - 3


def test_the_head_of_a_picture_is_as_wide_as_its_words(clip: Clip, clean: Path) -> None:
    longest = replace(
        result(1).findings[0], number=24, kind=FindingKind.MISFIT, target=Target.PLATE, start=7266.6
    )
    rows = rows_of_findings(replace(result(1), findings=(longest,)))
    (tile,) = tiles_of(clip.info, clean, rows)
    assert (tile[:24] > 128).any() and not (tile[:24, -4:] > 128).any()


def test_sheet_is_private_even_in_a_folder_that_was_open(
    clip: Clip, clean: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "NOT-FOR-RELEASE"
    folder.mkdir()
    folder.chmod(0o755)
    sheet = review_sheet(clip.info, clean, result(1), None, tmp_path)
    assert sheet.parent == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [sheet]


def test_each_output_has_its_own_sheet(clip: Clip, clean: Path, tmp_path: Path) -> None:
    other = tmp_path / f"{clean.stem}.mov"
    other.write_bytes(clean.read_bytes())
    sheets = {
        review_sheet(clip.info, output, result(1), None, tmp_path) for output in (clean, other)
    }
    assert {s.name for s in sheets} == {"review-clean.mp4.png", "review-clean.mov.png"}


@pytest.mark.parametrize(("findings", "rows", "line"), [(24, 8, False), (25, 8, True)])
def test_findings_that_are_not_shown_are_counted(
    clip: Clip, clean: Path, tmp_path: Path, findings: int, rows: int, line: bool
) -> None:
    image = cv2.imread(str(review_sheet(clip.info, clean, result(findings), None, tmp_path)))
    assert image is not None
    assert image.shape[0] == BANNER + rows * TILE + (36 if line else 0)
    below = image[BANNER + rows * TILE :]
    assert (below > 128).any() == line  # there are words on it


def test_a_sheet_that_cannot_be_written_leaves_nothing(
    clip: Clip, clean: Path, tmp_path: Path
) -> None:
    (tmp_path / "NOT-FOR-RELEASE" / "review-clean.mp4.png").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"review-clean\.mp4\.png"):
        review_sheet(clip.info, clean, result(1), None, tmp_path)
    assert len(list((tmp_path / "NOT-FOR-RELEASE").iterdir())) == 1
