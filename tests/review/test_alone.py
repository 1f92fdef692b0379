"""The page's process: one listening socket on 127.0.0.1, no other connection, no file."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from redact.errors import ExitCode
from redact.mask_size import MARGIN
from redact.media import probe
from redact.plan import Plan, SourceRef, read_plan, write_plan
from redact.review import Session
from redact.settings import DetectSettings
from redact.types import Box, Keyframe, State, Target, Timeline, Track

from ..cli.conftest import call
from ..pipeline.conftest import ROOT
from ..pipeline.plans import plan_of
from ..side_files import plan_of as kept_plan
from .browser import served

linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")


def page(address: str) -> Callable[..., Any]:
    """A function that sends requests as the page does."""
    base, token = address.split("/#")

    def ask(method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        headers = {
            "X-Redact-Token": token,
            "X-Redact-Page": "one",
            "Sec-Fetch-Site": "same-origin",
            "Origin": base,
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return bytes(answer.read())

    return ask


def opened(ask: Callable[..., Any]) -> None:
    ask("POST", "/api/join", {})
    for _ in range(2000):
        state = json.loads(ask("GET", "/api/state"))
        assert not (state["job"] or {}).get("problem"), state
        if state["ready"]:
            return
        time.sleep(0.1)
    raise AssertionError("it did not open")


@pytest.fixture
def work(street: Path, tmp_path: Path) -> tuple[Path, Path]:
    source, plan = tmp_path / "clip.mp4", tmp_path / "clip.plan.json"
    source.write_bytes(street.read_bytes())
    write_plan(plan_of(source), plan)
    return source, plan


def use(ask: Callable[..., Any]) -> None:
    """A few requests of every kind that the page sends."""
    opened(ask)
    assert ask("GET", "/").startswith(b"<!doctype html>")
    for n in (0, 15, 5):
        assert b"\xff\xd8\xff" in ask("GET", f"/api/frame?n={n}&view=outlines&w=320")
    assert b"\xff\xd8\xff" in ask("GET", "/api/frame?n=3&view=result&w=320&style=mosaic")
    assert len(ask("GET", "/api/sound?from=0&to=0.5&view=original")) == 24000
    ask("GET", "/api/waveform")
    ask("POST", "/api/edit", {"op": "mute", "start": 0.1, "end": 0.2, "how": "tone"})
    shown = [{"view": "result", "speed": "still", "frames": [1, 2]}]
    ask("POST", "/api/seen", {"shown": shown})
    ask("GET", "/api/state")


def sockets_of(pid: int) -> list[tuple[str, str, str]]:
    """Kind, local address and state of every internet socket of a process."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
        except OSError:
            continue
        inodes |= {match[1]} if match else set()
    found = []
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[9] in inodes:
                found.append((kind, parts[1].split(":")[0], parts[3]))
    return found


LISTENS, THIS_MACHINE = "0A", "0100007F"


@linux
def test_one_socket_listens_on_this_machine_and_no_other_exists(
    work: tuple[Path, Path],
) -> None:
    with served(*work) as (address, process):
        ask = page(address)
        use(ask)
        found = sockets_of(process.pid)
        assert [s for s in found if s[2] == LISTENS] == [("tcp", THIS_MACHINE, LISTENS)]
        assert {s[:2] for s in found} == {("tcp", THIS_MACHINE)}
    assert sorted(p.name for p in work[0].parent.iterdir()) == ["clip.mp4", "clip.plan.json"]
    assert read_plan(work[1]).muted and read_plan(work[1]).review


