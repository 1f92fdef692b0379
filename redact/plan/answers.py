"""Tells whether an answer to a finding is this user's own, or came with the plan from somebody
else."""

from __future__ import annotations

import json

from msgspec.structs import astuple

from ..files import is_own, own_mark
from .plan import Plan
from .review_state import FindingNote


def marked(plan: Plan, note: FindingNote) -> FindingNote:
    """A note whose answer this user has just given."""
    return note.but(mark=own_mark(_said(plan, note)))


def answered_here(plan: Plan, note: FindingNote) -> bool:
    """Whether this user has answered a finding of a plan."""
    return bool(note.answer) and is_own(_said(plan, note), note.mark)


def _said(plan: Plan, note: FindingNote) -> bytes:
    """All that an answer is about; not the number and the doubt, which the next audit may change,
    and not the track, which is there for everybody to see."""
    plain = note.but(number=1, track=None, mark="", doubtful=False)
    return json.dumps(["answer", plan.source.sha256, astuple(plain)]).encode()
