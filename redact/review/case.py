"""A whole case: its videos, the state of each, and the review of each, mounted under a path.

Videos that have not been searched yet are searched one after the other, each in its own
low-priority process, which ends with this one. At most one review is open, besides those whose
result is being made.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ..batch import Command, Footage, find_footage, run_in_process
from ..errors import InputError, RedactError
from ..files import check_writable, names_footage, read_file, write_whole
from ..media import SourceInfo
from ..report import CASE_MARK, case_page, in_one_line, report_beside
from ..types import readable
from ..words import LANGUAGES, Message, error_from_json, problem, reason_of, speaking, words_of
from .case_video import ReviewOptions, Video
from .first_look import FirstLook, cuts_searched
from .refused_error import RefusedError, in_words
from .routes import BACKGROUND_PATHS, language_of, result_routes, with_error_answers
from .server import Answer, PageServer, Route, as_json
from .shown_files import Shelf
from .system_programs import show

_MOUNTED: Final = re.compile(r"/v/(\d+)(/api/[\w-]+)")

CASE_PAGE: Final = "case.html"


class Case:
    """The videos of a folder, or those that were named; none until a folder is chosen. Or the
    excerpts of one long video, none until they are marked on its survey.

    A `PageServer` looks its routes up here: the case's own, and those of each video's review
    under `/v/NUMBER`.
    """

    def __init__(
        self,
        options: ReviewOptions,
        places: Sequence[Path] = (),
        recursive: bool = False,
        long: SourceInfo | None = None,
    ) -> None:
        self.options = options
        self.videos: list[Video] = []
        self.first_look: FirstLook | None = None
        self.passed_over: tuple[tuple[Path, Message], ...] = ()
        self.shelf = Shelf()
        self.name = ""
        self._recursive = recursive
        self._first = 0
        self._reviewer: str | None = None
        self._over = threading.Event()
        self._lock = threading.Lock()
        own = {
            ("GET", "case"): self._told,
            ("GET", "picture"): self._picture,
            ("POST", "join"): self._told,
            ("POST", "leave"): lambda values: as_json({}),
            ("POST", "first"): self._search_first,
            ("POST", "index"): self._open_index,
            ("POST", "folders"): self._folders,
            ("POST", "choose"): self._choose,
            ("GET", "survey"): self._survey,
            ("GET", "glance"): self._glance,
            ("POST", "search"): self._search_these,
        }
        self._routes = {
            (method, f"/api/{name}"): with_error_answers(own[method, name]) for method, name in own
        } | result_routes(self.shelf, self._result)
        if places:
            self.take(places)
        if long is not None:
            self.name = readable(long.path.name)
            self.first_look = FirstLook(long)
            self._add(long.path, cuts_searched(long, options.folder))
        threading.Thread(target=self._work, daemon=True).start()

    def server(self) -> PageServer:
        """Serves the page of the case, and under it that of each video."""
        quiet = BACKGROUND_PATHS | {"/api/case", "/api/picture", "/api/survey", "/api/glance"}
        return PageServer(
            self, quiet, self.busy, front=CASE_PAGE, works=self.searching, shelf=self.shelf
        )

    def busy(self) -> bool:
        return any(video.job for video in self.videos)

    def searching(self) -> bool:
        surveying = self.first_look is not None and not self.first_look.job.over.is_set()
        return surveying or any(video.moved is not None for video in self.videos)

    def close(self) -> None:
        """Stop the search, which the next review continues, and save everything."""
        self._over.set()
        if self.first_look is not None:
            self.first_look.close()
        with ExitStack() as every:  # what one cannot save keeps no other from it
            for video in self.videos:
                every.callback(video.close)

    def take(self, places: Sequence[Path]) -> None:
        """Take the videos in these places. Raises InputError where there are none."""
        found = find_footage(places, recursive=self._recursive, results=self.options.folder)
        if not found.footage:
            raise problem(InputError, "case_without_video", place=places[0])
        self.name = places[0].resolve().name if len(places) == 1 else ""
        self.passed_over = found.passed_over
        self.videos = [
            Video(n, one.path, self._folder_of(one)) for n, one in enumerate(found.footage, 1)
        ]

    def _folder_of(self, one: Footage) -> Path | None:
        return None if self.options.folder is None else self.options.folder / one.below

    def get(self, asked: tuple[str, str], /) -> Route | None:
        """The route for a method and a path."""
        mounted = _MOUNTED.fullmatch(asked[1])
        if mounted is None:
            return self._routes.get(asked)
        video = self._video(mounted[1])
        if video is None:
            return with_error_answers(_unknown)
        if mounted[2] == "/api/join":  # late requests of a closed page open nothing
            return with_error_answers(lambda values: self._opened(video)(values))
        if video.session is None:
            return with_error_answers(_not_open)
        return video.routes.get((asked[0], mounted[2]))

    def _video(self, number: object) -> Video | None:
        return next((v for v in self.videos if str(v.number) == str(number)), None)

    def _opened(self, video: Video) -> Route:
        with self._lock:
            for other in self.videos:
                if other.session is not None and not other.session.ask_who:
                    self._reviewer = other.session.reviewer
                work = other.job  # what is only being opened need not go on
                if other is not video and (work is None or work.kind == "open"):
                    other.close()
                elif other is not video and other.session is not None:
                    other.session.rest()  # of dozens that wait for a result, too much to keep
            video.open(self.options, self.shelf, self._reviewer)
            return video.routes["POST", "/api/join"]

    def _work(self) -> None:
        """Open each video, then search them one after the other, until the server ends."""
        while not self._over.wait(0.5):
            for video in self.videos:
                if video.info is None and video.problem is None and not self._over.is_set():
                    video.look()
            waiting = [v for v in self.videos if v.problem is None and not v.plan.exists()]
            if waiting:
                self._search(min(waiting, key=lambda v: (v.number != self._first, v.number)))

    def _search(self, video: Video) -> None:
        cut = () if video.cut is None else ("--cut", *map(str, video.cut))
        words = (*self.options.words, *cut, "-o", str(video.plan), "--", str(video.source))
        command = Command(str(video.source), words, str(Path.cwd()), "detect")

        def moved(stage: str, done: int, total: int | None) -> None:
            video.moved = (stage, done, total)

        moved("start", 0, None)
        try:
            video.plan.parent.mkdir(parents=True, exist_ok=True)
            check_writable(video.plan, never=(video.source,), whole=True)
            result = run_in_process(command, self._over.is_set, moved=moved).result
            if not video.plan.exists() and not self._over.is_set():
                said = {language: list(error_from_json(result, language)) for language in LANGUAGES}
                video.problem = {"error": "refused", "said": said}
        except (RedactError, OSError) as error:
            video.problem = in_words(error if isinstance(error, RedactError) else _input(error))
        finally:
            video.moved = None

    def _told(self, values: dict[str, Any]) -> Answer:
        return as_json(
            {
                "name": self.name,
                "case": self.options.evidence.case.case if self.options.evidence.case else "",
                "videos": [
                    {**video.for_page(), "next": video.number == self._first}
                    for video in self.videos
                ],
                "passed_over": [
                    {"name": self._name(path), "said": _in_each_language(why)}
                    for path, why in self.passed_over
                ],
                "pdf": find_spec("weasyprint") is not None,
                "survey": self.first_look is not None,
            }
        )

    def _name(self, path: Path) -> str:
        """A path in the case, beside whose first video the others lie or in folders below."""
        return readable(os.path.relpath(path, self.videos[0].source.parent))

    def _picture(self, values: dict[str, Any]) -> Answer:
        video = self._video(values["n"])
        return Answer(b"" if video is None else video.picture, "image/jpeg")

    def _search_first(self, values: dict[str, Any]) -> Answer:
        self._first = int(values["n"])
        return as_json({})

    def _result(self, values: dict[str, Any]) -> Path:
        """The result of a video that was made last."""
        video = self._video(values["n"])
        if video is None:
            raise RefusedError("unknown")
        return video.held or video.final

    def _open_index(self, values: dict[str, Any]) -> Answer:
        """Show the index of the case in the system's browser."""
        language = language_of(values)
        with speaking(language):
            show(self._index(language))
        return as_json({})

    def _index(self, language: str) -> Path:
        """Write the page about the whole case, with a report of each result that has a record."""
        place = (self.options.folder or self.videos[0].source.parent) / "case.html"
        if place.exists() and CASE_MARK not in read_file(place)[:4096]:
            raise RefusedError("no_index", name=place.name)
        done = [v for v in self.videos if v.state in ("ready", "behind", "held", "refused")]
        results = [v.result(language) | {"behind": v.state == "behind"} for v in done]
        made = [Path(r["output"]) if "hidden" in r else None for r in results]
        reports = [None if output is None else report_beside(output, language) for output in made]
        rest = [self._below(v.source, place) for v in self.videos if v not in done]
        for result in results:
            result["source"] = str(self._below(Path(result["source"]), place))
        title = (self.options.evidence.case.case if self.options.evidence.case else "") or self.name
        line = in_one_line(results, len(rest))
        passed = [(self._below(path, place), why) for path, why in self.passed_over]
        page = case_page(place, title, line, results, reports, passed, rest)
        write_whole(place, page, force=True)
        return place

    @staticmethod
    def _below(source: Path, place: Path) -> Path:
        """A video's path relative to the folder of the page: whoever receives that page has other
        folders."""
        return Path(os.path.relpath(source, place.parent))

    def _folders(self, values: dict[str, Any]) -> Answer:
        """The readable folders in a folder, and how many videos it contains."""
        folder = Path(str(values.get("in") or Path.home()))
        try:
            inside = sorted(folder.iterdir(), key=lambda path: path.name.lower())
            listed = [p.name for p in inside if not p.name.startswith(".") and _readable(p)]
            videos = sum(names_footage(path) and path.is_file() for path in inside)
        except (OSError, ValueError) as error:
            raise RefusedError("no_folder", name=str(folder)) from error
        listing = {"in": str(folder.resolve()), "up": str(folder.resolve().parent)}
        return as_json({**listing, "folders": listed, "videos": videos})

    def _choose(self, values: dict[str, Any]) -> Answer:
        if self.videos:
            raise RefusedError("case_chosen")
        self.take([Path(str(values["folder"]))])
        return as_json({})

    def _survey(self, values: dict[str, Any]) -> Answer:
        return as_json(self._looked().for_page())

    def _glance(self, values: dict[str, Any]) -> Answer:
        """A picture of the survey, as JPEG; empty if it was dropped for another one."""
        return Answer(self._looked().picture(float(values["at"])), "image/jpeg")

    def _search_these(self, values: dict[str, Any]) -> Answer:
        """Search the excerpts "cuts" of the long video, each with its start and end in seconds;
        all of it if there are none."""
        look = self._looked()
        cuts = look.checked(values["cuts"])
        self._add(look.info.path, cuts or [None])
        if not cuts:
            look.stop()
        return as_json({})

    def _looked(self) -> FirstLook:
        if self.first_look is None:
            raise RefusedError("unknown")
        return self.first_look

    def _add(self, source: Path, cuts: Sequence[tuple[float, float] | None]) -> None:
        """Add excerpts of a video that are not there yet."""
        with self._lock:
            there = {video.cut for video in self.videos}
            new = [cut for cut in cuts if cut not in there]
            folder, first = self.options.folder, len(self.videos) + 1
            more = [Video(n, source, folder, cut) for n, cut in enumerate(new, first)]
            self.videos = [*self.videos, *more]


def _in_each_language(what: Message) -> dict[str, list[str]]:
    return {language: [words_of(language).value(what, "")] for language in LANGUAGES}


def _readable(path: Path) -> bool:
    return path.is_dir() and os.access(path, os.R_OK | os.X_OK)


def _unknown(values: dict[str, Any]) -> Answer:
    raise RefusedError("unknown")


def _not_open(values: dict[str, Any]) -> Answer:
    raise RefusedError("not_open")


def _input(error: OSError) -> RedactError:
    return problem(InputError, "folder_unread", path=error.filename, reason=reason_of(error))
