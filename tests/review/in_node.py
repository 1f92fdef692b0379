"""The scripts of the page without a browser: in Node, on a stand-in for a document, with a real
server. What a person sees needs the tests with a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import redact.review

ASSETS = Path(redact.review.__file__).parent / "assets"
STAND_IN = Path(__file__).with_name("stand_in.mjs")


def in_node(address: str, folder: Path, steps: str, page: str = "index.html") -> Any:
    """What a person gets who takes some steps on the page.

    Args:
        address: of the page.
        folder: for the scripts, an empty one of each call.
        steps: body of a function in JavaScript; it may use `state` of the page and what `person` in
            stand_in.mjs has, and returns a JSON value.
        page: name of its file, that of one video or of a case.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    shutil.copytree(ASSETS, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    names = (
        "state, document, clock, wait, until, find, send, page, text, click, press, write, answer"
    )
    (folder / "steps.mjs").write_text(f"export default async ({{ {names} }}) => {{\n{steps}\n}};\n")
    ran = subprocess.run(
        [node, STAND_IN, address, folder / page, folder / "steps.mjs"],
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])
