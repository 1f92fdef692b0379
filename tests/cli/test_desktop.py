"""The desktop starter: it opens the page, replaces nothing unasked, and can be removed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from redact.cli.desktop import _MARK, _content, _in_exec
from redact.errors import ExitCode

from .conftest import call


def test_it_replaces_nothing_and_can_be_removed(tmp_path: Path) -> None:
    made = call("desktop", "-o", tmp_path)
    assert made.returncode == ExitCode.DONE, made.stderr
    (starter,) = tmp_path.iterdir()
    assert call("desktop", "-o", tmp_path).returncode == ExitCode.EXISTS
    assert call("desktop", "-o", tmp_path, "--force").returncode == 0
    assert call("desktop", "-o", tmp_path, "--remove").returncode == 0
    assert list(tmp_path.iterdir()) == []
    starter.write_text("somebody's own")
    call("desktop", "-o", tmp_path, "--remove")
    assert starter.read_text() == "somebody's own"


def test_the_starters_of_other_systems_name_this_python() -> None:
    """They can be removed by the same mark."""
    for system in ("macos", "windows"):
        text = _content(system).decode()
        assert sys.executable in text and _MARK in text[:200], text


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere starters have another form")
def test_the_desktop_folder_is_found_under_its_localised_name(tmp_path: Path) -> None:
    (tmp_path / "Bureau").mkdir()
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/user-dirs.dirs").write_text('XDG_DESKTOP_DIR="$HOME/Bureau"\n')
    done = subprocess.run(
        [sys.executable, "-m", "redact", "desktop"],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert "in your menu of programs" in lines[0] and "Bureau/redact.desktop: on your" in lines[1]
    places = [".local/share/applications/redact.desktop", "Bureau/redact.desktop"]
    for place in places:
        text = (tmp_path / place).read_text()
        (line,) = [line for line in text.splitlines() if line.startswith("Exec=")]
        assert shlex.split(line.removeprefix("Exec=")) == [
            *(sys.executable, "-P", "-m", "redact", "review")
        ]
        assert os.access(tmp_path / place, os.X_OK)
        check = shutil.which("desktop-file-validate")
        if check:
            subprocess.run([check, tmp_path / place], check=True)


@pytest.mark.parametrize("path", ["/home/R. Roe/py", '/a"b/$HOME/`x`/100%/back\\slash'])
def test_a_path_stays_one_argument(path: str) -> None:
    """As the specification reads it: escapes of strings, quotes as in a shell, then %."""
    said = _in_exec(path).replace("\\\\", "\\").replace("%%", "%")
    shown = subprocess.run(["sh", "-c", f"printf %s {said}"], capture_output=True, text=True)
    assert shown.stdout == path
