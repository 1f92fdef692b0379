"""Held-back results: the note beside each, which lets one command fix it, and the findings in it
that a person may accept."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import os
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from .. import __version__
from ..errors import InputError, PlanError, UsageError
from ..files import PRIVATE, belongs_to_user, is_held_name, is_own, own_mark, read_file, write_whole
from ..media import sha256_of
from ..plan import dump_plan
from ..record import (
    CaseFields,
    FindingPart,
    manifest_path,
    sha256_of_bytes,
)
from ..settings import DrawSettings
from ..types import Box, Decided, Finding, FindingKind, Target, utc_text
from ..words import problem, reason_of
from .audit_result import Accepted
from .order import Acceptance, Delivery, Order
from .result import Result

HELD_BACK_FORMAT = "redact-held-back"


PathText = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
"""A path without a NUL character, which no operating system can look up."""


class HeldBack(Struct, forbid_unknown_fields=True, kw_only=True):
    """Contents of the file `NAME.needs-review.EXT.json`, which lies in the private folder.

    Attributes:
        redact: version that held the result back.
        source, final, output, plan: absolute paths of the original, of the result's final name,
            of the held-back result, and of its plan.
        source_sha256, plan_sha256: of the files, hex.
        settings: how it was drawn, see `draw`.
        delivery: the user's other wishes, for the run that fixes it; without keys.
        findings: as in the audit's record, with every place.
        failed: checks that failed, in words; hiding more cannot fix them.
        acceptable: whether a person may accept the findings.
        mark: proves that this user's redact wrote the note, see `own`.
    """

    format: Annotated[str, Meta(pattern=f"^{HELD_BACK_FORMAT}$")] = HELD_BACK_FORMAT
    redact: str = __version__
    source: PathText
    source_sha256: str
    final: PathText
    output: PathText
    plan: PathText
    plan_sha256: str
    settings: dict[str, Any]
    delivery: Delivery
    findings: list[FindingPart]
    failed: list[str]
    acceptable: bool
    mark: str = ""

    @property
    def own(self) -> bool:
        """Whether this user's redact wrote the note, and nobody has moved or changed it since."""
        return is_own(self._content(), self.mark)

    def marked(self) -> HeldBack:
        """The note with the mark."""
        return replace(self, mark=own_mark(self._content()))

    def _content(self) -> bytes:
        return _encoded(replace(self, mark=""))

    @property
    def note(self) -> Path:
        """Path of the note."""
        return _note_of(Path(self.output))

    def found(self) -> tuple[Finding, ...]:
        """The findings as values. Raises PlanError."""
        try:
            return tuple(map(_finding, self.findings))
        except ValueError as error:
            raise problem(PlanError, "note_finding", path=self.note, error=error) from error

    @property
    def draw(self) -> DrawSettings:
        """How the result was drawn. Raises PlanError, also if it was drawn in a style of the
        caller's own; the rest of such a note stays readable."""
        try:
            return msgspec.convert(self.settings, DrawSettings)
        except msgspec.ValidationError as error:
            raise problem(PlanError, "note_settings", path=self.note, error=error) from error

    def all_files(self) -> list[Path]:
        """Existing files of the held-back run, and those made from it since, such as reports, all
        by their names. All of them may be deleted, whoever wrote the note."""
        output = Path(self.output)
        beside = output.parent.glob(f"{glob.escape(output.name)}.*")
        names = [output, manifest_path(output), *sorted(beside), self.note]
        return [path for path in dict.fromkeys(names) if path.exists()]


def _note_of(output: Path) -> Path:
    """A photograph and a video may have one name but for the ending: each has its own note."""
    return output.with_name(f"{output.name}.json")


def _is_note(name: Path) -> bool:
    return name.suffix == ".json" and is_held_name(name.stem)


def _encoded(held: HeldBack) -> bytes:
    return msgspec.json.encode(held, enc_hook=_as_text, order="deterministic")


def _as_text(value: object) -> str:
    """A path in full. A style of the caller's own becomes a text that names no `Style`."""
    return _whole(value) if isinstance(value, Path) else type(value).__name__


def _from_text(kind: type, value: object) -> Path:
    """Decode a path. Raises ValueError if no operating system could look it up."""
    if kind is not Path or not isinstance(value, str) or "\0" in value:
        raise ValueError("expected a path")
    return Path(value)


