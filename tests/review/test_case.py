"""A whole case: the state of each video, the way to its review, and who may ask."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import (
    Decision,
    ReviewState,
    SeenMoment,
    decisions,
    is_own_plan,
    read_plan,
    write_plan,
)
from redact.record import EvidenceChoice, build_manifest, dump_manifest
from redact.review import Case, ReviewOptions
from redact.review.server import PageServer
from redact.settings import DetectSettings, RenderSettings

from ..pipeline.conftest import SAMPLE, shorten
from ..record.samples import make_record
from ..side_files import plan_of, put_record
from .browser import until
from .in_node import in_node

PAGE = "a page"


class Asking:
    """The page of a case, without a browser."""

    def __init__(self, case: Case, server: PageServer) -> None:
        self.case, self.server = case, server

    def __call__(self, path: str, body: Any = None, **changed: str | None) -> tuple[int, Any]:
        own = f"127.0.0.1:{self.server.port}"
        headers: dict[str, str | None] = {
            "Host": own,
            "Origin": None if body is None else f"http://{own}",
            "Sec-Fetch-Site": "same-origin",
            "X-Redact-Token": self.server.token,
            "X-Redact-Page": PAGE,
        }
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        data = None if body is None else json.dumps(body)
        known = {name: value for name, value in headers.items() if value is not None}
        connection.request("GET" if body is None else "POST", path, data, known)
        answer = connection.getresponse()
        said = answer.read()
        kind = answer.headers["Content-Type"]
        return answer.status, json.loads(said) if kind == "application/json" and said else said

    def videos(self) -> list[dict[str, Any]]:
        return list(self("/api/case")[1]["videos"])

    def states(self) -> dict[str, str]:
        return {video["name"]: video["state"] for video in self.videos()}


@contextmanager
def serving(
    *places: Path, folder: Path | None = None, words: tuple[str, ...] = ()
) -> Iterator[tuple[Case, PageServer]]:
    settings = DetectSettings()
    case = Case(
        ReviewOptions(settings, RenderSettings().margin, EvidenceChoice(), folder, words), places
    )
    server = case.server()
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield case, server
    finally:
        server.shutdown()
        server.server_close()
        case.close()


@contextmanager
def asking(*places: Path, **wish: Any) -> Iterator[Asking]:
    with serving(*places, **wish) as (case, server):
        ask = Asking(case, server)
        assert ask("/api/join", {})[0] == 200
        yield ask


@pytest.fixture
def two(street: Path, street_plan: Path, tmp_path: Path) -> Path:
    """A folder of two videos that were already searched."""
    for name in ("a", "b c"):
        shutil.copy(street, tmp_path / f"{name}.mp4")
        write_plan(read_plan(street_plan), tmp_path / f"{name}.mp4.plan.json")
    return tmp_path


def test_each_video_leads_to_its_own_review(two: Path) -> None:
    with asking(two) as ask:
        states_seen: set[str] = set()
        until(
            lambda: (
                states_seen.update(ask.states().values()) or set(ask.states().values()) == {"look"}
            )
        )
        assert "search" not in states_seen, "of what was not read yet nobody knows that"
        assert ask("/v/1/")[1].startswith(b"<!doctype html>")
        status, said = ask("/v/2/api/edit", {"op": "decide", "ids": [1], "decision": "keep"})
        assert status == 422 and said["error"] == "not_open", "what comes late opens nothing"
        for number, name in ((1, "a"), (2, "b c")):
            until(lambda n=number: ask(f"/v/{n}/api/join", {})[1].get("ready"))
            (track, *_) = ask(f"/v/{number}/api/plan")[1]["subjects"]
            deed = {"op": "decide", "ids": [track["id"]], "decision": "hide", "reason": name}
            assert ask(f"/v/{number}/api/edit", deed)[0] == 200
            plan = read_plan(two / f"{name}.mp4.plan.json")
            assert [t.reason for t in plan.tracks if t.id == track["id"]] == [name]
            if number == 1:
                ask("/v/1/api/reviewer", {"name": "A. Roe"})
        assert plan.review and plan.review.reviewer == "A. Roe", "as it was written in the first"
        assert not (two / ".a.mp4.plan.json.review").exists(), "one review is open at a time"
        assert ask("/v/1/api/plan")[0] == 422
        assert ask("/v/3/api/join", {})[0] == 422


def test_a_plan_of_somebody_else_that_was_put_there_meanwhile_is_not_opened(two: Path) -> None:
    with asking(two) as ask:
        until(lambda: set(ask.states().values()) == {"look"})
        path = ask.case.videos[0].plan
        write_plan(read_plan(path), path, force=True, own=False)
        status, said = ask("/v/1/api/join", {})
        assert status == 422 and "somebody else" in said["said"]["en"][0]
        assert not is_own_plan(path)


@pytest.mark.parametrize("path", ["/v/1/api/plan", "/api/case", "/v/1/api/frame?n=0&view=original"])
def test_other_web_pages_get_nothing(two: Path, path: str) -> None:
    with asking(two) as ask:
        until(lambda: ask("/v/1/api/join", {})[1].get("ready"))
        for changed in (
            {"X_Redact_Token": None},
            {"X_Redact_Token": "x"},
            {"Host": "evil.example"},
            {"Origin": "http://evil.example"},
            {"Sec_Fetch_Site": "cross-site"},
        ):
            status, answer = ask(path, **changed)
            assert status in (401, 403, 421) and set(answer) == {"error"}, changed


def test_only_the_page_can_list_folders_and_choose_one(two: Path) -> None:
    closed = two / "closed"
    closed.mkdir()
    (two / "empty").mkdir()
    (two / ".hidden").mkdir()
    with asking() as ask:
        assert ask("/api/folders", {"in": str(two)}, X_Redact_Token=None)[0] == 401
        assert ask("/api/choose", {"folder": str(two)}, Origin="http://evil.example")[0] == 403
        assert ask("/api/choose", {"folder": str(two)}, Origin=None)[0] == 403
        status, answer = ask("/api/folders", {"in": str(two)})
        assert (status, answer["folders"], answer["videos"]) == (200, ["closed", "empty"], 2)
        for nothing in ("/no/such", "relative\0", str(two / "a.mp4")):
            assert ask("/api/folders", {"in": nothing})[1]["error"] == "no_folder"
        assert ask("/api/choose", {"folder": str(two / "empty")})[0] == 422
        assert ask.videos() == []
        assert ask("/api/choose", {"folder": str(two)})[0] == 200
        assert [video["name"] for video in ask.videos()] == ["a.mp4", "b c.mp4"]
        assert ask("/api/choose", {"folder": "/"})[1]["error"] == "case_chosen"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read all")
def test_an_unreadable_folder_is_not_listed(two: Path) -> None:
    (two / "closed").mkdir(mode=0)
    with asking() as ask:
        assert ask("/api/folders", {"in": str(two)})[1]["folders"] == []
        assert ask("/api/folders", {"in": str(two / "closed")})[1]["error"] == "no_folder"


def test_only_files_made_from_a_video_are_opened(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(
        "redact.review.system_programs.shutil.which", lambda name: f"/usr/bin/{name}"
    )
    monkeypatch.setattr(
        "redact.review.system_programs.subprocess.Popen", lambda words, **_: opened.append(words)
    )
    with asking(two) as ask:
        until(lambda: set(ask.states().values()) == {"look"})
        for wish in ({"n": 1, "what": "result"}, {"n": "../2", "what": "result"}, {"n": 1}):
            assert ask("/api/open", wish)[0] in (400, 422), wish
        (two / "a.redacted.mp4").write_bytes(b"made")
        assert ask("/api/open", {"n": 1, "what": "result"})[0] == 200
        assert opened[0][1:] == [str(two / "a.redacted.mp4")]
        assert ask.states()["a.mp4"] == "behind", "no record says that it holds the decisions"
        (two / "case.html").write_text("somebody's own")
        assert ask("/api/index", {})[1]["error"] == "no_index"


def test_videos_without_a_copy_or_with_a_truncated_source_are_not_called_ready(two: Path) -> None:
    """ "All copies are ready" used to stand above a video that could not be opened, and the copy of
    a truncated file had a green tick, where `redact run` has an exit code for it."""
    (two / "c.mp4").write_bytes(b"no video")
    with serving(two) as (case, server):
        until(lambda: [v.state for v in case.videos] == ["look", "look", "refused"])
        why = case.videos[2].for_page()["problem"]["said"]["en"]
        assert all(line[0].isupper() for line in why), "sentences beside its name"
        (two / "elsewhere").mkdir()
        record = make_record(two / "elsewhere")
        for video, missing in zip(case.videos, (0, 9), strict=False):
            plan = read_plan(video.plan)
            plan = decisions.decide(plan, [t.id for t in plan.tracks], Decision.HIDE)
            declared = replace(record.source.video, frames=len(plan.source.timeline))
            source = replace(record.source, video=declared, missing=missing)
            looked = SeenMoment(3, "ends", 1)
            reviewed = ReviewState(moments=(looked,), moments_left=0)
            plan = replace(plan, review=reviewed)
            write_plan(plan, video.plan, force=True)
            made = replace(record, source=source, plan=plan)
            put_record(video.final, dump_manifest(build_manifest(made)))
            video.final.write_bytes(b"made")
        steps = """
            await until(() => document.querySelectorAll(".ready").length === 2);
            const states = [...document.querySelectorAll(".state")];
            return [...states.map((n) => n.textContent), await text("#what-next")];
        """
        whole, cut, _, next_ = in_node(server.address, two / "page", steps, "case.html")
    assert whole.startswith("✓ ready") and "incomplete" not in whole
    assert "ready" in cut and "✓" not in cut and "source incomplete" in cut
    assert "1 file could not be searched and has no copy" in next_ and "All" not in next_


@pytest.mark.slow
def test_a_partial_review_is_reported_as_partial(two: Path) -> None:
    """A review that was begun looked like one that nobody had opened, and a copy with unreviewed
    moments had a green tick."""
    plan_file = two / "a.mp4.plan.json"
    plan = read_plan(plan_file)
    looked = ReviewState(moments=(SeenMoment(3, "ends", 1),), moments_left=2)
    begun = replace(plan, review=looked, subjects=())
    write_plan(begun, plan_file, force=True)
    (two / "Statement.pdf").write_bytes(b"%PDF-1.7")
    with serving(two) as (case, server):
        until(lambda: [v.state for v in case.videos] == ["begun", "look"])
        (two / "elsewhere").mkdir()
        record = make_record(two / "elsewhere")
        video = case.videos[0]
        declared = replace(record.source.video, frames=len(plan.source.timeline))
        source = replace(record.source, video=declared)
        made = replace(record, source=source, plan=read_plan(plan_file))
        steps = """
            await until(() => document.querySelector(".begun"));
            const told = [await text(".state"), await text(".acts"), await text("#passed-over")];
            await (await page("api.js")).leave();
            return told;
        """
        state, acts, beside = in_node(server.address, two / "page", steps, "case.html")
        assert "partly decided" in state and "Risky moments seen: 1 of 3" in state
        assert "0 of 4 decided" in state and "Continue" in acts
        # A document with names in it would be handed over with the copies.
        assert "1 file or folder here is not part of the case" in beside
        assert "Statement.pdf – neither a video nor a photograph" in beside.replace("\n", " ")
        assert "Statement.pdf" in case._index("en").read_text("utf-8")
        video.final.write_bytes(b"made")  # its record comes a moment later
        until(lambda: video.state == "behind")
        put_record(video.final, dump_manifest(build_manifest(made)))
        until(lambda: video.state == "ready")
        steps = """
            await until(() => document.querySelector("[data-state=ready]"));
            const told = await text(".state");
            // Another window takes the case; this one can take it back, as the page of a video can.
            const { join, leave } = await page("api.js?another");
            await join();
            const take = await text("#opening-detail button");
            await leave();
            return [told, take];
        """
        ready, take = in_node(server.address, two / "page2", steps, "case.html")
        assert take == "Work here"
        assert ready.startswith("◑ ready") and "Risky moments seen: 1 of 3" in ready
        # What was decided since is missing from the copy, in the index as on the page.
        assert "last decisions" not in case._index("en").read_text("utf-8")
        write_plan(decisions.decide(begun, [1], Decision.KEEP), plan_file, force=True)
        until(lambda: video.state == "behind")
        assert "done, without the last decisions" in case._index("en").read_text("utf-8")
        # And what there is to do is to finish it again.
        steps = """
            await until(() => document.querySelector("[data-state=behind] .primary"));
            return text(".primary");
        """
        assert in_node(server.address, two / "page3", steps, "case.html") == "Continue"


@pytest.mark.slow
def test_the_next_videos_are_searched_in_the_background_until_the_page_is_closed(
    tmp_path: Path,
) -> None:
    for name, length in (("long", 50), ("one", 40), ("two", 8)):
        shorten(SAMPLE, tmp_path / f"{name}.mp4", length, skip=20, size="320x180")
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    with asking(tmp_path, folder=tmp_path / "out") as ask:
        until(lambda: ask.states()["long.mp4"] == "searching")
        number = next(v["number"] for v in ask.videos() if v["name"] == "two.mp4")
        assert ask(f"/v/{number}/api/join", {})[1]["error"] == "not_searched"
        assert ask("/api/first", {"n": number})[0] == 200
        until(lambda: ask.videos()[1]["work"] and ask.videos()[1]["work"]["done"], 120)
        until(lambda: ask.states()["two.mp4"] == "look", 200)
        states = ask.states()
        assert states["long.mp4"] == "look" and states["one.mp4"] in ("search", "searching")
        assert states["broken.mp4"] == "refused"
        until(lambda: ask.states()["one.mp4"] == "searching" or ask.case.searching())
    end = time.monotonic() + 120  # with the page, the search ends
    while ask.case.searching() and time.monotonic() < end:
        time.sleep(0.1)
    assert not ask.case.searching()
    assert not plan_of(tmp_path / "out" / "one.redacted.mp4").exists()
