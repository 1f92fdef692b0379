"""Held-back results: the note beside each, which lets one command fix it, and the findings in it
that a person may accept."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from .. import __version__
from ..errors import InputError, PlanError, UsageError
from ..files import (
    HELD_NOTE,
    PRIVATE,
    belongs_to_user,
    folders_of,
    is_own,
    own_mark,
    read_file,
    work_folder,
    write_whole,
)
from ..plan import dump_plan
from ..record import (
    CaseFields,
    FindingPart,
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
    """Contents of the file `held-back.json`, which lies beside the result in the private folder.

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
        """Whether this user's redact wrote the note, and nobody has changed it since."""
        return is_own(self._content(), self.mark)

    def marked(self) -> HeldBack:
        """The note with the mark."""
        return replace(self, mark=own_mark(self._content()))

    def _content(self) -> bytes:
        return _encoded(replace(self, mark=""))

    @property
    def note(self) -> Path:
        """Path of the note."""
        return Path(self.output).with_name(HELD_NOTE)

    @property
    def folder(self) -> Path:
        """Path of the folder of the result."""
        return work_folder(Path(self.output))

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
        """Everything that was held back, the result first and the note last. All of it may be
        deleted, whoever wrote the note."""
        output = Path(self.output)
        inside = [path for path in sorted(output.parent.iterdir()) if not path.is_dir()]
        rest = [path for path in inside if path not in (output, self.note)]
        return [path for path in (output, *rest, self.note) if path in inside]


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


def read_held(folder: Path, source: Path | None = None) -> HeldBack:
    """Read the note in a folder of a result.

    It stores absolute paths. In a folder that was moved or copied, it is about the files there, and
    never about those in the original folder.

    Args:
        folder: of the result.
        source: path of the original, if it was moved, too; its hash is not checked here.

    Raises:
        PlanError: the note cannot be read.
    """
    held = _decoded(folder / PRIVATE / HELD_NOTE)
    before, here = held.folder, folder.absolute()

    def now(name: str) -> Path:
        place = Path(name)
        for old, new in ((before, here), (before.parent, here.parent)):
            if place.is_relative_to(old) and (old == before or place.parent == old):
                return new / place.relative_to(old)
        return place

    at_home = {name: str(now(getattr(held, name))) for name in ("source", "final", "plan")}
    if not Path(at_home["source"]).exists():
        at_home["source"] = held.source
    if source is not None:
        at_home["source"] = _whole(source)
    output = str(here / PRIVATE / Path(held.output).name)
    moved = replace(held, output=output, **at_home)
    return moved.marked() if held.own else moved


def _decoded(path: Path) -> HeldBack:
    """Decode a note without checking its place. Raises PlanError."""
    try:
        return msgspec.json.decode(read_file(path), type=HeldBack, dec_hook=_from_text)
    except OSError as error:
        raise problem(PlanError, "path_unread", path=path, reason=reason_of(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problem(PlanError, "no_note", path=path, error=error) from error


def held_in(folder: Path) -> HeldBack | None:
    """What this user's redact held back in a folder of a result; None if there is nothing, or it
    cannot be read."""
    if not belongs_to_user(folder / PRIVATE / HELD_NOTE):
        return None
    with contextlib.suppress(PlanError):
        held = read_held(folder)
        if Path(held.output).exists():
            return held
    return None


def find_held(name: Path, source: Path | None = None) -> HeldBack:
    """Find a held-back result by any of its names, see `folders_of`.

    Args:
        name: the video, its result, their folder, or anything in that.
        source: the original, if it lies elsewhere now.

    Raises:
        InputError: there is no held-back result of this name, or there are several.
        PlanError: its note cannot be read.
    """
    there = [f for f in folders_of(name) if os.path.lexists(f / PRIVATE / HELD_NOTE)]
    if len(there) > 1:
        fixes = [shlex.join(["redact", "fix", str(folder)]) for folder in there]
        raise problem(InputError, "several_held", name=name, commands="\n".join(fixes))
    if there:
        return read_held(there[0], source)
    missing = not os.path.lexists(name)
    raise problem(InputError, "none_held_no_file" if missing else "none_held", name=name)


def name_to_fix(folder: Path, source: Path) -> Path:
    """The shortest name by which `find_held` finds what was held back in a folder: that of its
    original, unless it has other results as well or lies too far away."""
    found = [os.path.realpath(there) for there in folders_of(source)]
    return source if found == [os.path.realpath(folder)] else relative_to_here(folder)


def relative_to_here(path: Path | str) -> Path:
    """The path relative to the working folder, if it lies in that folder."""
    place, here = Path(path), Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place


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
