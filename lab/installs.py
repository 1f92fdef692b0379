"""redact in fresh environments, as its users install it: `python -m lab.installs`.

Without an argument, the wheel is installed by `constraints/redact.txt` for every supported Python
of this machine and tried: `redact doctor`, one video, one page of `redact review`.
`tests/packaging/test_installed.py` does the same in `make test-slow` for two of them.

With `--bounds` (`make bounds`) it is tried with other releases of its dependencies: all at their
lower bounds (if that fails, each one alone at its lower bound), the newest within the bounds, and
each one alone at its newest release beyond its upper bound. Finally it names the bounds to raise.
MediaPipe and onnxruntime are not tried beyond theirs: newer releases contact servers.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / "constraints" / "redact.txt"
HEADLESS = ROOT / "constraints" / "headless.txt"
FIRST = (3, 11)
"""The oldest supported Python (pyproject.toml)."""

CONTACTS_A_SERVER = frozenset(("mediapipe", "onnxruntime"))
FRAMES, SKIP = 8, 70
"""Frames taken from the sample, and frames skipped: two faces and two plates are then in view."""


class InstallError(Exception):
    """A step that failed, with the program's output."""


@dataclass(frozen=True)
class Python:
    """An interpreter of this machine."""

    path: Path
    version: tuple[int, ...]

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


def pythons() -> list[Python]:
    """One interpreter of each minor version from 3.11 on; for its own version the running one."""
    found: dict[tuple[int, ...], Python] = {}
    for path in (Path(sys.executable), *_candidates()):
        python = _asked(path)
        if python is not None and python.version >= FIRST:
            found.setdefault(python.version[:2], python)
    return [found[minor] for minor in sorted(found)]


def _candidates() -> Iterator[Path]:
    """Programs that may be Python interpreters: on the path, of the system, of pyenv, of uv."""
    named = re.compile(r"python3(\.\d+)?(\.exe)?")
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]
    for folder in dict.fromkeys(folders):
        if Path(folder).name == "shims":  # pyenv's, which start a shell; its Pythons come below
            continue
        with contextlib.suppress(OSError):
            yield from (p for p in sorted(Path(folder).iterdir()) if named.fullmatch(p.name))
    yield from sorted(Path.home().glob(".pyenv/versions/3*/bin/python3"))
    yield from sorted(Path.home().glob(".local/share/uv/python/cpython-3*/bin/python3"))


def _asked(path: Path) -> Python | None:
    """What an interpreter reports about itself; None if it does not work or has no global lock."""
    code = (
        "import sys, sysconfig; assert not sysconfig.get_config_var('Py_GIL_DISABLED'); "
        "assert sys.implementation.name == 'cpython'; "
        "print(getattr(sys, '_base_executable', sys.executable), *sys.version_info[:3], sep='|')"
    )
    try:
        done = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    base, *version = done.stdout.strip().split("|")
    return Python(Path(base), tuple(map(int, version)))


