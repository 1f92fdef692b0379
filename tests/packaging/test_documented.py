"""Every way of installing that `docs/start.md` shows, by the very commands of the page.

Each runs in a copy of the checkout with nothing of this one in reach (`make test-installs`: it
downloads). What needs no download is tried always: the same commands in French, files that exist,
and pip's word on the constraints with which it shall install a folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, copy_of_checkout

START = ROOT / "docs" / "start.md"
DEMARRER = ROOT / "docs" / "fr" / "demarrer.md"
downloads = pytest.mark.skipif(
    not os.environ.get("REDACT_INSTALLS"), reason="make test-installs (downloads)"
)
HEADINGS = {
    "With make": "make",
    "Avec make": "make",
    "With pip": "pip",
    "Avec pip": "pip",
    "With pipx": "pipx and uv",
    "With Docker": "docker",
    "On a machine without a network": "offline",
    "Sur une machine sans réseau": "offline",
}


def ways(page: Path) -> dict[str, list[str]]:
    """The console blocks of a page, by the way of installing that they show."""
    text = page.read_text("utf-8")
    found: dict[str, list[str]] = {}
    for heading, body in re.findall(r"^\*\*([^*]+?)\.?\*\*(.*?)(?=^\*\*|^## )", text, re.M | re.S):
        blocks = re.findall(r"```console\n(.*?)```", body, re.S)
        if blocks and heading in HEADINGS:
            found[HEADINGS[heading]] = ["\n".join(_typed(block)) for block in blocks]
    return found


def _typed(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if line.startswith("$ "):
            yield line[2:].split("  #")[0].rstrip()


def beginning(page: Path, way: str, program: str) -> str:
    """The line of a block that begins with a program."""
    (line,) = (line for line in ways(page)[way][0].splitlines() if line.startswith(f"{program} "))
    return line


class Fresh:
    """A copy of the checkout, and an empty home."""

    def __init__(self, folder: Path) -> None:
        self.checkout = copy_of_checkout(folder / "redact")
        self.home = folder / "home"
        self.home.mkdir()

    def type(self, commands: str, where: Path | None = None, **more: str) -> str:
        """Type the commands of a page; the first that fails ends the test."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "REDACT", "VIRTUAL", "XDG", "PIPX"))
        }
        own = {"HOME": str(self.home), "PATH": f"{self.home}/.local/bin:{_path()}", **more}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=where or self.checkout,
            env={**kept, **own},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def works(self, redact: str, where: Path | None = None) -> None:
        """What the page promises: the last line of `redact doctor` is `ready`."""
        try:
            said = self.type(f"{redact} doctor", where)
        except AssertionError as error:
            if "libGL" not in str(error):
                raise
            pytest.skip("this machine has no display libraries: see `constraints/headless.txt`")
        assert said.splitlines()[-1].strip() == "ready"


def _path() -> str:
    """Where programs are looked for, but for the environment in which the tests run."""
    own = str(Path(sys.executable).parent)
    return os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != own)


@pytest.fixture
def fresh(tmp_path: Path) -> Fresh:
    return Fresh(tmp_path)


def test_both_languages_show_the_same_commands() -> None:
    english, french = ways(START), ways(DEMARRER)
    assert english.keys() == {"make", "pip", "pipx and uv", "docker", "offline"}
    assert french.keys() == {"make", "pip", "offline"}
    assert [b.replace("colis", "parcel") for b in french["offline"]] == english["offline"]
    assert french["pip"][0].splitlines()[:3] == english["pip"][0].splitlines()[:3]


def test_files_named_in_commands_exist() -> None:
    texts = [
        p.read_text("utf-8") for p in (START, DEMARRER, ROOT / "README.md", ROOT / "Dockerfile")
    ]
    named = {name for text in texts for name in re.findall(r"\bconstraints/\w+\.txt", text)}
    assert len(named) >= 4
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@pytest.mark.slow
def test_pip_accepts_a_folder_with_the_constraints_for_pipx() -> None:
    """pipx first asks pip for the name of a folder, and pip can check no hash of a folder."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the package, is not installed")
    (constraints,) = re.findall(r"--constraint (\S+)'", beginning(START, "pipx and uv", "pipx"))
    words = ("install", "--dry-run", "--no-deps", "--no-index", "--no-build-isolation")
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words, "--constraint", constraints, "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if "No module named pip" in done.stderr:
        pytest.skip("this environment has no pip")
    assert done.returncode == 0, done.stderr


@downloads
def test_with_make(fresh: Fresh) -> None:
    fresh.type(ways(START)["make"][0])
    assert (fresh.checkout / "samples" / "out").is_dir()


@downloads
def test_with_pip(fresh: Fresh) -> None:
    commands = ways(START)["pip"][0].splitlines()
    fresh.type("\n".join(commands[:-1]))
    assert commands[-1] == "venv/bin/redact doctor"
    fresh.works("venv/bin/redact")


@downloads
@pytest.mark.skipif(shutil.which("pipx") is None, reason="pipx is not installed")
def test_with_pipx(fresh: Fresh) -> None:
    fresh.type(beginning(START, "pipx and uv", "pipx"))
    fresh.works("redact", fresh.home)


@downloads
def test_with_uv(fresh: Fresh) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    link = fresh.home / ".local" / "bin" / "uv"
    link.parent.mkdir(parents=True)
    link.symlink_to(uv)
    fresh.type(beginning(START, "pipx and uv", "uv"))
    fresh.works("redact", fresh.home)


@downloads
def test_without_a_network(fresh: Fresh, tmp_path: Path) -> None:
    collect, install = ways(START)["offline"]
    fresh.type(collect)
    there = tmp_path / "there"
    there.mkdir()
    shutil.move(fresh.checkout / "parcel", there)
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    fresh.type(install, there, **nowhere)
    fresh.works("venv/bin/redact", there)


@downloads
def test_extras(fresh: Fresh) -> None:
    (extras,) = re.findall(r"`(pip install [^`]*extras\.txt)`", START.read_text("utf-8"))
    fresh.type(f"python3 -m venv venv\nvenv/bin/{extras}\nvenv/bin/python -c 'import pillow_heif'")


@downloads
def test_the_steps_of_the_docker_image(fresh: Fresh, tmp_path: Path) -> None:
    """The Dockerfile's steps, without Docker, which few test machines have."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    steps = re.search(r"^RUN (python -m venv .*?[^\\])\n\n", text, re.M | re.S)
    assert steps is not None and "redact doctor" in steps[1]
    made = tmp_path / "image"
    fresh.type(steps[1].replace("/opt/redact", str(made)))
    fresh.type(f"{made}/bin/redact --help", tmp_path)
