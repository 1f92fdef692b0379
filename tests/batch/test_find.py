"""Footage in folders: everything except redact's own files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import pytest

from redact.batch import find_footage
from redact.errors import InputError, OutputError
from redact.media import probe
from redact.pipeline import Delivery, order_to_run
from redact.settings import DrawSettings

from ..cli.test_exit import POWERLESS
from ..media.footage import Clip, make


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    for name in (
        "a.mp4", "b.MOV", "notes.txt", "sound.mka", ".hidden.mp4", "a.redacted.mp4",
        "a.redacted.mp4.redact/NOT-FOR-RELEASE/mine.mp4",
        "cam.mp4.redact/record.json", "cam.mp4", "day/c.mkv",
        "day/deep/d.avi",
        "NOT-FOR-RELEASE/a.redacted.needs-review.mp4", "NOT-FOR-RELEASE/review-a.mp4",
        "x.redacted.needs-review-2.mp4", ".git/e.mp4", "out/f.mp4", "day/photo.JPG",
        "a.redacted.mp4.report.pdf", "day/Statement.PDF",
        "NOT-FOR-RELEASE/a.redacted.needs-review.mp4.finding-1.png", "out/sheet.png",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "sound.mka").write_bytes(b"\x1a\x45\xdf\xa3\0")
    (folder / "day" / "recorder.dat").write_bytes(bytes(range(256)))
    return folder


def names(found, folder: Path) -> list[str]:
    return [str(one.path.relative_to(folder)) for one in found.footage]


@pytest.mark.parametrize(
    "muxer",
    [
        *("3g2", "asf", "avi", "avif", "dv", "f4v", "flv", "gif", "h264", "hevc", "ivf"),
        *("matroska", "mov", "mp4", "mpeg", "mpeg1video", "mpegts", "mxf", "nut", "ogv", "vob"),
        *("webm", "wtv", "yuv4mpegpipe"),
    ],
)
def test_a_folder_misses_no_container_that_can_be_read(tmp_path: Path, muxer: str) -> None:
    """MXF, Ogg, raw streams and others were passed over without a word."""
    for ending in av.ContainerFormat(muxer, "w").extensions:
        (tmp_path / f"a.{ending}").touch()
    found = find_footage([tmp_path])
    assert found.footage
    passed_over = {*tmp_path.iterdir()} - {one.path for one in found.footage}
    assert {path.suffix for path in passed_over} <= {".wma", ".m4a", ".ismv"}


def test_a_folder_alone_is_not_searched_deeper(case: Path) -> None:
    assert names(find_footage([case]), case) == ["a.mp4", "b.MOV"]


def test_places_that_were_not_searched_are_named(case: Path) -> None:
    """Subfolders, and a link whose video is on a disk that is not connected."""
    (case / "gone.mp4").symlink_to(case / "elsewhere.mp4")
    os.mkfifo(case / "live.mp4")
    left_out = {p.name: str(why) for p, why in find_footage([case], results=case / "out").left_out}
    assert left_out["gone.mp4"] == "a link to a file that is not there"
    assert left_out["live.mp4"] == "a pipe, a socket or a device, not a file"
    assert left_out["day"].startswith("contains videos and was not searched; add -r")
    assert not {"out", "NOT-FOR-RELEASE", ".git"} & left_out.keys()
    (case.parent / "other").mkdir()
    (case / "linked").symlink_to(case.parent / "other")
    (case / "day" / "again").symlink_to(case / "day")
    deeper = find_footage([case], results=case / "out", recursive=True)
    left_out = {p.name: str(why) for p, why in deeper.left_out}
    assert "day" not in left_out and "gone.mp4" in left_out
    assert left_out["linked"].startswith("a link to a folder, which is not followed")
    assert "again" not in left_out, "what it leads to is searched"


SEARCH = """
import sys; from pathlib import Path; from redact.batch import find_footage
from redact.errors import InputError
case = Path(sys.argv[1])
for deep in (True, False):
    print(*(f"{path.name}: {why}" for path, why in find_footage([case], recursive=deep).left_out))
