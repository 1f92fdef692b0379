"""The note of a held-back result: everything that its run was given is used again, and any other
file is refused with an explanation."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from redact.auditing.result import AuditResult, LookedPart
from redact.errors import PlanError, UsageError
from redact.media import probe, sha256_of
from redact.pipeline import Acceptance, Delivery, HeldBack, Order, audit_settings
from redact.pipeline.fix import order_as_before
from redact.pipeline.held_back import accepted_of, held_in, read_held, write_held
from redact.pipeline.result import Result
from redact.record import CaseFields, EvidenceChoice, FindingPart, build_manifest
from redact.settings import DrawSettings, RenderSettings, Sensitivity, Settings, Stamp

from ..media.footage import Clip, make
from ..record.samples import make_record
from ..side_files import folder_of, held_of

SECRETS = {"key"}
"""No note may hold them; they come from their files again."""
AGAIN = {"command"}
"""Of the command that fixes it."""


def another(name: str, value: Any) -> Any:
    """A value that differs from the field's default."""
    match value:
        case bool():
            return not value
        case Enum():
            return next(one for one in type(value) if one is not value)
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case tuple() if name == "codes":
            return (("face", "b(6)"),)
        case tuple():
            return tuple(another(name, one) for one in value) or ("x",)
        case dict():
            return {"a.mp4": ((1.0, 2.0),) if name == "cuts" else "x"}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return changed(value)
    return {
        "stamp": Stamp("COPY"),
        "crf": 30,
        "preset": "slow",
        "case": CaseFields(case="7", reasons={"face": "b(6)"}),
    }.get(name, Path("/somewhere") / name)


def changed(value: Any) -> Any:
    """The value with every field changed."""
    names = [field.name for field in fields(value) if field.name not in SECRETS]
    return replace(value, **{name: another(name, getattr(value, name)) for name in names})


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from leaves(getattr(value, field.name), f"{path}.{field.name}")
    else:
        yield path, value


def held(folder: Path, draw: DrawSettings, delivery: Delivery) -> HeldBack:
    """The note of a held-back result, as it is read again."""
    info = probe(make(folder / "a.mp4", Clip()))
    output = held_of(folder / "out.mp4")
    output.parent.mkdir(parents=True)
    looked = LookedPart(3, 3, 0, (), ("face",))
    audit = AuditResult(Sensitivity.BALANCED, (), (), (), looked)
    record = replace(make_record(folder), source=info, output=output)
    result = Result.of_run(record, audit, folder / "out.mp4", held_back=True)
    order = Order(info, draw, folder / "out.mp4", folder_of(folder / "out.mp4"), delivery)
    write_held(replace(result, plan_file=folder / "a.plan.json"), order)
    return read_held(order.folder)


def test_no_chosen_option_is_dropped(tmp_path: Path) -> None:
    draw, delivery = changed(DrawSettings()), changed(Delivery())
    note = held(tmp_path, draw, delivery)
    assert note.own
    again = order_as_before(note)
    for before, after, plain in (
        (draw, again.draw, DrawSettings()),
        (delivery, again.delivery, Delivery()),
    ):
        usual = dict(leaves(plain))
        for (path, given), (_, kept) in zip(leaves(before), leaves(after), strict=True):
            if path.split(".")[-1] not in SECRETS | AGAIN:
                assert given == kept, path
                assert path not in usual or given != usual[path], f"{path}: nothing was tried"


def test_a_record_tells_the_audit_everything_about_the_drawing(tmp_path: Path) -> None:
    render = changed(RenderSettings())
    record = replace(make_record(tmp_path), settings=Settings(render=render))
    told = audit_settings(build_manifest(record), record.plan)
    assert told.render == render
    assert (told.margin, told.stamp) == (render.margin, render.stamp)


def test_a_note_contains_no_key(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    evidence = EvidenceChoice(key=key, key_file=Path("/own.pem"))
    note = held(tmp_path, DrawSettings(), Delivery(evidence=evidence))
    text = json.dumps(json.loads(note.note.read_text()))
    assert key.private_bytes_raw().hex() not in text
    assert order_as_before(note, key).delivery.evidence == evidence


def test_a_custom_style_cannot_be_drawn_again(tmp_path: Path) -> None:
    class Waves:
        name, hides, soft = "waves", True, False

    render = dataclasses.replace(DrawSettings().render, style=Waves())  # type: ignore[arg-type]
    note = held(tmp_path, DrawSettings(render), Delivery())
    with pytest.raises(PlanError, match="settings in it are not readable"):
        order_as_before(note)


def test_a_note_without_its_result_says_nothing(tmp_path: Path) -> None:
    note = held(tmp_path, DrawSettings(), Delivery())
    assert held_in(note.folder) is None
    Path(note.output).write_bytes(b"held back")
    assert held_in(note.folder) == note


def test_only_findings_that_redact_noted_for_this_user_are_accepted(tmp_path: Path) -> None:
    """An unpacked folder brings its notes along."""
    accept, source = Acceptance(None, "a statue"), tmp_path / "a.mp4"
    note = held(tmp_path, DrawSettings(), Delivery())
    Path(note.output).write_bytes(b"held back")
    box = (1.0, 2.0, 9.0, 9.0)
    found = FindingPart(
        number=1,
        kind="possible_leak",
        target="face",
        frames=(0, 0),
        seconds=(0.0, 0.0),
        box=box,
        scores={},
        rule="probable",
        path=((0, *box),),
    )
    again = msgspec.structs.replace(note, findings=[found], source_sha256=sha256_of(source))

    def written(note: HeldBack) -> None:
        note.note.write_bytes(msgspec.json.encode(note, enc_hook=str))

    written(again.marked())
    known = held_in(note.folder)
    assert known is not None and [f.number for f in accepted_of(accept, known).findings] == [1]
    written(again)
    foreign = held_in(note.folder)
    assert foreign is not None
    with pytest.raises(UsageError, match="did not write this note"):
        accepted_of(accept, foreign)
