"""Pictures of findings: source beside output, readable only by their owner."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from redact.auditing import AuditResult, finding_pictures
from redact.errors import OutputError
from redact.record import LookedPart
from redact.settings import Sensitivity
from redact.types import Finding, FindingKind, Target

from .conftest import Clip, face_box, picture


def result(findings: int) -> AuditResult:
    """Of an audit that found the face in frame 5, `count` times."""
    return AuditResult(
        Sensitivity.BALANCED,
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


def audited(clean: Path, folder: Path) -> Path:
    """A copy of the output in a folder that anybody may read."""
    folder.mkdir(mode=0o755)
    return Path(shutil.copy(clean, folder))


def test_a_picture_shows_source_beside_output(clip: Clip, clean: Path, tmp_path: Path) -> None:
    (path,) = finding_pictures(clip.info, audited(clean, tmp_path / "closed"), result(1))
    image = cv2.imread(str(path))
    assert image is not None
    face = face_box(5)
    middle = picture(5)[int(face.centre[1]), int(face.centre[0])].astype(int)
    shown = image[44 + 120, 120][::-1].astype(int)
    assert np.abs(shown - middle).max() < 40  # the source's half shows the face
    assert np.abs(shown - image[44 + 120, 360][::-1].astype(int)).max() > 10


def test_pictures_are_private_even_in_a_folder_that_was_open(
    clip: Clip, clean: Path, tmp_path: Path
) -> None:
    output = audited(clean, tmp_path / "closed")
    paths = finding_pictures(clip.info, output, result(25))
    assert [p.name for p in paths] == [f"clean.mp4.finding-{n}.png" for n in range(1, 25)]
    assert output.parent.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in paths} == {0o600}


def test_a_picture_that_cannot_be_written_leaves_nothing(
    clip: Clip, clean: Path, tmp_path: Path
) -> None:
    output = audited(clean, tmp_path / "closed")
    (output.parent / "clean.mp4.finding-1.png").mkdir()
    with pytest.raises(OutputError, match=r"clean\.mp4\.finding-1\.png"):
        finding_pictures(clip.info, output, result(1))
    assert len(list(output.parent.iterdir())) == 2
