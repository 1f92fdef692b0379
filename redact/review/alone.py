"""One review of a plan at a time, whichever process it runs in: two would save over each other.

While a review is open, a hidden file `.PLAN.review` lies beside its plan, locked. One that a killed
review left is not locked, and the next review takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError
from ..files import claim_beside
from ..words import problem, reason_of


@contextmanager
def alone_with(plan: Path) -> Iterator[None]:
    """In here, no other review has this plan; links to a plan are that plan.

    Raises:
        OutputError: another review has it open, or its folder cannot be written to.
    """
    try:
        held = claim_beside(plan, "review")
    except OSError as error:
        raise problem(OutputError, "plan_unsaved", path=plan, reason=reason_of(error)) from error
    if held is None:
        raise problem(OutputError, "review_open", path=plan)
    try:
        yield
    finally:
        held.remove()
