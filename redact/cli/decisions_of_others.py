"""Decisions in a plan that redact did not write for this user on this machine.

Plans are passed on: the sender may have decided that somebody stays visible, and the file would
count as the receiver's decision. So what it shows is listed, and counts once the user agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ..errors import UsageError
from ..plan import Plan, is_own_plan, mask_shape, read_plan, table_of
from ..types import DEFAULT_TARGETS, Action
from ..words import problem, said, say, word
from .evidence_options import can_ask
from .terminal import Terminal

adopt_option = click.option("--adopt", is_flag=True)


def require_own_decisions(path: Path, adopt: bool, terminal: Terminal) -> None:
    """List what another user decided to show, and ask whether to adopt it.

    Args:
        path: of a plan; there is no question if it is this user's or does not exist.
        adopt: the user has already agreed.

    Raises:
        PlanError: it cannot be read.
        UsageError: there is no terminal to ask on.
        click.Abort: the user said no.
    """
    if not path.exists() or is_own_plan(path):
        return
    decisions = list(_shown(read_plan(path)))
    terminal.say(say("plan_of_somebody", path=path))
    for line in decisions:
        terminal.say(f"  {line}")
    if adopt or not decisions:
        return
    if not can_ask():
        raise problem(UsageError, "decisions_not_adopted", path=path, count=len(decisions))
    if not click.confirm(say("adopt_decisions"), err=True):
        raise click.Abort


def _shown(plan: Plan) -> Iterator[str]:
    """What is visible by decisions in the plan, one line each."""
    for row in table_of(plan):
        if row["action"] != Action.REDACT:
            yield say(
                "decision_to_show",
                track=row["track"],
                target=word("target_short", row["target"]),
                begin=row["from"],
                end=row["to"],
                action=word("action", row["action"]),
                reason=row["reason"] or "–",
            )
    for track in plan.tracks:
        if smaller := mask_shape.uncovered_frames(plan, track):
            yield say("mask_smaller_by_other", track=track.id, count=len(smaller))
    yield from map(said, plan.not_searched)
    missing = [target.word for target in DEFAULT_TARGETS if target not in plan.settings.targets]
    if missing:
        yield say("targets_not_searched", names=", ".join(word("targets", t) for t in missing))
