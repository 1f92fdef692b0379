"""The actions of the page by name, with arguments that are not trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ..errors import PlanError
from ..plan import Decision, Plan, Sound, edit
from ..types import Box, Keyframe, State, Target
from .editing import (
    add,
    answer,
    decide,
    merge,
    only,
    place,
    remove,
    rename,
    separate,
    span,
    split,
)
from .refused import RefusedError


def edited(plan: Plan, what: dict[str, Any], by: str) -> Plan:
    """The plan after one action of the page.

    Args:
        plan: before.
        what: "op" names the action, other keys are its arguments.
        by: who decides.

    Raises:
        PlanError: there is no such action, an argument is missing or wrong, or it makes no sense.
    """
    action = _ACTIONS.get(str(what.get("op")))
    if action is None:
        raise RefusedError("unknown")
    try:
        return action(plan, what, by)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise PlanError(f"{what.get('op')}: {error}", "Load the page anew.") from error


def _text(what: dict[str, Any]) -> str:
    text = what.get("reason") or ""
    if not isinstance(text, str) or len(text) > 500 or not text.isprintable():
        raise RefusedError("reason_long")
    return text.strip()


def _box_of(values: Sequence[float]) -> Box:
    return Box(*(float(value) for value in values))


def _still(plan: Plan, what: dict[str, Any], by: str) -> Plan:
    box, first, last = _box_of(what["box"]), int(what["first"]), int(what["last"])
    if not 0 <= first <= last < len(plan.source.timeline):
        raise RefusedError("span_clip")
    keys = [Keyframe(frame, box, State.MANUAL) for frame in sorted({first, last})]
    return add(plan, Target.from_word(what["target"]), keys, _text(what), by)[0]


_ACTIONS: Final[dict[str, Callable[[Plan, dict[str, Any], str], Plan]]] = {
    "decide": lambda p, w, by: decide(p, map(int, w["ids"]), Decision(w["decision"]), _text(w), by),
    "only": lambda p, w, by: only(p, int(w["id"]), _text(w), by),
    "merge": lambda p, w, by: merge(p, [int(n) for n in w["ids"]]),
    "separate": lambda p, w, by: separate(p, int(w["track"])),
    "rename": lambda p, w, by: rename(p, int(w["id"]), str(w["name"])),
    "add": _still,
    "place": lambda p, w, by: place(p, int(w["track"]), int(w["frame"]), _box_of(w["box"])),
    "span": lambda p, w, by: span(p, int(w["track"]), int(w["first"]), int(w["last"]), by),
    "split": lambda p, w, by: split(p, int(w["track"]), int(w["frame"])),
    "remove": lambda p, w, by: remove(p, map(int, w["ids"])),
    "mute": lambda p, w, by: edit.mute(
        p, float(w["start"]), float(w["end"]), Sound(w["how"]), reason=_text(w), decided_by=by
    ),
    "unmute": lambda p, w, by: edit.unmute(p, [int(w["number"])]),
    "answer": lambda p, w, by: answer(p, int(w["number"]), str(w["answer"]), _text(w), by),
}
