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


@contextmanager
def alone_with(plan: Path) -> Iterator[None]:
    """In here, no other review has this plan; links to a plan are that plan.

    Raises:
        OutputError: another review has it open, or its folder cannot be written to.
    """
    try:
        held = claim_beside(plan, "review")
    except OSError as error:
        raise OutputError(
            f"{plan}: cannot be saved ({error.strerror or error})",
            "Choose a plan in a folder that you may write to.",
        ) from error
    if held is None:
        raise OutputError(
            f"{plan}: is open in another review",
            "Go on in the window of that review. Or end it: close its page, or press Ctrl-C where "
            "it was started. Then give this command again.",
        )
    try:
        yield
    finally:
        held.remove()
