"""A folder that others may write to: their files are not published as ours, and their decisions do
not count as the user's."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

import redact
from redact.errors import MismatchError, OutputError, OutputExistsError
from redact.media import probe
from redact.pipeline import (
    Delivery,
    HeldBack,
    Journal,
    fix_held,
    held_in,
    order_to_run,
    plan_to_review,
    remove_held,
)
from redact.pipeline.saved_plan import reuse_plan
from redact.plan import write_plan
from redact.progress import Silent
from redact.record import EvidenceChoice
from redact.settings import DetectSettings, Settings

from ..cli.conftest import call
from ..media.footage import Clip, make
from ..side_files import held_of, plan_of, record_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is refused")

SETTINGS = Settings(DetectSettings())


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    make(folder / "a.mp4", Clip())
    return folder


def swap(folder: Path) -> None:
    """Replace the hidden unfinished file by another."""
    for place in folder.glob(".*.partial"):
        place.rename(folder / f"aside{place.suffix}")
        target = place
        if (folder / f"aside{place.suffix}").is_dir():
            place.mkdir()
            target = place / next((folder / f"aside{place.suffix}").iterdir()).name
        target.write_bytes(b"of another")


def test_only_the_checked_file_is_published(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = importlib.import_module("redact.pipeline.run")
    look = stages.check

    def swapped(*args: Any, **named: Any) -> Any:
        swap(shared)  # neither the audit nor what comes after it goes by the name
        return look(*args, **named)

    monkeypatch.setattr(stages, "check", swapped)
    redact.run(shared / "a.mp4", None, SETTINGS)
    output = shared / "a.redacted.mp4"
    assert output.read_bytes()[4:8] == b"ftyp"
    record = json.loads(record_of(shared / "a.redacted.mp4").read_bytes())
    assert record["output"]["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert call("check", output).returncode == 0

    if os.geteuid() == 0:  # only root can give files away
        os.chown(record_of(shared / "a.redacted.mp4"), 12345, -1)
        with pytest.raises(OutputExistsError, match="belongs to another user"):
            redact.run(shared / "a.mp4", None, SETTINGS)


def test_a_vanished_folder_is_reported_as_a_problem_of_the_output(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = importlib.import_module("redact.pipeline.run")
    look = stages.check

    def gone(*args: Any, **named: Any) -> Any:
        shutil.rmtree(tmp_path / "disk")
        return look(*args, **named)

    monkeypatch.setattr(stages, "check", gone)
    (tmp_path / "disk").mkdir()
    with pytest.raises(OutputError, match="its folder is gone"):
        redact.run(shared / "a.mp4", tmp_path / "disk" / "b.mp4", SETTINGS)


def test_another_users_plan_is_not_used(shared: Path) -> None:
    clip, path = shared / "a.mp4", plan_of(shared / "a.redacted.mp4")
    found = redact.detect(clip, SETTINGS.detect)
    path.parent.mkdir()
    write_plan(found, path, own=False)
    with pytest.raises(OutputExistsError, match="somebody else's decisions"):
        redact.run(clip, None, SETTINGS)
    info, journal = probe(clip), Journal(Silent())
    order = order_to_run(info, SETTINGS.draw, Delivery(plan_out=path))
    taken = reuse_plan(order, SETTINGS.detect, journal)
    assert taken is not None, "what is named on the command line is taken up"
    with pytest.raises(OutputExistsError, match="somebody else's decisions"):
        plan_to_review(info)  # a review would go on with it
    own = shared / "a.mp4.plan.json"
    write_plan(found, own)
    os.utime(own, (0, 0))
    assert plan_to_review(info) == own


def note(folder: Path, **changed: Any) -> HeldBack:
    """The note, and further options of the run."""
    at = str(held_of(folder / "a.redacted.mp4"))
    held = HeldBack(
        source=str(folder / "a.mp4"), source_sha256="", final=str(folder / "a.redacted.mp4"),
        output=at, plan=str(folder / "a.plan.json"), plan_sha256="", settings={},
        delivery=Delivery(), findings=[], failed=[], acceptable=True,
    )  # fmt: skip
    return msgspec.structs.replace(held, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"final": "/elsewhere/a.mp4"},
        {"plan": "/elsewhere/p.json"},
        {"delivery": Delivery(evidence=EvidenceChoice(log=Path("/l.jsonl")))},
        {"delivery": Delivery(evidence=EvidenceChoice(key_file=Path("/k.pem")))},
        {"delivery": Delivery(force=True)},
    ],
)
def test_another_users_note_reaches_no_file_elsewhere(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    held = note(tmp_path, **changed)
    with pytest.raises(MismatchError, match="was not written by redact for you"):
        fix_held(held, Silent())
    assert held.marked().own, "one's own may"
    other = msgspec.structs.replace(held.marked(), output=str(tmp_path / "b.mp4"))
    assert not other.own


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_another_users_held_back_result_is_not_the_users(tmp_path: Path) -> None:
    held = note(tmp_path)
    place = Path(held.output)
    kept = place.with_name("kept.mp4")
    place.parent.mkdir(parents=True)
    for path, data in (
        (kept, b""),
        (place, b""),
        (held.note, msgspec.json.encode(held)),
    ):
        path.write_bytes(data)
    found = held_in(held.folder)
    assert found is not None and found.output == held.output
    os.chown(held.note, 12345, -1)
    assert held_in(held.folder) is None
    assert remove_held(held) == [place, kept, held.note], "all of it was held back"
