"""The page's routes, each a function from values to an answer; and serving the page until the
person is done."""

from __future__ import annotations

import json
import struct
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..errors import RedactError
from ..files import remember_name, remembered_name
from ..follow_drawn import Superseded
from ..pipeline import held_in, remove_held
from ..plan import Plan, ReviewState, edit, user_input
from ..record import checked_option
from ..settings import Style
from ..words import LANGUAGES, problem
from .answers import findings_at
from .excerpts import of_what_is_made, with_marks
from .finishing import bars_release, begin_finish
from .left_to_do import covered, left_to_do
from .looked_at import VIEWS, review_summary, with_seen
from .open_plan import ChangedOutsideError
from .overview import bodies_at, masks_at
from .pictures import jpeg, masked
from .refused_error import RefusedError, defect, in_words
from .server import Answer, PageServer, Route, as_json
from .session import Session
from .sheet import MOST_CLOSE
from .shown_files import Shelf, content_type
from .sound import heard
from .stills import save_still
from .system_programs import file_of, show

MOST_PAGE_PIXELS: Final = 4096
"""Width of a picture for the page, at most."""

BACKGROUND_PATHS: Final = frozenset(
    f"/api/{name}"
    for name in ("state", "seen", "waveform", "leave", "texts", "text-picture", "words")
)
"""Paths that a page requests by itself."""


def routes_of(session: Session) -> dict[tuple[str, str], Route]:
    """Every route of a session by method and path."""
    page = _Page(session)
    found = {
        (method, f"/api/{name}"): page.timed(
            f"/api/{name}", with_error_answers(getattr(page, name.replace("-", "_")))
        )
        for method, names in _NAMES.items()
        for name in names.split()
    }
    found |= result_routes(session.shelf, page.result)
    return found | {("POST", "/api/join"): with_error_answers(page.state)}


_NAMES: Final = {
    "GET": "state plan frame face sheet scene covered left sound waveform texts text-picture words",
    "POST": "leave edit undo redo reviewer follow hide bridge speech seen excerpt finish stop"
    " remove-held read transcribe still",
}
"""Routes by method; each is the method of `_Page` with that name."""


def with_error_answers(route: Route) -> Route:
    """A route whose errors become answers that the page can show."""

    def answer(values: dict[str, Any]) -> Answer:
        try:
            return route(values)
        except Superseded:
            return as_json({"error": "superseded"}, 409)
        except ChangedOutsideError as error:
            return as_json({**in_words(error), "error": "outside"}, 409)
        except RedactError as error:
            return as_json(in_words(error), 422)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            return as_json(in_words(problem(RedactError, "page_malformed", error=error)), 400)
        except Exception as error:  # a bug of ours must not look like the end of the review
            return as_json(defect(error), 500)

    return answer


