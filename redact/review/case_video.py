"""One video of a case: what it is, its state, and its review."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..errors import OutputExistsError, RedactError
from ..files import HELD_NOTE, PRIVATE, work_folder
from ..media import Decode, SourceInfo, probe_excerpt
from ..pipeline import Result, ResultState, held_in, plan_to_review, record_beside
from ..plan import Plan, is_own_plan, read_plan
from ..record import EvidenceChoice, manifest_path
from ..settings import DetectSettings
from ..types import Scope
from ..words import problem
from .finishing import holds
from .jobs import Job, Pace
from .looked_at import progress_of
from .open_plan import locked_for_review
from .pictures import jpeg
from .refused_error import RefusedError, defect, in_words
from .routes import routes_of
from .server import Route
from .session import Session, place_of
from .shown_files import Shelf

THUMBNAIL_WIDTH: Final = 320
"""Pixels of a video's picture."""

DARK_MEAN: Final = 24
"""Mean grey below which a picture is too dark for a thumbnail: many clips begin black."""


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """Options of the command line, for every video.

    Attributes:
        settings: of the search.
        margin: around every mask.
        evidence: what record is kept.
        folder: for results; None: beside each video.
        words: the options of the search as they were typed.
        asked: names of the settings that they chose.
    """

    settings: DetectSettings
    margin: float
    evidence: EvidenceChoice
    folder: Path | None = None
    words: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


class _Searched(NamedTuple):
    """What is known of a video that was searched.

    Attributes:
        files: when the files were changed that this depends on.
        state: see `Video.state`.
        incomplete: its record says that it ends earlier than it should.
        reviewed: see `progress_of`; None if its plan cannot be read.
    """

    files: tuple[int, ...]
    state: str
    incomplete: bool
    reviewed: dict[str, int] | None


