"""What a person looked at before the run, in words."""

from __future__ import annotations

from typing import Any

from ..evidence import Manifest
from ..plan import count_of
from ..types import clock
from .catalogue import Catalogue


def reviewed(manifest: Manifest, text: Catalogue) -> dict[str, Any] | None:
    """Words for the report's section on the review; None where nobody reviewed on the page."""
    review = manifest.review
    if review is None:
        return None
    share = 100 * review.frames_seen / max(review.frames, 1)
    per_frame = manifest.source.seconds / max(manifest.source.frames - 1, 1)
    return {
        "by": text("review.by", name=review.reviewer)
        if review.reviewer
        else text("review.by_nobody"),
        "frames": text(
            "review.frames",
            seen=text.number(review.frames_seen),
            frames=text.number(review.frames),
            # Rounded down: nothing that was not seen may count as seen.
            share=text.number(int(share)),
        ),
        "findings": text(
            "review.findings", answered=review.findings_answered, findings=review.findings
        ),
        "answers": [
            (
                text.term("finding", a.kind.replace(" ", "_")),
                clock(a.first_frame * per_frame),
                text.word("target", a.target),
                _answer(a.answer, a.reason, text),
            )
            for a in review.answers
        ],
        "subjects": [
            text("review.subject", track=s.track, seen=text.number(count_of(s.frames)))
            for s in review.subjects
        ],
    }


def _answer(answer: str, reason: str, text: Catalogue) -> str:
    if answer == "none":
        return text("review.none", reason=reason)
    return text("review.hide") if answer == "hide" else text("review.open")
