"""Saves the picture on the screen as it is in the result: masked, whole, as a PNG of its own, with
its time and hash on record.

It is drawn by the renderer that draws the result, from the same plan, and holds no tag of its own.
No audit looks at it: while one has an unanswered finding in this picture, it is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2

from ..files import make_folder, still_name, write_whole
from ..inspect import release_path
from ..media import sha256_of_bytes
from ..plan import Still, answered_here, masks_sha256
from ..record import append, file_name
from ..types import utc_text
from .answers import findings_at
from .finishing import look_of, refuse_release
from .pictures import bgr, masked
from .refused_error import RefusedError
from .session import Session, place_of


def save_still(session: Session, number: int, wish: dict[str, Any]) -> Path:
    """Save a frame beside the result, and put it on record unless it is for publication.

    Args:
        session: with its plan.
        number: of the frame.
        wish: see `begin_finish`: "style", "stamp", "corner", "codes" and "release" count.

    Raises:
        RefusedError: there is no such frame, or a finding in it has no answer.
        RedactError: the file or the log cannot be written.
    """
    here = session.ready()
    plan = here.open_plan.plan
    if not 0 <= number < len(plan.source.timeline):
        raise ValueError("there is no such frame")
    notes = plan.review.findings if plan.review else ()
    unanswered = {note.number for note in notes if not answered_here(plan, note)}
    if any(finding["number"] in unanswered for finding in findings_at(plan, number)):
        raise RefusedError("still_finding")
    frame = masked(here.shown.get(number), plan, look_of(session, wish))
    done, data = cv2.imencode(".png", bgr(frame, *frame.size))
    assert done
    if released := bool(wish.get("release")):
        refuse_release(session)
    final = place_of(here.info, session.folder)
    make_folder(final.parent)
    seconds = plan.seconds(number)
    place = release_path(final.parent, ".png") if released else still_name(final, seconds)
    write_whole(place, bytes(data), never=(session.source,))
    if released:
        return place
    still = Still(
        number,
        file_name(place),
        sha256_of_bytes(bytes(data)),
        masks_sha256(plan, number),
        session.reviewer,
        utc_text(datetime.now(UTC)),
    )
    here.open_plan.note(lambda review: review.but(stills=(*review.stills, still)))
    here.open_plan.keep()
    if session.evidence.log is not None:
        details = {
            "source": file_name(session.source),
            "source_sha256": plan.source.sha256,
            "picture": still.name,
            "picture_sha256": still.sha256,
            "seconds": f"{seconds:.3f}",
            "made_by": still.by,
        }
        append(session.evidence.log, "still", details, session.evidence.key)
    return place
