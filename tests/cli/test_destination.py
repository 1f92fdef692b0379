"""Where results go: folders are made if asked for, and none is left behind empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from redact.errors import ExitCode
from redact.plan import write_plan
from redact.record import EvidenceChoice, write_evidence

from ..program import QUICK
from ..record.samples import make_plan, make_record
from .conftest import call


def test_a_folder_is_made_if_the_path_ends_with_a_separator(street: Path, tmp_path: Path) -> None:
    done = call(
        "run", street, "--release", "--audio", "mute", "-o", "new/out/", *QUICK, cwd=tmp_path
    )
    assert done.returncode == ExitCode.DONE, done.stderr
    assert [p.name for p in (tmp_path / "new" / "out").iterdir()] == ["video.mp4"]


@pytest.mark.parametrize("name", ["out", "case.2024"])
def test_a_name_without_extension_is_refused_as_ambiguous(
    street: Path, tmp_path: Path, name: str
) -> None:
    done = call("run", street, "-o", name, cwd=tmp_path)
    assert done.returncode == ExitCode.OUTPUT
    assert f"{name}: is neither a folder nor the name of a video" in done.stderr
    assert f"write {name}/ or make it first" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("cam.mp4", "cam.mp4", "-o", "o/"), ExitCode.USAGE),
        (("no.mp4", "fake.mp4", "-o", "oo/"), ExitCode.INPUT),
        (("no.mp4", "fake.mp4", "-o", "oo"), ExitCode.INPUT),
        (("no.mp4", "-o", "a/b/"), ExitCode.INPUT),
        (("no.mp4", "fake.mp4", "-o", "y.mp4"), ExitCode.USAGE),
        (("fake.mp4", "-o", "fake.mp4/"), ExitCode.USAGE),
    ],
)
def test_a_command_that_fails_leaves_no_folder(
    tmp_path: Path, words: tuple[str, ...], code: ExitCode
) -> None:
    (tmp_path / "fake.mp4").write_bytes(b"no video")
    done = call("run", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["fake.mp4"]


def test_apply_makes_its_folder_and_removes_it_after_a_failure(
    street: Path, tmp_path: Path
) -> None:
    write_plan(make_plan(), tmp_path / "other.json")
    done = call("apply", street, "other.json", "-o", "out/", cwd=tmp_path)
    assert done.returncode == ExitCode.MISMATCH, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["other.json"]


@pytest.mark.parametrize("table", ["x.html", "./x.html", "nowhere/x.csv"])
def test_a_report_is_written_with_its_log_or_not_at_all(tmp_path: Path, table: str) -> None:
    record = make_record(tmp_path)
    write_evidence(record, EvidenceChoice())
    before = set(tmp_path.iterdir())
    done = call("report", record.output, "--html", "x.html", "--csv", table, cwd=tmp_path)
    assert done.returncode in (ExitCode.USAGE, ExitCode.OUTPUT), done.stderr
    assert "-o" not in done.stderr
    assert set(tmp_path.iterdir()) == before
