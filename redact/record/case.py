"""What a person says about the case a video belongs to, and what the reason codes of an agency
mean; redact cannot know any of it.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from msgspec import field
from msgspec.structs import asdict

from ..errors import PlanError, UsageError
from ..files import read_file
from ..types import ANY_KIND, UNDECIDED, Decided, Target, Value, clock, read_clock
from ..words import problem, reason_of
from .checked_text import checked_text


class ReasonCode(Value, frozen=True, omit_defaults=False):
    """What a reason code means, and its statutory basis.

    Attributes:
        text: what it means, "" if the code says it.
        basis: "" for that of the whole case.
    """

    text: str = ""
    basis: str = ""


class CaseFields(Value, frozen=True, omit_defaults=False):
    """What a person entered about the case; fields that were not given are empty.

    Attributes:
        case: number or name of the case.
        exhibit: number of the exhibit.
        operator: who ran redact.
        reviewer: who looked at the result.
        recipient: who will get the output.
        purpose: of the redaction.
        legal_basis: the rule that requires or allows the redaction.
        exemption: code for everything that is hidden and has none of its own.
        not_redacted: why the file as a whole is not redacted, if it is not.
        organisation: that hands the output over.
        requester: who asked for it.
        request_date: when they asked.
        deadline: until when it is due.
        reasons: why things are hidden: reason code or text by target word (`Target.word`); a
            track's own reason takes precedence.
        codes: what the reason codes of this case mean; empty if reasons are plain words.
        hours: whether reports say how long the page was open and worked with.
    """

    case: str = ""
    exhibit: str = ""
    operator: str = ""
    reviewer: str = ""
    recipient: str = ""
    purpose: str = ""
    legal_basis: str = ""
    exemption: str = ""
    not_redacted: str = ""
    organisation: str = ""
    requester: str = ""
    request_date: str = ""
    deadline: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    codes: dict[str, ReasonCode] = field(default_factory=dict)
    hours: bool = False

    @property
    def empty(self) -> bool:
        return self == CaseFields()

    def code_of(self, target: str, said: Decided = UNDECIDED, hidden: bool = True) -> str:
        """The code of what is decided about a target, given by its word: its own, or its reason if
        that is a code; else, if it is hidden, that of the case. "" if there is none."""
        if said.code or said.reason in self.codes:
            return said.code or said.reason
        usual = self.reasons.get(target, "")
        return (usual if usual in self.codes else self.exemption) if hidden else ""

    def overridden_by(self, other: CaseFields) -> CaseFields:
        """These fields, except those that are given in `other`.

        Raises:
            PlanError: a reason is not one of the case's codes.
        """
        given = {name: value for name, value in asdict(other).items() if value}
        both = self.but(**(given | {"reasons": self.reasons | other.reasons}))
        _require_codes(both)
        return both


NO_CASE: Final = CaseFields()

_NO_TEXT = ("reasons", "codes", "hours")

TEXT_FIELDS = tuple(n for n in CaseFields.__struct_fields__ if n not in _NO_TEXT)

USUAL_FIELDS: Final = 7
"""So many of them, the first, a record of any case may be expected to have: the others are for
requests, or for a file that is not redacted."""


def _require_codes(case: CaseFields, where: str = "") -> None:
    """If a case has codes, a target's reason must be one of them: otherwise the court would be the
    first to notice a typing mistake.

    Raises:
        PlanError: names the reason and the nearest code.
    """
    given = case.reasons | ({"exemption": case.exemption} if case.exemption else {})
    for target, reason in given.items():
        if case.codes and reason not in case.codes:
            near = difflib.get_close_matches(reason, case.codes, 1)
            said = {"where": where, "target": target, "reason": reason}
            if near:
                raise problem(PlanError, "not_a_code_near", **said, near=near[0])
            raise problem(PlanError, "not_a_code", **said, codes=", ".join(case.codes))


Cuts = tuple[tuple[float, float], ...]
"""Start and end of excerpts, in seconds after the first picture, in order of time."""


def checked_cuts(cuts: Iterable[tuple[float, float]], where: str) -> Cuts:
    """Excerpts in order of time. Raises UsageError that names `where` if one ends before it begins,
    or two overlap."""
    ordered = tuple(sorted(cuts))
    for start, end in ordered:
        if not start < end:
            raise problem(
                UsageError, "cut_backwards", where=where, start=clock(start), end=clock(end)
            )
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            raise problem(
                UsageError, "cuts_overlap", where=where, start=clock(start), end=clock(end)
            )
    return ordered


def _cuts(value: object, where: str) -> Cuts:
    """Excerpts as the case file has them: a list of ["0:40", "2:10"]. Raises PlanError."""
    try:
        spans: Any = value
        cuts = [(float(read_clock(f"{a}")), float(read_clock(f"{b}"))) for a, b in spans]
        return checked_cuts(cuts, where)
    except (TypeError, ValueError):
        raise problem(PlanError, "cuts_field", where=where) from None


def read_case(path: Path) -> tuple[CaseFields, dict[str, str], dict[str, Cuts]]:
    """From a TOML file: one key per field, a table `[reasons]` by target, and a table `[codes]` of
    what reason codes mean; and, by the names of videos, its tables `[exhibits]`, the number of
    each, and `[cuts]`, the excerpts of each.

    Keys may be written with "-" or "_". Raises PlanError that names the file and the field.
    """
    try:
        raw = tomllib.loads(read_file(path).decode("utf-8-sig"))
    except OSError as error:
        raise problem(PlanError, "case_unread", path=path, reason=reason_of(error)) from None
    except UnicodeDecodeError:
        raise problem(PlanError, "case_not_utf8", path=path) from None
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise problem(
            PlanError, "case_not_toml", path=path, reason=error or "nested too deeply"
        ) from None
    exhibits = raw.pop("exhibits", {})
    if not isinstance(exhibits, Mapping):
        raise problem(PlanError, "exhibits_table", where=path)
    numbers = {
        name: checked_text(number, f"{path}: exhibits.{name}") for name, number in exhibits.items()
    }
    cuts = raw.pop("cuts", {})
    if not isinstance(cuts, Mapping):
        raise problem(PlanError, "cuts_field", where=path)
    spans = {name: _cuts(value, f"{path}: cuts.{name}") for name, value in cuts.items()}
    return case_from_mapping(raw, str(path)), numbers, spans


def case_from_mapping(raw: Mapping[str, Any], where: str) -> CaseFields:
    """Validated case fields. Raises PlanError that names `where` and the field."""
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = key.replace("-", "_")
        if name not in CaseFields.__struct_fields__:
            raise _unknown(where, key)
        if name in values:
            raise problem(PlanError, "case_twice", where=where, key=key)
        values[name] = value
    return checked_case(CaseFields(**values), where)


def checked_case(case: CaseFields, where: str) -> CaseFields:
    """Fields with any values, checked for a record. Raises PlanError."""
    days = {n: getattr(case, n) for n in ("request_date", "deadline")}
    case = case.but(**{n: d.isoformat() for n, d in days.items() if isinstance(d, date)})
    for name in TEXT_FIELDS:
        checked_text(getattr(case, name), f"{where}: {name}")
    if not isinstance(case.hours, bool):
        raise problem(PlanError, "hours_yes_or_no", where=where)
    if not isinstance(case.reasons, Mapping):
        kind = type(case.reasons).__name__
        raise problem(PlanError, "reasons_table", where=where, kind=kind)
    if not isinstance(case.codes, Mapping):
        raise problem(PlanError, "codes_table", where=where)
    codes = {
        code: _checked_code(f"{where}: codes.{code}", code, case.codes[code])
        for code in sorted(case.codes)
    }
    checked = case.but(
        reasons=checked_reasons(case.reasons.items(), f"{where}: reasons."), codes=codes
    )
    _require_codes(checked, f"{where}: ")
    return checked


def _checked_code(at: str, code: str, value: object) -> ReasonCode:
    """A reason code from text, or from a table with `text` and `basis`."""
    checked_text(code, at)
    fields = asdict(value) if isinstance(value, ReasonCode) else value
    fields = {"text": fields} if isinstance(fields, str) else fields
    if not isinstance(fields, Mapping):
        raise problem(PlanError, "code_text", at=at)
    known = ReasonCode.__struct_fields__
    if unknown := next((name for name in fields if name not in known), None):
        raise problem(PlanError, "code_field", at=at, name=unknown, fields=", ".join(known))
    return ReasonCode(**{name: checked_text(text, f"{at}.{name}") for name, text in fields.items()})


def checked_reasons(reasons: Iterable[tuple[str, object]], where: str) -> dict[str, str]:
    """Reasons by the word of a target, sorted. Raises PlanError."""
    checked: dict[str, str] = {}
    for word, reason in reasons:
        name = word.strip().lower()
        if name not in {target.word for target in Target}:
            raise problem(PlanError, "reason_target", where=f"{where}{word}", targets=ANY_KIND)
        if name in checked:
            raise problem(PlanError, "reason_twice", where=f"{where}{word}")
        checked[name] = checked_text(reason, f"{where}{word}")
    return dict(sorted(checked.items()))


def case_from_options(options: Iterable[str]) -> CaseFields:
    """Fields from `--set exhibit=3` or `--set reasons.face=…` options: the keys of the case file,
    those that have text. Raises UsageError for anything else."""
    raw: dict[str, Any] = {}
    try:
        for option in options:
            name, _, text = (part.strip() for part in option.partition("="))
            table, _, row = name.partition(".")
            if not text or name in _NO_TEXT or (row and table != "reasons"):
                fields = ", ".join((*TEXT_FIELDS, "reasons.face"))
                raise problem(UsageError, "set_option", option=option, fields=fields)
            place, key = (raw.setdefault(table, {}), row) if row else (raw, name)
            if key in place:
                raise problem(UsageError, "case_twice", where="--set", key=name)
            place[key] = text
        return case_from_mapping(raw, "--set")
    except PlanError as error:
        raise problem(UsageError, error.code, **error.values) from None


def _unknown(where: str, key: str) -> PlanError:
    near = difflib.get_close_matches(key, CaseFields.__struct_fields__, 1)
    if near:
        return problem(PlanError, "unknown_field_near", where=where, key=key, near=near[0])
    fields = ", ".join(CaseFields.__struct_fields__)
    return problem(PlanError, "unknown_field", where=where, key=key, fields=fields)