class _Page:
    def __init__(self, session: Session) -> None:
        self._session = session

    def timed(self, path: str, route: Route) -> Route:
        """The route, noting when it is asked for."""

        def answer(values: dict[str, Any]) -> Answer:
            self._session.time.hear(acts=path not in BACKGROUND_PATHS)
            return route(values)

        return answer

    def state(self, values: dict[str, Any]) -> Answer:
        """Whether the review is open, the current job, whether the plan was changed outside, and
        why nothing can be saved."""
        session, open_ = self._session, self._session.open
        # Before the revision: what a piece of work that is over has changed, the page loads first.
        job = session.job.state() if session.job else None
        outside, unsaved = False, None
        if open_ is not None:
            try:
                outside = open_.open_plan.look_outside()
                open_.open_plan.keep()
            except RedactError as error:
                unsaved = in_words(error)
        return as_json(
            {
                "ready": open_ is not None,
                "name": session.source.name,
                "plan": session.plan_path.name,
                "revision": open_.open_plan.revision if open_ else 0,
                "outside": outside,
                "unsaved": unsaved,
                "job": job,
                "reading": open_.texts.state() if open_ else None,
                "transcribing": open_.spoken.state() if open_ else None,
            }
        )

    def plan(self, values: dict[str, Any]) -> Answer:
        here = self._session.ready()
        with here.open_plan.lock:
            everything = here.overview.everything(here.open_plan.plan, here.info)
            case = self._session.case
            about = {
                "ask_who": self._session.ask_who,
                "person": remembered_name() if self._session.ask_who else self._session.reviewer,
                "signs": self._session.evidence.key is not None,
                "case": case.case,
                "codes": [(code, meaning.text) for code, meaning in case.codes.items()],
                "reasons": case.reasons,
                "releases": not bars_release(self._session.evidence),
            }
            return as_json({**everything, **self._steps(), **about})

    def frame(self, values: dict[str, Any]) -> Answer:
        """A frame and who is in it: the length of the JSON (4 bytes), the JSON, the JPEG."""
        here = self._session.ready()
        plan, number = here.open_plan.plan, int(values["n"])
        if not 0 <= number < len(plan.source.timeline) or values.get("view") not in VIEWS:
            raise ValueError("there is no such frame or view")
        width = min(max(int(values.get("w", MOST_PAGE_PIXELS)), 16), MOST_PAGE_PIXELS)
        frame = here.shown.get(number, newest_wins=True)
        if values["view"] == "result":
            style = Style(values.get("style", Style.COVER))
            frame = masked(frame, plan, replace(self._session.render, style=style))
        head = {
            "frame": frame.index,
            "pts": frame.pts,
            "damaged": frame.damaged,
            "masks": masks_at(plan, number, self._session.render.margin),
            "bodies": bodies_at(plan, number),
            "findings": findings_at(plan, number),
        }
        return _packed(head, jpeg(frame, width))

    def face(self, values: dict[str, Any]) -> Answer:
        """A track in one of its frames, as JPEG; empty if it is not there."""
        here = self._session.ready()
        track, frame = int(values["track"]), int(values["frame"])
        return _picture(here.gallery.picture(here.open_plan.plan, track, frame))

    def sheet(self, values: dict[str, Any]) -> Answer:
        """Close pictures of the tracks and frames "of", all in one answer: length of the JSON (4
        bytes), the JSON with the size of each, and one JPEG after the other."""
        here = self._session.ready()
        pairs = [pair.split(":") for pair in values["of"].split(",")][:MOST_CLOSE]
        jpegs = [here.gallery.picture(here.open_plan.plan, int(t), int(n)) for t, n in pairs]
        return _packed(list(map(len, jpegs)), b"".join(jpegs))

    def scene(self, values: dict[str, Any]) -> Answer:
        """A picture of the future result, as JPEG: around a box, which is marked."""
        here = self._session.ready()
        plan, number = here.open_plan.plan, int(values["n"])
        if not 0 <= number < len(plan.source.timeline):
            raise ValueError("there is no such frame")
        box = user_input.parse_box(values["box"])
        edit.check_box(box, plan, f"frame {number}")
        return _picture(here.gallery.scene(plan, number, box, self._session.render))

    def covered(self, values: dict[str, Any]) -> Answer:
        """Subjects whose masks hide a kept one, each with the first frame, the number of frames,
        and in how many of them that mask is only a guess; and the runs in which nothing hides the
        kept one."""
        plan, margin = self._session.ready().open_plan.plan, self._session.render.margin
        found = covered(plan, int(values["id"]), margin)
        rows = [
            {
                "by": number,
                "frame": min(surely),
                "n": len(surely),
                "guessed": sum(not sure for sure in surely.values()),
            }
            for number, surely in found.by.items()
        ]
        rows.sort(key=lambda row: -row["n"])
        return as_json({"covered": rows, "bare": found.bare})

    def left(self, values: dict[str, Any]) -> Answer:
        """What is left to do before the video is made, see `left_to_do`."""
        here = self._session.ready()
        with here.open_plan.lock:
            plan = here.open_plan.plan
            summary = review_summary(plan, here.overview.noted(plan, plan.review or ReviewState()))
            margin = self._session.render.margin
            subjects, summary = of_what_is_made(plan, here.overview.subjects, summary)
            return as_json({"left": left_to_do(plan, subjects, summary, margin)})

    def texts(self, values: dict[str, Any]) -> Answer:
        """The texts read in the video that contain the words "find"."""
        return as_json(self._session.ready().texts.rows(str(values.get("find", ""))))

    def words(self, values: dict[str, Any]) -> Answer:
        """The lines in which the words "find" are said."""
        return as_json(self._session.ready().spoken.rows(str(values.get("find", ""))))

    def transcribe(self, values: dict[str, Any]) -> Answer:
        """Start transcribing what is said with the "model", or stop that."""
        spoken = self._session.ready().spoken
        if values.get("stop") is True:
            spoken.stop()
        else:
            spoken.begin(str(values.get("model", "")))
        return as_json({})

    def text_picture(self, values: dict[str, Any]) -> Answer:
        """A text, as JPEG; empty if there is none."""
        return _picture(self._session.ready().texts.picture(int(values["of"])))

    def read(self, values: dict[str, Any]) -> Answer:
        """Start reading the texts in the video, or stop that."""
        texts = self._session.ready().texts
        if values.get("stop") is True:
            texts.stop()
        else:
            texts.begin()
        return as_json({})

    def sound(self, values: dict[str, Any]) -> Answer:
        here = self._session.ready()
        start, end = float(values["from"]), float(values["to"])
        muted = values.get("view") == "result"
        data = heard(here.info, here.open_plan.plan, start, end, muted)
        return Answer(data, "application/octet-stream")

    def waveform(self, values: dict[str, Any]) -> Answer:
        return as_json(self._session.ready().waveform.state())

    def leave(self, values: dict[str, Any]) -> Answer:
        if self._session.open is not None:
            self._session.open.open_plan.keep()
        return as_json({})

    def edit(self, values: dict[str, Any]) -> Answer:
        return self._changed(lambda: self._session.edit(values))

    def undo(self, values: dict[str, Any]) -> Answer:
        open_plan = self._session.ready().open_plan
        if not open_plan.can_undo:
            raise RefusedError("no_undo")
        return self._changed(open_plan.undo)

    def redo(self, values: dict[str, Any]) -> Answer:
        open_plan = self._session.ready().open_plan
        if not open_plan.can_redo:
            raise RefusedError("no_redo")
        return self._changed(open_plan.redo)

    def reviewer(self, values: dict[str, Any]) -> Answer:
        name = checked_option(str(values["name"]).strip()[:120], "the name")

        def named() -> Plan:
            open_plan = self._session.ready().open_plan
            # Not a step to undo: undoing keeps who looked, and what was looked at.
            open_plan.note(lambda review: review.but(reviewer=name))
            open_plan.keep()
            self._session.reviewer, self._session.ask_who = name, False
            remember_name(name)
            return open_plan.plan

        return self._changed(named)

    def follow(self, values: dict[str, Any]) -> Answer:
        self._session.follow(values)
        return as_json({})

    def hide(self, values: dict[str, Any]) -> Answer:
        self._session.hide_found(values)
        return as_json({})

    def bridge(self, values: dict[str, Any]) -> Answer:
        self._session.bridge(values)
        return as_json({})

    def speech(self, values: dict[str, Any]) -> Answer:
        self._session.mute_speech()
        return as_json({})

    def seen(self, values: dict[str, Any]) -> Answer:
        """Note frames that were shown, and risky moments whose mark was in view."""
        here = self._session.ready()
        shown = [item for item in values.get("shown", []) if isinstance(item, dict)]
        frames = len(here.open_plan.plan.source.timeline)
        there = {track.id for track in here.open_plan.plan.tracks}
        for item in shown:
            if item.get("subject") not in there:  # undone before the page reported it
                item["subject"] = None
        by = self._session.reviewer
        marks = [
            (int(frame), str(why), int(track)) for frame, why, track in values.get("marks", ())
        ]
        here.open_plan.note(lambda review: with_seen(review, shown, frames, by))
        plan = here.open_plan.plan
        here.open_plan.note(lambda review: here.overview.with_moments(plan, review, marks))
        return self._changed(lambda: here.open_plan.plan)

    def excerpt(self, values: dict[str, Any]) -> Answer:
        """Mark what is to be made."""
        here = self._session.ready()
        frames = len(here.open_plan.plan.source.timeline)
        here.open_plan.note(lambda review: with_marks(review, values, frames))
        here.open_plan.keep()
        return self._changed(lambda: here.open_plan.plan)

    def finish(self, values: dict[str, Any]) -> Answer:
        begin_finish(self._session, values)
        return as_json({})

    def still(self, values: dict[str, Any]) -> Answer:
        """Save a frame as it is in the result."""
        saved = save_still(self._session, int(values["n"]), values)
        return as_json({"name": saved.name})

    def stop(self, values: dict[str, Any]) -> Answer:
        if self._session.job is not None:
            self._session.job.ask_to_stop()
        return as_json({})

    def result(self, values: dict[str, Any]) -> Path:
        """The latest result."""
        if self._session.last_output is None:
            raise RefusedError("nothing_made", name=self._session.source.name)
        return self._session.last_output

    def remove_held(self, values: dict[str, Any]) -> Answer:
        """Remove the older, held-back copy of a result that is now finished, with all its files."""
        folder = self._session.last_folder
        held = None if folder is None else held_in(folder)
        return as_json({"removed": 0 if held is None else len(remove_held(held))})

    def _changed(self, change: Callable[[], Plan]) -> Answer:
        here = self._session.ready()
        with here.open_plan.lock:
            plan = change()
            changes = here.overview.changes(plan)
            here.open_plan.note(
                lambda review: self._session.time.noted(here.overview.noted(plan, review))
            )
            return as_json({**changes, **self._steps()})

    def _steps(self) -> dict[str, Any]:
        open_plan = self._session.ready().open_plan
        return {
            "revision": open_plan.revision,
            "undo": open_plan.can_undo,
            "redo": open_plan.can_redo,
        }