def may_be_alone() -> bool:
    """Whether a network namespace with only `lo` can be made here."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    done = subprocess.run(
        ["unshare", "-rn", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
    )
    return done.returncode == 0


@linux
@pytest.mark.skipif(not may_be_alone(), reason="no network namespace can be made here")
def test_it_works_without_any_network_but_lo(work: tuple[Path, Path]) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from tests.review.browser import served\n"
        "from tests.review.test_alone import page, use\n"
        "with served(Path(sys.argv[2]), Path(sys.argv[3])) as (address, _): use(page(address))\n"
        "print('done')\n"
    )
    alone = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    done = subprocess.run(
        [*alone, sys.executable, "-c", script, str(ROOT), *map(str, work)],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.stdout.strip().endswith("done"), done.stderr


def test_without_a_plan_it_searches_first(street: Path, tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(street.read_bytes())
    with served(source) as (address, _):
        opened(page(address))
        assert len(read_plan(kept_plan(tmp_path / "clip.redacted.mp4")).tracks) >= 3


@pytest.mark.slow
def test_a_plan_made_for_other_targets_is_not_used(
    work: tuple[Path, Path],
) -> None:
    """A user who asked for heads would take them for hidden, while the plan was one of faces."""
    source, plan = work
    for option, value in (("targets", "heads,plates"), ("sensitivity", "thorough")):
        done = call("review", source, plan, "--no-open", f"--{option}", value)
        assert done.returncode == ExitCode.USAGE and done.stdout == "", done.stderr
        assert re.search(rf"a review continues with this plan, .* --{option}", done.stderr)
    heads = DetectSettings((Target.HEAD, Target.PLATE))
    for asked, opens in ((("targets",), False), (("rotate",), True), ((), True)):
        # As of one of several videos.
        with contextlib.closing(Session(source, plan, heads, MARGIN, asked=asked)) as session:
            assert session.job is not None and session.job.over.wait(60)
            assert (session.open is not None) is opens, session.job.problem


@pytest.mark.slow
def test_a_second_review_of_a_plan_is_refused(work: tuple[Path, Path]) -> None:
    """Two would overwrite each other; the page alone cannot know of another process."""
    link = work[1].with_name("link.plan.json")
    link.symlink_to(work[1])
    with served(*work):
        for plan in (work[1], link):
            second = call("review", work[0], plan, "--no-open")
            assert second.returncode == ExitCode.OUTPUT, second.stderr
            assert f"{plan}: is open in another review" in second.stderr
            assert "close its page, or press Ctrl-C" in second.stderr
            assert second.stdout == ""
    link.unlink()
    with served(*work):  # once the first has ended
        pass
    assert sorted(p.name for p in work[0].parent.iterdir()) == ["clip.mp4", "clip.plan.json"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_killed_review_leaves_no_lock(work: tuple[Path, Path]) -> None:
    with served(*work) as (_, process):
        process.kill()
        process.wait(60)
    with served(*work):
        pass


def test_ctrl_c_ends_it_in_order(work: tuple[Path, Path]) -> None:
    with served(*work) as (address, process):
        opened(page(address))
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=200)
        assert process.returncode == 0 and "every decision is saved here" in words


def test_the_command_line_and_the_page_take_turns(work: tuple[Path, Path]) -> None:
    source, plan = work
    with served(source, plan) as (address, _):
        ask = page(address)
        opened(ask)
        command = [sys.executable, "-m", "redact", "plan", "add", plan, "--box", "1,1,50,50"]
        subprocess.run(
            [*map(str, command), "--from", "0", "--to", "0.5", "--reason", "a screen"],
            check=True, capture_output=True, cwd=ROOT,
        )  # fmt: skip
        number = max(t.id for t in read_plan(plan).tracks)
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask("POST", "/api/edit", {"op": "mute", "start": 0.1, "end": 0.2, "how": "mute"})
        assert refused.value.code == 409
        told = json.loads(ask("GET", "/api/plan"))
        assert number in [s["id"] for s in told["subjects"]]
        ask("POST", "/api/edit", {"op": "mute", "start": 0.1, "end": 0.2, "how": "mute"})
        assert read_plan(plan).muted and max(t.id for t in read_plan(plan).tracks) == number


def hour() -> Plan:
    """An invented hour with 3000 people."""
    frames = 25 * 3600
    tracks = [
        Track(
            n + 1,
            Target.FACE,
            [
                Keyframe(30 * n + k, Box(k, 10, k + 40, 60), State.DETECTED, 0.8)
                for k in range(0, 240, 12)
            ],
        )
        for n in range(2900)
    ]
    source = SourceRef(
        "hour.mp4", "0" * 64, 1, 1920, 1080, Timeline(Fraction(1, 25), tuple(range(frames)))
    )
    return Plan(source, DetectSettings((Target.FACE,)), tuple(tracks))


@pytest.mark.slow
def test_an_hour_of_plan_data_is_answered_quickly(tmp_path: Path, street: Path) -> None:
    """Processor time: other work on the machine does not count."""
    from redact.review.actions import edited
    from redact.review.open_plan import OpenPlan
    from redact.review.overview import Overview, masks_at

    write_plan(hour(), tmp_path / "p.json")
    open_plan, overview, info = OpenPlan(tmp_path / "p.json"), Overview(), probe(street)
    overview.everything(open_plan.plan, info)
    costs = []
    for number in range(1, 12):
        start = time.process_time()
        what = {"op": "decide", "ids": [number], "decision": "hide"}
        open_plan.change(lambda plan, what=what: edited(plan, what, ""))
        json.dumps(overview.changes(open_plan.plan))
        masks_at(open_plan.plan, 40_000, 0.12)
        costs.append(time.process_time() - start)
    assert sorted(costs[1:])[5] < 0.2, costs