class Environment:
    """A fresh environment with a wheel of redact.

    Args:
        python: which interpreter it is for.
        folder: where it is made.
        wheel: of redact.
        releases: requirements file with the packages installed beside it.
        hashes: whether that file has their hashes.

    Raises:
        InstallError: something cannot be installed.
    """

    def __init__(
        self, python: Python, folder: Path, wheel: Path, releases: Path, hashes: bool = True
    ) -> None:
        self.programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
        self.folder = folder
        uv("venv", "--quiet", "--python", python.path, folder)
        checked = ["--require-hashes"] if hashes else []
        self._install("--only-binary", ":all:", *checked, "-r", releases)
        self._install("--no-deps", wheel)
        if self.run("python", "-m", "redact.libraries", may_fail=True) is None:
            uv("pip", "uninstall", "--python", folder, "--quiet", "opencv-contrib-python")
            self._install("--no-deps", "--require-hashes", "-r", HEADLESS)

    def _install(self, *words: object) -> None:
        uv("pip", "install", "--python", self.folder, "--quiet", *words)

    def run(self, program: str, *words: object, may_fail: bool = False) -> str | None:
        """Output of a program of the environment, which can reach nothing of this checkout."""
        done = subprocess.run(
            [self.programs / program, *map(str, words)],
            cwd=self.folder,
            env=clean(),
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode == 0:
            return done.stdout
        if may_fail:
            return None
        said = done.stdout + done.stderr
        raise InstallError(f"{program} {' '.join(map(str, words))}: exit {done.returncode}\n{said}")

    def page(self, source: Path) -> str:
        """The page that `redact review` serves, and the first data that it requests.

        Raises:
            InstallError: it is not served, or nobody was found in the video.
        """
        command = [self.programs / "redact", "review", source, "--no-open"]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=clean(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as review:
            assert review.stdout is not None
            try:
                address = re.fullmatch(r"http://(127.0.0.1:\d+)/#(\S+)\n", review.stdout.readline())
                if address is None:
                    raise InstallError("redact review: gives no address")
                ask = _Asking(*address.groups())
                page = ask("GET", "/")
                ask("POST", "/api/join")
                if not json.loads(ask("GET", "/api/plan", wait=True))["subjects"]:
                    raise InstallError("redact review: shows nobody")
                return page
            finally:
                review.terminate()  # background processes ignore an interrupt


class _Asking:
    """Sends requests as the page does."""

    def __init__(self, host: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=60)
        self._headers = {
            "Origin": f"http://{host}",
            "Sec-Fetch-Site": "same-origin",
            "X-Redact-Token": token,
            "X-Redact-Page": "one",
        }

    def __call__(self, method: str, path: str, wait: bool = False) -> str:
        """`wait`: until the video is open, as the page does."""
        body = "{}" if method == "POST" else None
        end = time.monotonic() + 120
        while True:
            self._connection.request(method, path, body, self._headers)
            answer = self._connection.getresponse()
            said = answer.read().decode()
            if answer.status != 422 or not wait or time.monotonic() > end:
                break
            time.sleep(0.2)
        if answer.status != 200:
            raise InstallError(
                f"redact review: {method} {path} is answered with {answer.status}: {said}"
            )
        return said


def try_out(environment: Environment, clip: Path) -> str:
    """Check the installation, redact `clip`, and open a page; returns what was done.

    Raises:
        InstallError: a step failed.
    """
    told = json.loads(environment.run("redact", "doctor", "--json") or "{}")
    if not told.get("ready") or any(m["state"] != "ok" for m in told["models"]):
        raise InstallError(f"redact doctor: {told}")
    source = Path(shutil.copy2(clip, environment.folder / "cam.mp4"))
    said = environment.run("redact", "run", source, "--json")
    faces = json.loads(said or "{}")["tracks"]["face"]
    if not faces:
        raise InstallError("redact run: found no face")
    if "<html" not in environment.page(source):
        raise InstallError("redact review: serves no page")
    return f"doctor, {faces} faces hidden, page of review"


def clean() -> dict[str, str]:
    """The environment variables, except those that lead to this checkout."""
    ours = ("PYTHON", "REDACT", "VIRTUAL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def uv(*words: object, given: str | None = None) -> str:
    """Call uv, which makes an environment in a tenth of pip's time.

    Raises:
        InstallError: uv fails.
    """
    own = Path(sys.executable).parent / "uv"
    command = [str(own) if own.exists() else "uv", *map(str, words)]
    done = subprocess.run(
        command, env=clean(), input=given, capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        raise InstallError(f"uv {words[0]} {words[1]}: {done.stderr.strip()}")
    return done.stdout


# ---- bounds ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bounds:
    """A dependency as pyproject.toml names it."""

    name: str
    asked: str

    @property
    def lower(self) -> str:
        found = re.search(r"[>=]=([\d.]+)", self.asked)
        return found[1] if found else ""

    @property
    def upper(self) -> str:
        found = re.search(r"<([\d.]+)", self.asked)
        return found[1] if found else ""


def dependencies() -> list[Bounds]:
    """Dependencies of a run, without extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    parted = [re.fullmatch(r"([\w-]+)(.*)", line) for line in project["dependencies"]]
    return [Bounds(found[1].lower(), found[2]) for found in parted if found]


def releases(python: Python, asked: Sequence[str], *how: str) -> dict[str, str]:
    """Package → release that uv would install for the requirements, wheels only."""
    words = ("--python", python.path, "--only-binary", ":all:", "--no-header", "--no-annotate")
    said = uv("pip", "compile", "--quiet", *words, *how, "-", given="\n".join(asked))
    return dict(re.findall(r"^([\w.-]+)==(\S+)", said, re.MULTILINE))


class Trials:
    """One environment after another, with a line for each."""

    def __init__(self, python: Python, wheel: Path, clip: Path, folder: Path) -> None:
        self._python, self._wheel, self._clip, self._folder = python, wheel, clip, folder
        self.failed = 0

    def of(self, what: str, chosen: dict[str, str]) -> bool:
        """Whether redact works with these releases."""
        home = Path(tempfile.mkdtemp(dir=self._folder))
        pinned = home / "releases.txt"
        pinned.write_text("".join(f"{name}=={release}\n" for name, release in chosen.items()))
        try:
            environment = Environment(
                self._python, home / "venv", self._wheel, pinned, hashes=False
            )
            said, works = try_out(environment, self._clip), True
        except (InstallError, subprocess.TimeoutExpired) as error:
            said, works = str(error).strip().splitlines()[-1][:160], False
        shutil.rmtree(home, ignore_errors=True)
        print(f"{'works' if works else 'FAILS'}  {what}: {said}", flush=True)
        return works


def try_bounds(python: Python, wheel: Path, clip: Path, folder: Path) -> list[str]:
    """Which lower bounds to raise, one sentence each."""
    trials, all_of_them = Trials(python, wheel, clip, folder), dependencies()
    asked = {one.name: one.name + one.asked for one in all_of_them}
    advice = []
    newest = releases(python, list(asked.values()))
    works = trials.of("newest within the bounds", newest)
    if not works:
        advice.append("the newest within the bounds do not work: look at that first")
    lowest = releases(python, list(asked.values()), "--resolution", "lowest-direct")
    if not trials.of(f"lowest ({_said(lowest, asked)})", lowest) and works:
        for one in all_of_them:
            if lowest[one.name] == newest[one.name]:
                continue
            others = [f"{name}>={newest[name]}" for name in asked if name != one.name]
            alone = [f"{one.name}=={lowest[one.name]}"]
            try:
                mixed = releases(python, alone + others)
            except InstallError:
                mixed = {**newest, one.name: lowest[one.name]}
            if not trials.of(f"{one.name} {lowest[one.name]} among the newest", mixed):
                advice.append(f"{one.name}: {lowest[one.name]} fails: raise the lower bound")
    for one in all_of_them:
        if one.name in CONTACTS_A_SERVER:
            continue
        free = [one.name if name == one.name else text for name, text in asked.items()]
        latest = releases(python, free)
        if latest[one.name] == newest[one.name]:
            continue
        if trials.of(f"{one.name} {latest[one.name]}, beyond its bound <{one.upper}", latest):
            advice.append(f"{one.name}: {latest[one.name]} works: raise <{one.upper}")
        else:
            advice.append(f"{one.name}: {latest[one.name]} fails: keep <{one.upper}")
    return advice or ["nothing: all bounds hold, and no newer release is shut out"]


def _said(chosen: dict[str, str], names: dict[str, str]) -> str:
    return ", ".join(f"{name} {chosen[name]}" for name in names)


def main() -> int:
    """Exit status 0 if everything that should work does."""
    parser = argparse.ArgumentParser(prog="python -m lab.installs", description=__doc__)
    parser.add_argument("--bounds", action="store_true", help="try lowest and newest releases")
    parser.add_argument("--list", action="store_true", help="only name the Pythons")
    arguments = parser.parse_args()
    if arguments.list:
        found = pythons()
        print("tried out with", ", ".join(f"Python {one} ({one.path})" for one in found))
        if len(found) == 1:
            print("this machine has only one Python that redact knows: no other one is tried")
        return 0
    from tests.packaging.conftest import build
    from tests.pipeline.conftest import SAMPLE, shorten

    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wheel = build(ROOT, folder / "dist", "wheel")
        clip = shorten(SAMPLE, folder / "clip.mp4", FRAMES, skip=SKIP)
        for python in pythons():
            print(f"Python {python}", flush=True)
            if arguments.bounds:
                advice = try_bounds(python, wheel, clip, folder)
                print("\n".join(f"       {line}" for line in advice), flush=True)
                failed |= any("fails: raise" in line or "look at" in line for line in advice)
                continue
            try:
                environment = Environment(python, folder / f"{python}", wheel, LOCKED)
                print(f"works  {try_out(environment, clip)}", flush=True)
            except InstallError as error:
                print(f"FAILS  {error}", flush=True)
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
