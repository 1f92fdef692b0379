"""Reason codes of an agency: a short code with its words and the rule that it rests on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PlanError

_FIELDS: Final = ("text", "basis")
_EXAMPLE: Final = 'Write for example [codes.b6], then text = "Third party" and basis = "art. 6".'


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
        raise PlanError(f"{where}: codes: expected a table", _EXAMPLE)
    found = []
    for code, value in sorted(raw.items()):
        at = f"{where}: codes.{code}"
        checked(code, at)
        fields = {"text": value} if isinstance(value, str) else value
        if not isinstance(fields, Mapping):
            raise PlanError(f"{at}: expected text, or a table with text and basis", _EXAMPLE)
        for name in fields:
            if name not in _FIELDS:
                raise PlanError(f"{at}.{name}: unknown field", f"Fields are {', '.join(_FIELDS)}.")
        texts = {name: checked(text, f"{at}.{name}") for name, text in fields.items()}
        found.append(ReasonCode(code, **texts))
    return tuple(found)


def codes_as_json(codes: Iterable[ReasonCode]) -> dict[str, Any]:
    """The table as `codes_from_mapping` takes it."""
    return {c.code: {"text": c.text, "basis": c.basis} for c in codes}


def check_reasons(reasons: Iterable[tuple[str, str]], codes: tuple[ReasonCode, ...]) -> None:
    """Where a case has codes, a reason by target must be one of them: a slip of the pen would be
    found by the court.

    Raises:
        PlanError: names the reason and the nearest code.
    """
    known = [c.code for c in codes]
    for target, reason in reasons:
        if known and reason not in known:
            near = difflib.get_close_matches(reason, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Codes are {', '.join(known)}."
            raise PlanError(f"reason for {target}: {reason}: is not a code of this case", hint)