try: find_footage([case / "day"])
except InputError as error: print(error)
"""


def test_a_folder_that_may_not_be_read_is_named(case: Path) -> None:
    """It was passed over without a word."""
    start, closed = [sys.executable, "-c", SEARCH], case / "day"
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        if shutil.which("setpriv") is None:
            pytest.skip("this user may read everything")
        start = [*POWERLESS, *start]
    done = subprocess.run([*start, case], capture_output=True, text=True, check=True)
    closed.chmod(0o700)
    deep, flat, alone = done.stdout.splitlines()
    assert "day: a folder that may not be read" in deep and "day: a folder that may not" in flat
    assert alone == f"{closed}: may not be read (permission denied)"


def test_redacts_own_files_are_left_out_and_named(case: Path) -> None:
    found = find_footage([case], recursive=True, results=case / "out")
    neither = "neither a video nor a photograph that redact reads; nothing in it is hidden"
    assert names(found, case) == ["a.mp4", "b.MOV", "day/c.mkv", "day/photo.JPG", "day/deep/d.avi"]
    assert {p.name: str(why) for p, why in found.left_out} == {
        "a.redacted.mp4": "made by redact",
        "cam.mp4": "made by redact",
        "mine.mp4": "made by redact",
        "a.redacted.needs-review.mp4": "made by redact",
        "review-a.mp4": "in a folder NOT-FOR-RELEASE",
        "x.redacted.needs-review-2.mp4": "made by redact",
        "f.mp4": "in the folder for the results",
        ".hidden.mp4": "hidden",
        ".git": "hidden",
        "a.redacted.needs-review.mp4.finding-1.png": "made by redact",
        "recorder.dat": neither,
        "sheet.png": "in the folder for the results",
        "sound.mka": neither,
        "Statement.PDF": neither,
    }


def test_results_are_in_the_same_folders_as_the_footage(case: Path) -> None:
    found = find_footage([case], recursive=True)
    below = {one.path.name: str(one.below) for one in found.footage}
    assert below == {
        "a.mp4": ".",
        "b.MOV": ".",
        "c.mkv": "day",
        "photo.JPG": "day",
        "d.avi": "day/deep",
        "f.mp4": "out",
        "sheet.png": "out",
    }
    two = find_footage([case / "day", case / "out"])
    assert [str(one.below) for one in two.footage] == ["day", "day", "out", "out"]


def test_results_beside_the_footage_do_not_hide_it(case: Path) -> None:
    assert names(find_footage([case], results=case), case) == ["a.mp4", "b.MOV"]


def test_a_file_named_explicitly_is_always_taken(case: Path) -> None:
    found = find_footage([case / "a.redacted.mp4", case / "missing.mp4"])
    assert [one.path.name for one in found.footage] == ["a.redacted.mp4", "missing.mp4"]
    assert not found.searched


def test_patterns_that_no_shell_expanded_are_expanded(case: Path) -> None:
    found = find_footage([case / "*.mp4"])
    assert names(found, case) == ["a.mp4"] and found.searched
    (case / "[1].mp4").write_bytes(b"")
    assert names(find_footage([case / "[1].mp4"]), case) == ["[1].mp4"]


def test_a_folder_and_a_file_in_it_give_the_file_once(case: Path) -> None:
    found = find_footage([case, case / "day", case / "day" / "c.mkv"], recursive=True)
    assert sorted(names(found, case)) == [
        "a.mp4",
        "b.MOV",
        "day/c.mkv",
        "day/deep/d.avi",
        "day/photo.JPG",
        "out/f.mp4",
        "out/sheet.png",
    ]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").write_bytes(b"")
    with pytest.raises(InputError, match="contains no video") as error:
        find_footage([tmp_path])
    assert "-r" in error.value.hint
    with pytest.raises(InputError, match="contains no video"):
        find_footage([tmp_path / "cam*.mp4"])


def test_a_very_long_name_does_not_stop_the_folder(tmp_path: Path) -> None:
    long = tmp_path / ("a" * 251 + ".mp4")
    for path in (long, tmp_path / "b.mp4"):
        path.write_bytes(b"")
    assert names(find_footage([tmp_path]), tmp_path) == [long.name, "b.mp4"]
    make(long, Clip())
    with pytest.raises(OutputError, match="names too long"):
        order_to_run(probe(long), DrawSettings(), Delivery())
