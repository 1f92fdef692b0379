"""The actions of the page by name, with arguments that are not trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ..errors import PlanError, UsageError
from ..mask_size import MARGIN, without_margin
from ..plan import Decision, Plan, Sound, decisions, edit, subject_of, user_input
from ..record import checked_option
from ..types import Box, Decided, Keyframe, Outline, State, Target
from ..words import problem
from .page_edits import (
    MaskChange,
    Reach,
    add,
    answer,
    confirm,
    decide,
    decide_texts,
    mask_as_found,
    merge,
    only,
    remove,
    rename,
    separate,
    shape_mask,
    span,
    split,
    uncover,
)
from .refused_error import RefusedError
from .sheet import Picture, ask_to_confirm
from .word_list import muted_words

LATEST_SECOND: Final = 1e9
"""Seconds: longer than any video."""


def edited(plan: Plan, what: dict[str, Any], by: str, at: str = "") -> Plan:
    """The plan after one action of the page.

    Args:
        plan: before.
        what: "op" names the action, other keys are its arguments.
        by, at: who decides, and when (UTC).

    Raises:
        PlanError: there is no such action, an argument is missing or wrong, or the change is
            invalid.
    """
    action = _ACTIONS.get(str(what.get("op")))
    if action is None:
        raise RefusedError("unknown")
    try:
        return action(plan, what, Decided(_text(what), by, at, _text(what, "code")))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise problem(PlanError, "page_asked", what=what.get("op"), error=error) from error


def _text(what: dict[str, Any], name: str = "reason") -> str:
    """A reason or its code, as the command line accepts it: Persian names and most emoji contain
    joining characters, and French text contains non-breaking spaces."""
    text = what.get(name) or ""
    if not isinstance(text, str) or len(text) > 500:
        raise RefusedError("reason_long")
    try:
        return checked_option(text.strip(), f"the {name}")
    except UsageError as error:
        raise RefusedError("reason_long") from error


def seconds_of(value: object) -> float:
    """A time as a person wrote it, or in seconds."""
    if isinstance(value, str):
        try:
            value = user_input.parse_seconds(value)
        except UsageError:
            raise RefusedError("no_time") from None
    if not isinstance(value, int | float) or not abs(value) < LATEST_SECOND:
        raise RefusedError("no_time")
    return float(value)


def _decide(plan: Plan, what: dict[str, Any], decided: Decided) -> Plan:
    ids, decision = [int(n) for n in what["ids"]], Decision(what["decision"])
    seen, but = _pictures(what.get("seen", ())), _pictures(what.get("but", ()))
    return decide(plan, ids, decision, decided, seen=seen, but=but, asked=_asked(what))


def _pictures(values: Sequence[Sequence[int]]) -> list[Picture]:
    return [(int(track), int(frame)) for track, frame in values]


def _asked(what: dict[str, Any]) -> bool:
    """Whether the person has answered a question with pictures about this; only the page asks."""
    return what.get("sure", True) is True


def _box_of(values: Sequence[float]) -> Box:
    return Box(*(float(value) for value in values))


def _still(plan: Plan, what: dict[str, Any], decided: Decided) -> Plan:
    target, first, last = Target.from_word(what["target"]), int(what["first"]), int(what["last"])
    box = without_margin(_box_of(what["mask"]), float(what.get("margin", MARGIN)), target)
    if not 0 <= first <= last < len(plan.source.timeline):
        raise RefusedError("span_clip")
    keys = [Keyframe(frame, box, State.MANUAL) for frame in sorted({first, last})]
    return add(plan, target, keys, decided)[0]


def _confirm(plan: Plan, what: dict[str, Any], decided: Decided) -> Plan:
    if not _asked(what):
        tracks = subject_of(plan, int(what["id"])).tracks
        ask_to_confirm(plan, [edit.track_of(plan, number) for number in tracks])
    shown, but = _pictures(what["shown"]), _pictures(what.get("but", ()))
    for same in (True, False):
        frames: dict[int, list[int]] = {}
        for track, frame in shown:
            if ((track, frame) in but) is not same:
                frames.setdefault(track, []).append(frame)
        for number, of_track in frames.items():
            plan = confirm(plan, number, of_track, same, decided)
    return plan


def _mask_change(what: dict[str, Any]) -> MaskChange:
    outline, mask = what.get("outline"), what.get("mask")
    return MaskChange(
        int(what["track"]),
        int(what["frame"]),
        Reach(what.get("reach", Reach.PICTURE)),
        None if mask is None else _box_of(mask),
        None if outline is None else Outline(outline),
        float(what.get("margin", MARGIN)),
    )


def _mute(plan: Plan, what: dict[str, Any], decided: Decided) -> Plan:
    start, end = seconds_of(what["start"]), seconds_of(what["end"])
    if start >= end:
        raise RefusedError("mute_order")
    return edit.mute(plan, start, end, Sound(what["how"]), decided)


_ACTIONS: Final[dict[str, Callable[[Plan, dict[str, Any], Decided], Plan]]] = {
    "decide": _decide,
    "reason": lambda p, w, d: decisions.give_reason(p, map(int, w["ids"]), d),
    "only": lambda p, w, d: only(p, int(w["id"]), d),
    "confirm": _confirm,
    "uncover": lambda p, w, d: uncover(p, int(w["id"]), int(w["other"]), d, asked=_asked(w)),
    "merge": lambda p, w, d: merge(p, [int(n) for n in w["ids"]], d, asked=_asked(w)),
    "separate": lambda p, w, d: separate(p, int(w["track"])),
    "rename": lambda p, w, d: rename(p, int(w["id"]), str(w["name"])),
    "add": _still,
    "mask": lambda p, w, d: shape_mask(p, _mask_change(w), d),
    "as_found": lambda p, w, d: mask_as_found(
        p, int(w["track"]), int(w["frame"]), Reach(w["reach"])
    ),
    "span": lambda p, w, d: span(p, int(w["track"]), int(w["first"]), int(w["last"]), d),
    "split": lambda p, w, d: split(p, int(w["track"]), int(w["frame"])),
    "remove": lambda p, w, d: remove(p, map(int, w["ids"])),
    "mute": _mute,
    "unmute": lambda p, w, d: edit.unmute(p, [int(w["number"])]),
    "words": lambda p, w, d: muted_words(p, str(w["find"]), w.get("line"), d),
    "texts": lambda p, w, d: decide_texts(p, w["numbers"], w["hide"] is True, d),
    "answer": lambda p, w, d: answer(p, int(w["number"]), str(w["answer"]), d),
}
