"""redact as a library: quick to import, no name shadows another, same record as the command's."""

from __future__ import annotations

import importlib
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import get_args, get_type_hints

import av
import pytest

import redact
from redact import errors
from redact.pipeline import ResultState
from redact.render import MaskStyle

from ..pipeline.conftest import SAMPLE, shorten

HOME = Path(redact.__file__).parent
FAST = redact.Settings(redact.DetectSettings((redact.Target.FACE,)))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(SAMPLE, tmp_path_factory.mktemp("clip") / "a.mp4", 6, skip=70, size="320x180")


def python(code: str, *more: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, more)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_import_loads_nothing_else() -> None:
    code = "import sys, redact; print([m for m in sys.modules if m.startswith('redact')])"
    assert python(code).strip() == "['redact']"


def test_a_run_does_not_load_what_it_seldom_needs() -> None:
    loaded = set(python("import sys, redact.cli.run; print(*sys.modules)").split())
    assert "redact.cli.run" in loaded
    assert loaded.isdisjoint({"scipy", "ssl", "http.client"})


def test_every_public_name_exists_and_is_no_module() -> None:
    """A package of the same name would replace it as soon as something imports that package."""
    assert len(redact.__all__) <= 40
    modules = {p.stem if p.suffix else p.name for p in HOME.iterdir()}
    assert set(redact.__all__) & modules == set()
    for name in redact.__all__:
        assert getattr(redact, name).__doc__, f"{name} says nothing about itself"
    with pytest.raises(AttributeError, match="redact"):
        _ = redact.no_such_name  # type: ignore[attr-defined]


def test_all_types_used_in_settings_can_be_imported_from_their_rooms() -> None:
    waiting, seen = [redact.Settings, redact.Delivery], set[type]()
    while waiting:
        kind = waiting.pop()
        seen.add(kind)
        if not issubclass(kind, Enum):
            hints = get_type_hints(kind, localns={"MaskStyle": MaskStyle})
            waiting += {t for hint in hints.values() for t in classes_in(hint)} - seen
    assert {"Style", "Scope", "Stamp", "CaseFields"} <= {kind.__name__ for kind in seen}
    for kind in seen:
        room = ".".join(kind.__module__.split(".")[:2])
        assert getattr(importlib.import_module(room), kind.__name__) is kind


def classes_in(hint: object) -> Iterator[type]:
    """Classes of redact in an annotation."""
    if isinstance(hint, type) and hint.__module__.startswith("redact."):
        yield hint
    for part in get_args(hint):
        yield from classes_in(part)


def test_type_checkers_see_the_types() -> None:
    assert (HOME / "py.typed").exists()
    stubs = (HOME / "__init__.py").read_text()
    for name in redact.__all__[1:]:
        assert f"import {name} as {name}\n" in stubs, f"{name} is unknown to type checkers"


def test_the_command_line_and_the_library_make_the_same_files(clip: Path, tmp_path: Path) -> None:
    """Video and plan are equal to the bit; the record except for times and the command."""
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours = redact.run(clip, tmp_path / "ours" / "o.mp4", FAST)
    words = ["run", clip, "-o", tmp_path / "theirs" / "o.mp4", "--json"]
    words += ["--targets", "face"]
    done = subprocess.run(
        [sys.executable, "-m", "redact", *words], capture_output=True, text=True, check=False
    )
    assert ours.plan_file is not None and ours.manifest is not None
    said = json.loads(done.stdout)
    told = json.loads(json.dumps(ours.to_json()))
    assert said.keys() - {"seconds"} == told.keys()
    for key in ("state", "exit_code", "frames", "tracks", "sha256", "audit", "incomplete"):
        assert said[key] == told[key], key
    assert Path(said["plan"]).read_bytes() == ours.plan_file.read_bytes()
    here, there = (json.loads(Path(p).read_text()) for p in (ours.manifest, said["manifest"]))
    for part in ("command", "started", "finished", "steps"):
        here["run"].pop(part), there["run"].pop(part)
    assert here == there


def test_the_calling_process_is_left_unchanged(clip: Path) -> None:
    """Damage is counted through FFmpeg's log, whose level belongs to the calling program."""
    logger = logging.getLogger("libav")
    before = av.logging.get_level(), av.logging.get_skip_repeated(), logger.level
    redact.detect(clip, FAST.detect)
    assert (av.logging.get_level(), av.logging.get_skip_repeated(), logger.level) == before


def test_a_finished_result_is_not_made_again(clip: Path, tmp_path: Path) -> None:
    first = redact.run(clip, tmp_path / "o.mp4", FAST)
    data = first.output.read_bytes()
    second = redact.run(clip, tmp_path / "o.mp4", FAST)
    if first.needs_review:
        assert second.needs_review and second.output == first.output
    else:
        assert second.state is ResultState.DONE_BEFORE
        with pytest.raises(errors.OutputExistsError):
            redact.run(clip, tmp_path / "o.mp4", replace(FAST, detect=redact.DetectSettings()))
    assert first.output.read_bytes() == data
