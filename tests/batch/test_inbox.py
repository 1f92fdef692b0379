"""A newsroom's inbox: each file once, after it stopped growing, also after a restart."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redact.batch import Inbox
from redact.errors import ExitCode

from ..cli.conftest import call
from ..pipeline.conftest import SAMPLE, shorten
from ..program import QUICK
from ..side_files import record_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def names(inbox: Inbox, now: float) -> list[str]:
    return [one.path.name for one in inbox.ready(now)]


def test_a_video_is_taken_when_it_has_stopped_growing(folder: Path, tmp_path: Path) -> None:
    inbox, video = Inbox(folder, 10, tmp_path / "out"), folder / "a.mp4"
    assert names(inbox, 0) == []
    video.write_bytes(b"1")
    assert names(inbox, 1) == [] and names(inbox, 10) == []
    video.write_bytes(b"12")
    assert names(inbox, 12) == [] and names(inbox, 21) == []
    assert names(inbox, 22) == ["a.mp4"]
    assert names(inbox, 99) == []
    video.write_bytes(b"another of the same name")
    assert names(inbox, 100) == [] and names(inbox, 110) == ["a.mp4"]


def test_an_empty_file_is_not_taken_yet(folder: Path, tmp_path: Path) -> None:
    inbox = Inbox(folder, 1, tmp_path / "out")
    (folder / "a.mp4").write_bytes(b"")
    assert names(inbox, 0) == [] and names(inbox, 9) == []
    assert inbox.waiting == 1
    assert [one.path.name for one in inbox.ready(10, last=True)] == ["a.mp4"]
    assert inbox.waiting == 0


def test_with_once_nothing_is_skipped_silently(folder: Path, tmp_path: Path) -> None:
    """A video that was still being copied, and an empty one, used to be skipped with exit code
    0."""
    (folder / "empty.mp4").write_bytes(b"")
    words = [sys.executable, "-m", "redact", "watch", folder, "-o", tmp_path / "out"]
    options = ["--quiet-for", "1.5", "--once"]
    process = subprocess.Popen([*map(str, words), *options], stderr=subprocess.PIPE, text=True)
    for _ in range(16):  # longer than --once waited
        with (folder / "copied.mp4").open("ab") as file:
            file.write(b"no video")
        time.sleep(0.4)
    _, errors = process.communicate(timeout=200)
    assert process.returncode == ExitCode.INPUT, errors
    assert "empty.mp4: refused (" in errors and "copied.mp4: refused (" in errors
    assert (tmp_path / "out" / "failed" / "empty.mp4.txt").exists()


def test_results_in_the_inbox_are_not_taken_as_new_files(folder: Path) -> None:
    inbox = Inbox(folder, 1, folder / "out", recursive=True)
    (folder / "out").mkdir()
    (folder / "out" / "b.mp4").write_bytes(b"1")
    (folder / "a.mp4").write_bytes(b"1")
    names(inbox, 0)
    assert names(inbox, 5) == ["a.mp4"]


def test_it_continues_after_a_restart(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shorten(SAMPLE, folder / "a.mp4", 8, skip=70)
    (folder / "broken.mp4").write_bytes(b"no video")
    (folder / "notes.txt").write_bytes(b"no video")
    words = ("watch", folder, "-o", out, "--quiet-for", 1, "--once", *QUICK)
    first = call(*words)
    assert first.returncode == ExitCode.INPUT, first.stderr
    assert "a.mp4: done (" in first.stderr and "broken.mp4: refused (" in first.stderr
    assert "broken.mp4" in (out / "failed" / "broken.mp4.txt").read_text()
    assert first.stderr.count("notes.txt") == 1
    before = (out / "a.redacted.mp4").stat().st_mtime_ns
    second = call(*words)
    assert "a.mp4: done before (" in second.stderr
    assert (out / "a.redacted.mp4").stat().st_mtime_ns == before
    assert sorted(p.name for p in folder.iterdir()) == ["a.mp4", "broken.mp4", "notes.txt"]
    (folder / "broken.mp4").unlink()
    assert call(*words).returncode == ExitCode.DONE
    assert call("watch", folder / "none", "-o", out).returncode == ExitCode.INPUT
    assert call(*words, "--release").returncode == ExitCode.USAGE


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_stops_nothing(folder: Path, tmp_path: Path) -> None:
    out, name = tmp_path / "out", os.fsdecode(b"caf\xe9.mp4")
    for one in (name, "later.mp4"):
        (folder / one).write_bytes(b"no video")
    watched = call("watch", folder, "-o", out, "--quiet-for", 1, "--once")
    assert watched.returncode == ExitCode.INPUT, watched.stderr
    assert "caf%E9.mp4: refused (" in watched.stderr
    assert "later.mp4: refused (" in watched.stderr
    notes = out / "failed"
    assert "caf%E9.mp4" in (notes / f"{name}.txt").read_text("utf-8")
    assert "later.mp4" in (notes / "later.mp4.txt").read_text("utf-8")


def test_a_record_whose_name_is_taken_affects_the_exit_code(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shorten(SAMPLE, folder / "a.mp4", 8, skip=70)
    record_of(out / "a.redacted.mp4").mkdir(parents=True)
    words = ("-o", f"{out}/", *QUICK)
    watched = call("watch", folder, *words, "--quiet-for", 1, "--once")
    assert watched.returncode == call("run", folder, *words).returncode == ExitCode.EXISTS
    assert "record.json" in (out / "failed" / "a.mp4.txt").read_text()