def write_held(result: Result, order: Order) -> None:
    """Write the note of a held-back result, readable by its owner alone.

    Args:
        result: its plan must have been saved.
        order: of its run, stored for the run that fixes it.
    """
    record, audit, evidence = result.record, result.audit, order.delivery.evidence
    assert record is not None and audit is not None and result.plan_file is not None
    without_keys = dataclasses.replace(evidence, key=None)
    held = HeldBack(
        source=_whole(record.source.path),
        source_sha256=record.source_sha256,
        final=_whole(order.final),
        output=_whole(result.output),
        plan=_whole(result.plan_file),
        plan_sha256=sha256_of_bytes(dump_plan(record.plan)),
        settings=msgspec.to_builtins(order.draw, enc_hook=_as_text),
        delivery=dataclasses.replace(order.delivery, evidence=without_keys),
        findings=msgspec.convert([f.to_json() for f in audit.findings], list[FindingPart]),
        failed=[c.in_words() for c in audit.checks if not c.passed],
        acceptable=audit.may_be_accepted,
    )
    data = msgspec.json.format(_encoded(held.marked()), indent=1) + b"\n"
    write_whole(held.note, data, force=True, mode=0o600)


def _whole(path: Path) -> str:
    return str(path.absolute())


def read_held(path: Path) -> HeldBack:
    """Read a note. Raises PlanError if it is unreadable or was moved.

    A note stores absolute paths, so one that was copied with its folder would fix, or remove, the
    files in the original folder.
    """
    held = _decoded(path)
    if os.path.realpath(held.note) != os.path.realpath(path):
        raise problem(PlanError, "note_moved", path=path, output=held.output)
    return held


def held_in_new_place(path: Path, source: Path) -> HeldBack:
    """Read a note that was moved with its folder, and change its paths from the old folder to the
    new one.

    Args:
        path: of the note.
        source: path of the original; its hash is not checked here.

    Raises:
        PlanError: the note cannot be read.
    """
    held, here = _decoded(path), path.absolute().parent
    before = Path(held.output).parent

    def now(name: str | Path) -> Path:
        place = Path(name)
        for old, new in ((before, here), (before.parent, here.parent)):
            if place.parent == old:
                return new / place.name
        return place

    plan = now(held.plan)
    moved = replace(
        held,
        source=_whole(source),
        final=str(now(held.final)),
        output=str(now(held.output)),
        plan=str(plan if plan.exists() else held.plan),  # the plan may not have been moved
    )
    return moved.marked() if held.own else moved