@dataclass
class Video:
    """One video of a case.

    Attributes:
        number: from 1.
        source: its path.
        folder: for its result; None: beside it.
        cut: the excerpt of it that is searched, in seconds; None: all of it.
        problem: why it cannot be searched, in words.
        moved: the stage of its search, the steps done and their total; None: no search is running.
        session: its review, once opened.
    """

    number: int
    source: Path
    folder: Path | None
    cut: tuple[float, float] | None = None
    info: SourceInfo | None = None
    picture: bytes = b""
    problem: dict[str, Any] | None = None
    plan: Path = Path()
    final: Path = Path()
    moved: tuple[str, int, int | None] | None = None
    session: Session | None = None
    routes: dict[tuple[str, str], Route] = field(default_factory=dict)
    _claim: ExitStack = field(default_factory=ExitStack)
    _pace: Pace = field(default_factory=Pace)
    _known: _Searched | None = None

    def look(self) -> None:
        """Read its headers, and make its thumbnail."""
        try:
            info = probe_excerpt(self.source, Scope(cut=self.cut))
            for frame in itertools.islice(Decode(info), 50):
                self.picture = jpeg(frame, THUMBNAIL_WIDTH)
                if frame.picture.to_ndarray(format="gray").mean() > DARK_MEAN:
                    break
            self.plan, self.final = plan_to_review(info, self.folder), place_of(info, self.folder)
            self.info = info
        except RedactError as error:
            self.problem = in_words(error)
        except Exception as error:  # one file must not take the others down with it
            self.problem = defect(error)

    @property
    def job(self) -> Job | None:
        """The work that its review is doing now."""
        return self.session.job if self.session is not None and self.session.busy() else None

    @property
    def state(self) -> str:
        """What has to be done next with it."""
        job = self.job
        if job is not None and job.kind == "finish":
            return "making"
        if self.moved is not None:
            return "searching"
        if self.problem is not None:
            return "refused"
        if self.info is None:
            return "opening"
        if not self.plan.exists():
            return "search"
        return self._searched().state

    @property
    def incomplete(self) -> bool:
        """Whether it is known to end earlier than it should: by its headers, or by the record of
        its result, for which every picture was read."""
        if self.info is None:
            return False
        known = self.info.missing > 0 or self.info.torn
        return known or (self.plan.exists() and self._searched().incomplete)

    def _searched(self) -> _Searched:
        """What is known of a video that was searched."""
        note = work_folder(self.final) / PRIVATE / HELD_NOTE
        record = manifest_path(self.final)  # may come a moment after its result
        files = tuple(map(_changed, (self.plan, self.final, note, record)))
        if self._known is None or files != self._known.files:
            made = self._made()
            try:
                plan = read_plan(self.plan)
            except RedactError:
                plan = None
            reviewed = None if plan is None else progress_of(plan)
            incomplete = made is not None and made.missing is not None
            self._known = _Searched(files, self._standing(plan, reviewed), incomplete, reviewed)
        return self._known

    def _standing(self, plan: Plan | None, reviewed: dict[str, int] | None) -> str:
        """The state of a video that was searched, by its plan (None: unreadable) and its review."""
        if self.held is not None:
            return "held"
        if not self.final.exists():
            return "begun" if reviewed else "look"
        return "ready" if plan is not None and holds(self.final, plan) else "behind"

    @property
    def held(self) -> Path | None:
        """The result that was held back, if it is newer than the finished one."""
        if self.info is None:
            return None
        note = held_in(work_folder(self.final))
        newer = note is not None and _changed(note.note) > _changed(self.final)
        return Path(note.output) if note is not None and newer else None

    def for_page(self) -> dict[str, Any]:
        """For the page."""
        info, job = self.info, self.job
        work = None if job is None else job.state()
        if self.moved is not None:
            work = dict(zip(("stage", "done", "total"), self.moved, strict=True))
            work["left"] = self._pace.left(*self.moved)
        return {
            "number": self.number,
            "name": self.source.name,
            "cut": self.cut,
            "seconds": None if info is None or info.duration is None else float(info.duration),
            "size": None if info is None else info.video.upright_size,
            "picture": bool(self.picture),
            "state": self.state,
            "incomplete": self.incomplete,
            "work": work,
            "problem": self.problem and _without(self.problem, f"{self.source}"),
            "result": self.final.name,
            "reviewed": self._searched().reviewed if self.info and self.plan.exists() else None,
        }

    def open(self, options: ReviewOptions, shelf: Shelf, reviewer: str | None) -> None:
        """Begin its review, by `reviewer`; the page asks who that is if None.

        Raises RefusedError if it was not searched yet, OutputError while another review has its
        plan open, or if this user's redact did not write that plan: it was put there since the
        case was opened.
        """
        if self.session is not None and (self.session.open or self.job):
            return
        self.close()  # the last attempt to open it failed
        if not self.plan.is_file():
            raise RefusedError("not_searched", name=self.source.name)
        if not is_own_plan(self.plan):
            raise problem(OutputExistsError, "plan_of_others", path=self.plan, name=self.source)
        self._claim.enter_context(locked_for_review(self.plan))
        settings = options.settings
        if self.cut is not None:
            settings = replace(settings, scope=settings.scope.but(cut=self.cut))
        session = self.session = Session(
            self.source,
            self.plan,
            settings,
            options.margin,
            options.evidence,
            self.folder,
            shelf=shelf,
            reviewer=reviewer,
            asked=options.asked,
        )
        self.routes = routes_of(session)

    def close(self) -> None:
        """End its review, with everything saved. Raises as `OpenPlan.close`."""
        session, self.session, self.routes = self.session, None, {}
        with self._claim:
            if session is not None:
                session.close()

    def result(self, language: str) -> dict[str, Any]:
        """As `redact run --json` describes it, for the index in a language."""
        made = self._made()
        if made is None:
            known = self.problem and _without(self.problem, f"{self.source}")
            why = known["said"][language][0] if known else ""
            return {"source": str(self.source), "state": "refused", "error": why}
        return made.to_json()

    def _made(self) -> Result | None:
        """Its latest result, as far as the record beside that says."""
        held = self.held
        if held is None and (self.info is None or not self.final.exists()):
            return None
        state = ResultState.DONE if held is None else ResultState.NEEDS_REVIEW
        output = held or self.final
        record = record_beside(output)
        beside = None if record is None else manifest_path(output)
        return Result.of_earlier(self.source, output, self.final, state, record, self.plan, beside)


def _changed(path: Path) -> int:
    """When a file was last changed, in nanoseconds; 0 if there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _without(problem: dict[str, Any], path: str) -> dict[str, Any]:
    """A video's problem as sentences without its name, which the page already shows there."""
    said = {
        language: [
            own[:1].upper() + own[1:]
            for own in (text.removeprefix(path).lstrip(" :\xa0\u202f") for text in texts)
        ]
        for language, texts in problem["said"].items()
    }
    return {**problem, "said": said}
