"""`redact run --cut`: an excerpt is a result like any other, and its record says of what."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.errors import ExitCode, MismatchError
from redact.media import Decode, probe, probe_excerpt
from redact.pipeline import Journal, detect, require_same_source
from redact.plan import read_plan
from redact.progress import Silent
from redact.record import read_manifest
from redact.settings import DetectSettings
from redact.types import Box, Detections, Frame, Scope, Target

from ..program import QUICK, program
from ..side_files import plan_of, record_of

CUTS = ("--cut", "0:00.2", "0:00.3", "--cut", "0:00.4", "0:00.5")


@pytest.fixture(scope="module")
def made(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source and two excerpts of it."""
    folder = tmp_path_factory.mktemp("cuts")
    (folder / "cam.mp4").write_bytes(street.read_bytes())
    done = program("run", "cam.mp4", *CUTS, *QUICK, "--audio", "mute", "--json", cwd=folder)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert [result["cut"] for result in json.loads(done.stdout)] == [[0.2, 0.3], [0.4, 0.5]]
    return folder


def test_each_excerpt_is_a_result_with_the_pictures_of_its_span(made: Path) -> None:
    times = [frame.time for frame in Decode(probe(made / "cam.mp4"))]
    for name, start, end in (("0m0.2s-0m0.3s", 0.2, 0.3), ("0m0.4s-0m0.5s", 0.4, 0.5)):
        wanted = [t for t in times if start - 1e-6 < t - times[0] < end - 1e-6]
        output = made / f"cam.{name}.redacted.mp4"
        assert [frame.time for frame in Decode(probe(output))] == [t - wanted[0] for t in wanted]
        record = read_manifest(record_of(output))
        assert record.cut == (start, end) and record.source.frames == len(wanted)
        part = record.source.excerpt
        assert part is not None
        assert part.begins_seconds == pytest.approx(float(wanted[0] - times[0]))
        assert part.original_seconds == pytest.approx(float(probe(made / "cam.mp4").duration or 0))
        assert record.run.settings["detect"]["scope"]["cut"] == [start, end]


PLACE = 40.0, 40.0, 80.0, 90.0


class TurnsAway:
    """Another detector: one face, which is detected in the pictures before the excerpt alone."""

    name = "sees a face until it turns away"
    weights_sha256 = "3" * 64
    targets = (Target.FACE,)

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        count = int(rgb.any())
        boxes = np.array([PLACE] * count, np.float32).reshape(-1, 4)
        kinds = np.full(count, Target.FACE, np.int8)
        return Detections(boxes, np.full(count, 0.99, np.float32), kinds)

    def detect_frame(self, frame: Frame) -> Detections:
        return self.detect(np.full((1, 1, 3), frame.time < 0, np.uint8))


def test_whoever_is_detected_before_the_cut_is_hidden_from_the_first_picture_on(
    made: Path,
) -> None:
    settings = DetectSettings((Target.FACE,), scope=Scope(cut=(0.2, 0.4)))
    info = probe_excerpt(made / "cam.mp4", settings.scope)
    plan = detect(info, settings, Journal(Silent()), TurnsAway())
    assert any(r.box.common(Box(*PLACE)) > 0.9 * Box(*PLACE).area for r in plan.regions_at(0))
    assert plan.source.timeline.pts[0] == 0 and len(plan.source.timeline) == 5
    assert plan.frames_looked_at is not None and plan.frames_looked_at <= 5
    assert max(track.last for track in plan.tracks) < 5


def test_it_is_verified_and_continued_as_an_excerpt(made: Path) -> None:
    output = made / "cam.0m0.2s-0m0.3s.redacted.mp4"
    assert program("verify", "cam.mp4", output.name, cwd=made).returncode == ExitCode.DONE
    changed = output.stat().st_mtime_ns
    again = program("run", "cam.mp4", *CUTS, *QUICK, "--audio", "mute", cwd=made)
    assert again.returncode == ExitCode.DONE, again.stderr
    assert output.stat().st_mtime_ns == changed


def test_a_plan_of_another_excerpt_is_refused(made: Path) -> None:
    """Times count from the excerpt, so those of two excerpts may be alike."""
    plan = read_plan(plan_of(made / "cam.0m0.2s-0m0.3s.redacted.mp4"))
    other = probe_excerpt(made / "cam.mp4", Scope(cut=(0.4, 0.5)))
    with pytest.raises(MismatchError, match="begin"):
        require_same_source(plan, other, Silent())
    same = probe_excerpt(made / "cam.mp4", plan.settings.scope)
    require_same_source(plan, same, Silent())
    assert same.begins == Fraction(plan.source.begin or 0) * same.video.time_base


@pytest.mark.parametrize(
    ("cuts", "said"),
    [
        (("0:09", "0:10"), "has no picture at 0:09.000 or later"),
        (("0:00.4", "0:00.2"), "ends before it begins"),
        (("0:00.1", "0:00.4", "0:00.3", "0:00.5"), "two excerpts overlap"),
        (("0:00.2001", "0:00.2002"), "has no picture from"),
    ],
)
def test_cuts_that_cannot_be_made_are_refused(
    street: Path, tmp_path: Path, cuts: tuple[str, ...], said: str
) -> None:
    words = [w for a, b in zip(cuts[::2], cuts[1::2], strict=True) for w in ("--cut", a, b)]
    done = program("run", street, *words, "-o", f"{tmp_path}/", *QUICK)
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_the_case_file_names_excerpts_and_a_photograph_is_refused(
    street: Path, tmp_path: Path
) -> None:
    import av

    source = tmp_path / "cam.mp4"
    source.write_bytes(street.read_bytes())
    with av.open(str(source)) as container:
        next(container.decode(video=0)).to_image().save(tmp_path / "still.jpg")
    case = tmp_path / "case.toml"
    case.write_text(
        '[cuts]\n"cam.mp4" = [["0:00.2", "0:00.3"]]\n"still.jpg" = [["0:00", "0:01"]]\n'
    )
    words = ("run", tmp_path, "--case-file", case, *QUICK, "--audio", "mute", "--json")
    done = program(*words, cwd=tmp_path)
    results = {Path(result["source"]).name: result for result in json.loads(done.stdout)}
    assert Path(results["cam.mp4"]["output"]).name == "cam.0m0.2s-0m0.3s.redacted.mp4"
    assert "still.jpg: is a photograph" in results["still.jpg"]["error"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The output is an excerpt: 0:00.200 to 0:00.300 of an original of 0:01, SHA-256 "),
        ("fr", "d’un original de 0:01, SHA-256 "),
    ],
)
def test_the_report_says_of_what_it_is_an_excerpt(
    made: Path, tmp_path: Path, language: str, said: str
) -> None:
    output = made / "cam.0m0.2s-0m0.3s.redacted.mp4"
    record = record_of(output)
    places = ("--html", tmp_path / "report.html", "--csv", tmp_path / "table.csv")
    words = ("report", output, *places, "--lang", language)
    done = program(*words, cwd=made)
    assert done.returncode == ExitCode.DONE, done.stderr
    page = (tmp_path / "report.html").read_text("utf-8")
    assert said + read_manifest(record).source.sha256_before in page