def _decoded(path: Path) -> HeldBack:
    """Decode a note without checking its place. Raises PlanError."""
    try:
        return msgspec.json.decode(read_file(path), type=HeldBack, dec_hook=_from_text)
    except OSError as error:
        raise problem(PlanError, "path_unread", path=path, reason=reason_of(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problem(PlanError, "no_note", path=path, error=error) from error


def held_back_for(final: Path, held_folder: Path, released: Path | None = None) -> HeldBack | None:
    """The note of this user's newest held-back result with this final name; None if there is none.

    Args:
        final: the name.
        held_folder: private folder to look in.
        released: the source of a release. As a release's name is neutral, any held-back release of
            this source for the same folder counts.
    """
    wanted = final.absolute()

    def same(held: HeldBack) -> bool:
        if released is None:
            return held.final == str(wanted)
        there = Path(held.final).parent == wanted.parent
        return held.delivery.release and there and held.source == str(released.absolute())

    found = [held for held in _notes(held_folder) if same(held) and belongs_to_user(held.note)]
    return found[-1] if found else None


def find_held(name: Path, source: Path | None = None) -> HeldBack:
    """Find a held-back result by any of its names.

    It may lie in another folder than the original (`-o out/`). If it is not beside `name`, the
    search goes on two levels below that folder and below the working folder.

    Args:
        name: the held-back result, its note, the final name that it did not get, or the original.
        source: the original, if the folder with `name`, the result or its note, was moved.

    Raises:
        InputError: there is no held-back result of this name, or there are several.
        PlanError: its note cannot be read.
    """
    if source is not None:
        return held_in_new_place(name if _is_note(name) else _note_of(name), source)
    if _is_note(name):
        return read_held(name)
    for folder in (name.parent, name.parent / PRIVATE):
        for held in reversed(list(_notes(folder))):
            if _goes_by(held, name):
                return held
    found = {held.final: held for held in _elsewhere(name)}
    if len(found) == 1:
        return found.popitem()[1]
    if found:
        fixes = [shlex.join(["redact", "fix", held.output]) for held in found.values()]
        raise problem(InputError, "several_held", name=name, commands="\n".join(fixes))
    if os.path.lexists(_note_of(name)):
        return read_held(_note_of(name))  # says what is wrong with it
    missing = not os.path.lexists(name)
    raise problem(InputError, "none_held_no_file" if missing else "none_held", name=name)


def _goes_by(held: HeldBack, name: Path) -> bool:
    names = (held.output, held.final, held.source)
    return str(name.absolute()) in names or os.path.realpath(name) in map(os.path.realpath, names)


def _elsewhere(name: Path) -> Iterator[HeldBack]:
    """Yield held-back results of a name from up to two levels below its folder and the working
    folder, the oldest in each folder first."""
    places = {os.path.realpath(place): place for place in (name.parent, Path())}
    for place in places.values():
        for pattern in (f"*/{PRIVATE}", f"*/*/{PRIVATE}"):
            for folder in sorted(place.glob(pattern)):
                yield from (held for held in _notes(folder) if _goes_by(held, name))


def _notes(folder: Path) -> Iterator[HeldBack]:
    """Yield the notes in a folder whose results still exist, the oldest first. Unreadable notes are
    skipped, also one that leads nowhere, or was removed just now: it must hide no other."""
    known: list[tuple[int, Path]] = []
    with contextlib.suppress(OSError):  # of the folder
        for path in filter(_is_note, folder.glob("*.json")):
            with contextlib.suppress(OSError):
                known.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(known):
        with contextlib.suppress(PlanError):
            held = read_held(path)
            if Path(held.output).exists():
                yield held


def _finding(part: FindingPart) -> Finding:
    """Decode a finding. Raises ValueError if its kind is unknown to this version."""
    return Finding(
        part.number,
        FindingKind(part.kind),
        Target.from_word(part.target),
        *(*part.frames, *part.seconds),
        path=tuple((frame, Box(*corners)) for frame, *corners in part.path),
        scores=tuple(part.scores.items()),
        rule=part.rule,
        track=part.track,
    )


def accepted_findings(acceptance: Acceptance | None, order: Order) -> Accepted | None:
    """Look up accepted findings in the held-back result of an order's name. They count as
    accepted by the operator of the case.

    Raises:
        UsageError: there is no held-back result, it was made from another video, or it lacks one of
            the numbers.
        InputError: the video cannot be read.
    """
    if acceptance is None:
        return None
    held = held_back_for(order.final, order.held_folder, order.released)
    if held is None:
        raise problem(UsageError, "nothing_to_accept", name=order.final.name)
    if held.source_sha256 != sha256_of(order.info.path):
        raise problem(UsageError, "accepted_elsewhere", name=order.info.path, held=held.output)
    return accepted_of(acceptance, held, name_in(order.delivery.evidence.case))


def name_in(case: CaseFields | None) -> str:
    """Who decides what is typed on the command line: the operator of the case; "" if not named."""
    return "" if case is None else case.operator


def accepted_of(acceptance: Acceptance, held: HeldBack, by: str = "") -> Accepted:
    """Look up accepted findings in a held-back result; `by` accepts them now.

    Raises:
        UsageError: a number is unknown, the findings cannot be accepted, or this user's redact did
            not write the note: a finding in it may cover more than its picture shows.
    """
    if not held.own:
        raise problem(UsageError, "findings_of_others", note=held.note)
    found = held.found()
    numbers = {f.number for f in found}
    wanted = numbers if acceptance.numbers is None else set(acceptance.numbers)
    unknown = wanted - numbers
    if not found:
        raise problem(UsageError, "no_findings_there", number=min(unknown, default=1))
    if unknown:
        raise problem(UsageError, "no_such_finding", number=min(unknown), last=len(found))
    if not held.acceptable:
        raise problem(UsageError, "not_acceptable", output=held.output)
    meant = tuple(f for f in found if f.number in wanted)
    said = Decided(acceptance.reason.strip(), by, utc_text(datetime.now(UTC)))
    return Accepted(meant, acceptance.reason, (said,) * len(meant))
