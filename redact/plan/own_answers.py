"""Tells this user's own answers to findings from those that came with a plan from somebody else."""

from __future__ import annotations

import json

from msgspec.structs import astuple

from ..files import is_own, own_mark
from .plan import Plan
from .review_state import FindingNote


def marked(plan: Plan, note: FindingNote) -> FindingNote:
    """The note with this user's mark on its answer."""
    return note.but(mark=own_mark(_said(plan, note)))


def answered_here(plan: Plan, note: FindingNote) -> bool:
    """Whether this user has answered the finding of a note."""
    return bool(note.answer) and is_own(_said(plan, note), note.mark)


def _said(plan: Plan, note: FindingNote) -> bytes:
    """The content that the mark of an answer covers. Number and doubt are left out, because the
    next audit may change them; so is the track, which everybody can see in the plan."""
    plain = note.but(number=1, track=None, mark="", doubtful=False)
    return json.dumps(["answer", plan.source.sha256, astuple(plain)]).encode()
