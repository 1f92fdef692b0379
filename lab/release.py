"""What is missing before a release: `make release-check`.

Says for each condition whether it holds, and ends with 1 if one does not. It changes nothing and
asks no registry but in the last step, which builds wheel and sdist and installs the wheel.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import redact

ROOT = Path(__file__).resolve().parents[1]
VERSION = redact.__version__


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def ran(*command: str) -> str:
    """What a command of this Python printed last, if it failed; empty if it did not."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = (done.stdout + done.stderr).strip().splitlines()
    return "" if done.returncode == 0 else (lines or ["it failed"])[-1]


def dated() -> str:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if re.search(rf"^## \[{re.escape(VERSION)}\] - \d{{4}}-\d\d-\d\d$", text, re.M):
        return ""
    return f"no section '## [{VERSION}] - YEAR-MONTH-DAY'"


def cited() -> str:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    return "" if f"\nversion: {VERSION}\n" in text else f"it names another version than {VERSION}"


def committed() -> str:
    changed = git("status", "--porcelain")
    return changed and f"not committed: {changed.splitlines()[0]}"


def untagged() -> str:
    return f"the tag v{VERSION} exists already" if git("tag", "--list", f"v{VERSION}") else ""


def remade() -> str:
    """Whether the pages that are made from the program are those of this program."""
    before = git("status", "--porcelain", "--", "docs")
    if before:
        return "docs/ has changes that are not committed"
    failed = ran("docs.generate")
    changed = git("status", "--porcelain", "--", "docs")
    git("checkout", "--quiet", "--", "docs")
    return failed or (changed and f"`make docs` changes {changed.split()[1]}")


def built() -> str:
    with tempfile.TemporaryDirectory() as folder:
        failed = ran("hatchling", "build", "-d", folder)
        files = sorted(p.name for p in Path(folder).iterdir())
        expected = [
            f"redact_footage-{VERSION}-py3-none-any.whl",
            f"redact_footage-{VERSION}.tar.gz",
        ]
        return failed or ("" if files == expected else f"it made {', '.join(files)}")


CHECKS: dict[str, Callable[[], str]] = {
    "everything is committed": committed,
    "the changelog has a dated section": dated,
    "CITATION.cff names the version": cited,
    "the version has no tag yet": untagged,
    "commands, man page and schemas are up to date": remade,
    "the pinned releases are still to be had": lambda: ran("lab.locks", "--check"),
    "wheel and sdist can be built": built,
    "the wheel works in a fresh environment": lambda: ran("lab.installs"),
}


def main() -> int:
    print(f"redact {VERSION}")
    missing = 0
    for what, check in CHECKS.items():
        why = check()
        missing += bool(why)
        print(f"{'no ' if why else 'yes'}  {what}{f': {why}' if why else ''}", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