def language_of(values: dict[str, Any]) -> str:
    """The language of the page that asks."""
    return values["language"] if values.get("language") in LANGUAGES else LANGUAGES[0]


def result_routes(
    shelf: Shelf, result: Callable[[dict[str, Any]], Path]
) -> dict[tuple[str, str], Route]:
    """The routes by which a page shows a result or its report ("what", see `file_of`): itself, or
    in one of the system's programs.

    Args:
        shelf: for the files.
        result: that a request is about. May raise RefusedError.
    """

    def file(values: dict[str, Any]) -> Path:
        return file_of(result(values), str(values["what"]), language_of(values))

    def shown(values: dict[str, Any]) -> Answer:
        path = file(values)
        kind = content_type(path).partition("/")[0]
        return as_json({"at": shelf.put(path), "path": str(path.absolute()), "type": kind})

    def opened(values: dict[str, Any]) -> Answer:
        show(file(values))
        return as_json({})

    return {
        ("POST", "/api/show"): with_error_answers(shown),
        ("POST", "/api/open"): with_error_answers(opened),
    }


def _packed(head: dict[str, Any] | list[int], part: bytes) -> Answer:
    data = json.dumps(head, separators=(",", ":")).encode()
    return Answer(struct.pack(">I", len(data)) + data + part, "application/octet-stream")


def _picture(data: bytes) -> Answer:
    return Answer(data, "image/jpeg")


def server_of(session: Session) -> PageServer:
    """Serves the page of one video."""
    return PageServer(routes_of(session), BACKGROUND_PATHS, session.busy, shelf=session.shelf)


def serve(server: PageServer, say: Callable[[str], None], open_browser: bool = True) -> None:
    """Serve a page; returns once it is closed.

    Args:
        server: of a session or a case; the caller closes that.
        say: called with the address, which has the token in its fragment.
        open_browser: show the page to the user.
    """
    try:
        say(server.address)
        if open_browser:
            # Others may read the address there. A text browser would return only when it is left,
            # and nobody would be served meanwhile.
            opening = (server.address_for_once,)
            threading.Thread(target=webbrowser.open, args=opening, daemon=True).start()
        server.serve()
    finally:
        server.server_close()
