"""What a person says about the case a video belongs to, and what the reason codes of an agency
mean; redact cannot know any of it.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from ..errors import PlanError, UsageError
from ..files import read_file
from ..types import Target
from ..words import problem, reason_of
from .checked_text import checked_option, checked_text

_CODE_FIELDS: Final = ("text", "basis")


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One code.

    Attributes:
        code: as it is given with `--reason` and stands in the exemption log.
        text: what it means, "" if the code says it.
        basis: statutory basis, "" for that of the whole case.
    """

    code: str
    text: str = ""
    basis: str = ""


def codes_from_mapping(
    raw: object, where: str, checked: Callable[[object, str], str]
) -> tuple[ReasonCode, ...]:
    """Codes from the table `codes` of a case file, sorted by code.

    Args:
        raw: the table: code → words, or code → table with `text` and `basis`.
        where: the file, for messages.
        checked: refuses what is no text that can stand in a record.

    Raises:
        PlanError: names the file and the field.
    """
    if not isinstance(raw, Mapping):
        raise problem(PlanError, "codes_table", where=where)
    found = []
    for code, value in sorted(raw.items()):
        at = f"{where}: codes.{code}"
        checked(code, at)
        fields = {"text": value} if isinstance(value, str) else value
        if not isinstance(fields, Mapping):
            raise problem(PlanError, "code_text", at=at)
        for name in fields:
            if name not in _CODE_FIELDS:
                raise problem(
                    PlanError, "code_field", at=at, name=name, fields=", ".join(_CODE_FIELDS)
                )
        texts = {name: checked(text, f"{at}.{name}") for name, text in fields.items()}
        found.append(ReasonCode(code, **texts))
    return tuple(found)


def codes_as_json(codes: Iterable[ReasonCode]) -> dict[str, Any]:
    """The table as `codes_from_mapping` takes it."""
    return {c.code: {"text": c.text, "basis": c.basis} for c in codes}


def check_reasons(
    reasons: Iterable[tuple[str, str]], codes: tuple[ReasonCode, ...], where: str = ""
) -> None:
    """Where a case has codes, a reason by target must be one of them: a slip of the pen would be
    found by the court.

    Raises:
        PlanError: names the reason and the nearest code.
    """
    known = [c.code for c in codes]
    for target, reason in reasons:
        if known and reason not in known:
            near = difflib.get_close_matches(reason, known, 1)
            said = {"where": where, "target": target, "reason": reason}
            if near:
                raise problem(PlanError, "not_a_code_near", **said, near=near[0])
            raise problem(PlanError, "not_a_code", **said, codes=", ".join(known))


@dataclass(frozen=True, slots=True)
class CaseFields:
    """Case fields, each empty where nobody gave it.

    Attributes:
        case: number or name of the case.
        exhibit: number of the exhibit.
        operator: who ran redact.
        reviewer: who looked at the result.
        recipient: who will get the output.
        purpose: what for.
        legal_basis: the rule that asks for or allows the redaction.
        reasons: reason code or text per target word (`Target.word`), sorted by word;
            a track's own reason goes before it.
        codes: what reason codes of this case mean; empty where reasons are plain words.
    """

    case: str = ""
    exhibit: str = ""
    operator: str = ""
    reviewer: str = ""
    recipient: str = ""
    purpose: str = ""
    legal_basis: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    codes: tuple[ReasonCode, ...] = ()

    def reason_for(self, target: Target) -> str:
        return dict(self.reasons).get(target.word, "")

    @property
    def empty(self) -> bool:
        return self == CaseFields()

    def overridden_by(self, other: CaseFields) -> CaseFields:
        """These fields, with every field that `other` gives taken from there.

        Raises:
            PlanError: a reason is none of the case's codes.
        """
        given = {f.name: getattr(other, f.name) for f in fields(other)}
        given = {name: value for name, value in given.items() if value}
        given["reasons"] = tuple(sorted({**dict(self.reasons), **dict(other.reasons)}.items()))
        both = replace(self, **given)
        check_reasons(both.reasons, both.codes)
        return both


TEXT_FIELDS = tuple(f.name for f in fields(CaseFields) if f.name not in ("reasons", "codes"))


def read_case_file(path: Path) -> CaseFields:
    """Case fields from a TOML file: one key per field, a table `[reasons]` by target, and a table
    `[codes]` of what reason codes mean.

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
    return case_from_mapping(raw, str(path))


def case_from_mapping(raw: Mapping[str, Any], where: str) -> CaseFields:
    """Validated case fields. Raises PlanError that names `where` and the field."""
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = key.replace("-", "_")
        if name == "reasons":
            values[name] = _reasons(value, where)
        elif name == "codes":
            values[name] = codes_from_mapping(value, where, checked_text)
        elif name not in TEXT_FIELDS:
            raise _unknown(where, key, (*TEXT_FIELDS, "reasons", "codes"))
        elif name in values:
            raise problem(PlanError, "case_twice", where=where, key=key)
        else:
            values[name] = checked_text(value, f"{where}: {key}")
    case = CaseFields(**values)
    check_reasons(case.reasons, case.codes, f"{where}: ")
    return case


def case_as_json(case: CaseFields) -> dict[str, Any]:
    """The fields as `case_from_mapping` takes them; empty ones are left out."""
    values: dict[str, Any] = {name: getattr(case, name) for name in TEXT_FIELDS}
    values = {name: text for name, text in values.items() if text}
    values |= {"codes": codes_as_json(case.codes)} if case.codes else {}
    return values | ({"reasons": dict(case.reasons)} if case.reasons else {})


def reasons_from_options(options: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Reasons from `--reason face=…` options. Raises UsageError for anything else."""
    reasons: dict[str, str] = {}
    for option in options:
        word, equals, reason = option.partition("=")
        word = word.strip().lower()
        if not equals or not reason.strip():
            raise problem(UsageError, "reason_option", option=option)
        try:
            Target.from_word(word)
        except ValueError:
            raise problem(
                UsageError,
                "reason_target",
                option=option,
                word=word,
                targets=", ".join(t.word for t in Target),
            ) from None
        if word in reasons:
            raise problem(UsageError, "reason_twice", word=word)
        reasons[word] = checked_option(reason.strip(), f"--reason {word}")
    return tuple(sorted(reasons.items()))


def _reasons(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise problem(PlanError, "reasons_table", where=where, kind=type(value).__name__)
    reasons = {}
    for word, reason in value.items():
        try:
            Target.from_word(word)
        except ValueError:
            raise problem(
                PlanError,
                "case_reason_target",
                where=where,
                word=word,
                targets=", ".join(t.word for t in Target),
            ) from None
        if word.lower() in reasons:
            raise problem(PlanError, "case_reason_twice", where=where, word=word)
        reasons[word.lower()] = checked_text(reason, f"{where}: reasons.{word}")
    return tuple(sorted(reasons.items()))


def _unknown(where: str, key: str, known: Iterable[str]) -> PlanError:
    known = list(known)
    near = difflib.get_close_matches(key, known, 1)
    if near:
        return problem(PlanError, "unknown_field_near", where=where, key=key, near=near[0])
    return problem(PlanError, "unknown_field", where=where, key=key, fields=", ".join(known))
