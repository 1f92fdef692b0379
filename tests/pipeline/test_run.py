"""`redact run` as a user meets it: one command, one file, messages and exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import av
import click
import pytest

from redact.cli.app import Invocation
from redact.cli.app import redact as command_line
from redact.cli.results import hidden_by
from redact.errors import ExitCode, OutputError, UsageError
from redact.media import Decode, VideoWriter, probe
from redact.plan import Subject, read_plan
from redact.progress import Silent, Stage
from redact.settings import EncodeSettings
from redact.types import Target

from ..program import QUICK, ROOT
from ..side_files import beside, plan_of, record_of
from .conftest import SAMPLE, alone


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Heard(Silent):
    """Records the stages of a run, with their totals."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: list[tuple[str, int | None]] = []

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        self.stages.append((name, total))
        with super().stage(name, total, unit) as stage:
            yield stage


HEARD = Heard()


@pytest.fixture(scope="module")
def finished(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's cut after one plain run, whose progress `HEARD` recorded."""
    from redact.pipeline import redact_video
    from redact.settings import Settings

    output = tmp_path_factory.mktemp("out") / "street.redacted.mp4"
    outcome = redact_video(street, Settings(), alone(output), HEARD)
    assert not outcome.needs_review, outcome.audit.in_words()
    return output


def test_one_command_one_file(redact, street: Path, tmp_path: Path) -> None:
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    before = digest(source)
    done = redact("run", source, "--json", "--no-manifest")
    assert done.returncode == ExitCode.DONE, done.stderr
    result = json.loads(done.stdout)
    assert Path(result["output"]) == tmp_path / "street.redacted.mp4"
    assert result["tracks"]["face"] >= 2
    assert result["tracks"]["plate"] >= 2
    assert digest(source) == before
    assert beside(tmp_path) == [
        "street.mp4",
        "street.redacted.mp4",
    ]
    assert plan_of(tmp_path / "street.redacted.mp4").stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in done.stderr
    assert "\r" not in done.stderr, "a bar was drawn although nobody watches"
    assert "voices identify people" in done.stderr


def test_the_source_is_hashed_only_before_and_after(street: Path, finished: Path) -> None:
    sizes = [total for name, total in HEARD.stages if name == "hash"]
    assert sizes.count(street.stat().st_size) == 2
    assert sizes.count(finished.stat().st_size) == 1


def test_an_existing_output_is_never_replaced_silently(
    redact, street: Path, tmp_path: Path
) -> None:
    output = tmp_path / "there.mp4"
    output.write_bytes(b"something dear")
    done = redact("run", street, "-o", output)
    assert done.returncode == ExitCode.EXISTS
    assert output.read_bytes() == b"something dear"
    assert str(output) in done.stderr
    assert "--force" in done.stderr


def test_the_source_is_never_its_own_output(redact, street: Path) -> None:
    before = digest(street)
    done = redact("run", street, "-o", street, "--force")
    assert done.returncode == ExitCode.EXISTS
    assert digest(street) == before


def test_detect_then_apply_equals_run(redact, street: Path, finished: Path, tmp_path: Path) -> None:
    plan, output = tmp_path / "p.json", tmp_path / "halves.mp4"
    assert redact("detect", street, "-o", plan).returncode == ExitCode.DONE
    done = redact("apply", street, plan, "-o", output, "--no-manifest")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert digest(output) == digest(finished)


def test_a_plan_for_another_file_is_refused(
    redact, street: Path, street_plan: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(street.read_bytes() + b"\0")
    done = redact("apply", other, street_plan, "-o", tmp_path / "out.mp4")
    assert done.returncode == ExitCode.MISMATCH
    assert not (tmp_path / "out.mp4").exists()


def test_a_kept_track_is_not_counted_as_hidden(
    redact, street: Path, street_plan: Path, tmp_path: Path
) -> None:
    plan, output = tmp_path / "p.json", tmp_path / "out.mp4"
    plan.write_bytes(street_plan.read_bytes())
    faces = json.loads(plan.read_text())["tracks"]
    count = sum(t["target"] == "face" for t in faces)
    kept = next(t["id"] for t in faces if t["target"] == "face")
    done = redact("plan", "set", plan, kept, "--action", "keep", "--reason", "client")
    assert done.returncode == ExitCode.DONE, done.stderr
    done = redact("apply", street, plan, "-o", output, "--no-manifest")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert re.search(rf"\b{count - 1} person\b[^;]* masked; 1 person visible by", done.stderr)


def test_somebody_found_in_two_tracks_is_counted_once(street_plan: Path) -> None:
    plan = replace(read_plan(street_plan), subjects=())
    faces = [t.id for t in plan.tracks if t.target is Target.FACE]
    assert hidden_by(plan).startswith(f"{len(faces)} people")
    joined = plan.with_subjects((Subject(tuple(faces[:2])),))
    assert hidden_by(joined).startswith(f"{len(faces) - 1} person")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_with_a_non_utf8_name_gets_its_record(redact, street: Path, tmp_path: Path) -> None:
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    source.write_bytes(street.read_bytes())
    done = redact("run", source, *QUICK)
    assert done.returncode == ExitCode.DONE, done.stderr
    output = source.with_name(source.stem + ".redacted.mp4")
    manifest = json.loads(record_of(output).read_bytes())
    assert manifest["source"]["name"] == "caf%E9.mp4"
    assert redact("check", output, "--source", source).returncode == ExitCode.DONE
    assert redact("report", output).returncode == ExitCode.DONE
    plan = plan_of(output)
    done = redact("apply", source, plan, "-o", tmp_path / "o.mp4")
    assert done.returncode == ExitCode.DONE, done.stderr


def test_a_record_that_cannot_be_written_is_reported_with_the_output(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up between video and record. A read-only folder would not stop the superuser,
    so the writing itself is made to fail."""
    from click.testing import CliRunner

    from redact.cli.run import run
    from redact.pipeline import publish

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "write_evidence", full)
    output = tmp_path / "out.mp4"
    arguments = [str(street), "-o", str(output), *QUICK]
    result = CliRunner().invoke(run, [*arguments])
    assert isinstance(result.exception, OutputError)
    assert output.exists()
    assert f"{output}: is written, but the files beside it" in result.exception.message


def on_a_small_disk(street: Path, disk: Path, size: str) -> subprocess.CompletedProcess[str]:
    """A run whose result lies on a disk of its own, of `size`."""
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={size} tmpfs {disk}"
    inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    try:
        allowed = subprocess.run([*inside, mount], capture_output=True, check=False)
    except OSError:
        pytest.skip("needs 'unshare', to mount a small disk")
    if allowed.returncode:
        pytest.skip("this system lets nobody mount a disk of his own")
    run = [sys.executable, "-m", "redact", "run", f"{street}", "-o", f"{disk / 'out.mp4'}", *QUICK]
    command = f"{mount} && exec {shlex.join(run)}"
    return subprocess.run([*inside, command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_disk_without_room_is_named_before_the_search(street: Path, tmp_path: Path) -> None:
    done = on_a_small_disk(street, tmp_path / "disk", "900k")
    assert done.returncode == ExitCode.OUTPUT, done.stderr
    assert f"bytes are free on the disk at {tmp_path / 'disk'}" in done.stderr
    assert "codec" not in done.stderr


def test_a_disk_that_fills_up_is_named(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    info = probe(SAMPLE)
    with (
        pytest.raises(OutputError, match=r"the disk at .* is full"),
        VideoWriter(Path("/dev/full"), info, EncodeSettings(preset="ultrafast"), "mkv") as writer,
    ):
        for frame in Decode(info):
            writer.write(frame)


def test_mute_drops_the_sound(redact, street: Path, tmp_path: Path) -> None:
    output = tmp_path / "mute.mp4"
    done = redact("run", street, "-o", output, "--audio", "mute", *QUICK)
    assert done.returncode in (ExitCode.DONE, ExitCode.NEEDS_REVIEW), done.stderr
    (written,) = [p for p in tmp_path.iterdir() if p.suffix == ".mp4"]
    with av.open(str(written)) as container:
        assert [s.type for s in container.streams] == ["video"]
    assert "voices" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.mp4", b"", ExitCode.INPUT),
        ("words.mp4", b"these are words, not pictures\n" * 50, ExitCode.INPUT),
        ("absent.mp4", None, ExitCode.INPUT),
    ],
)
def test_a_file_that_is_not_a_video_is_refused_in_one_line(
    redact, tmp_path: Path, name: str, content: bytes | None, code: ExitCode
) -> None:
    source = tmp_path / name
    if content is not None:
        source.write_bytes(content)
    done = redact("run", source)
    assert done.returncode == code
    assert str(source) in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert {p.name for p in tmp_path.iterdir()} <= {name}


def test_several_sources_continue_after_a_bad_one(redact, street: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    out = tmp_path / "out"
    out.mkdir()
    done = redact("run", bad, street, "-o", out, *QUICK, "--json")
    assert done.returncode == ExitCode.INPUT
    results = json.loads(done.stdout)
    assert [r["exit_code"] for r in results] == [ExitCode.INPUT, ExitCode.DONE]
    assert (out / "street.redacted.mp4").exists()


def test_wrong_usage_is_exit_code_two(redact) -> None:
    done = redact("run", "x.mp4", "--style", "nothing")
    assert done.returncode == ExitCode.USAGE
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "x.mp4", "--targets", "dog"],
        ["run", "x.mp4", "--sensitivity", "heroic"],
        ["run", "x.mp4", "--color", "red"],
        ["run", "x.mp4", "--codec", "h265"],
        ["run", "x.mp4", "--preset", "warp"],
        ["run", "x.mp4", "--codec", "av1", "--preset", "fast"],
        ["nonsense"],
    ],
)
def test_contradictory_options_are_wrong_usage(arguments: list[str]) -> None:
    """In this process, since each process costs a second; the exit code is tested above."""
    with pytest.raises((click.UsageError, UsageError)):
        command_line.main(arguments, standalone_mode=False, obj=Invocation())
