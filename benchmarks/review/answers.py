"""How long the page waits for each kind of answer, and whether memory stays flat.

    python -m benchmarks.review.answers --clip CLIP --plan PLAN [--rounds 20]
    python -m benchmarks.review.answers --hour [--rounds 20]

The first is a real clip with its plan: the page's process is started as a user starts it, and asked
over one connection. The second is a made-up plan of an hour: 90,000 frames and 2,900 people of ten
seconds each, with a keyframe in every second frame; what the page's process does for each answer is
done here, without video. Of each answer: median and 95th percentile of the time until its last
byte, processor time, and size. The first row of the first is the baseline: a file of the page,
which costs nothing but the connection and says what the machine adds at the moment. Memory is
read after every round; "grown" is the last third's mean less the first third's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from redact.media import probe
from redact.plan import DetectionSettings, Plan, SourceRef, write_plan
from redact.review.actions import edited
from redact.review.desk import Desk
from redact.review.overview import Overview, boxes_at
from redact.review.seen import with_seen
from redact.settings import Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track

from .served import Client, review

LIMIT = 200.0
"""Milliseconds that an answer may take."""

HOUR, RATE, PEOPLE = 3600, 25, 2900
SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "street.mp4"


def made_hour(path: Path) -> None:
    """A plan of an hour with `PEOPLE` subjects; there is no video of it."""
    timeline = Timeline(Fraction(1, RATE), tuple(range(HOUR * RATE)))
    source = SourceRef("hour.mp4", "0" * 64, 1, 160, 96, timeline)
    settings = DetectionSettings((Target.FACE,), Sensitivity.BALANCED, ())
    write_plan(Plan(source, settings, tuple(person(n) for n in range(PEOPLE))), path)


def person(number: int) -> Track:
    """Somebody who walks through for ten seconds, seen and followed in turn."""
    first = number * (HOUR * RATE - 300) // PEOPLE
    keys = []
    for k in range(0, 250, 2):
        seen = k % 20 < 10
        state, score = (State.DETECTED, 0.8) if seen else (State.FOLLOWED, None)
        keys.append(Keyframe(first + k, Box(k / 3, 10, k / 3 + 20, 35), state, score))
    return Track(number + 1, Target.FACE, keys, certainty=0.9)


def questions(
    plan: dict[str, Any], dice: random.Random
) -> dict[str, Callable[[], tuple[Any, ...]]]:
    """What the page asks, by what a person does; each call asks about somebody else."""
    people = plan["subjects"]
    frames = 1 + sum(run[1] for run in plan["pts"][1:])

    def who() -> dict[str, Any]:
        return dice.choice(people)

    def faces() -> tuple[str, str]:
        of = ",".join("{}:{}".format(*who()["best"]) for _ in range(4))
        return "GET", f"/api/faces?of={of}"

    def decide(decision: str) -> tuple[str, str, dict[str, Any]]:
        return "POST", "/api/edit", {"op": "decide", "ids": [who()["id"]], "decision": decision}

    def seen() -> tuple[str, str, dict[str, Any]]:
        shown = {"view": "outlines", "speed": "still", "frames": [dice.randrange(frames)]}
        return "POST", "/api/seen", {"shown": [shown]}

    def frame(view: str) -> tuple[str, str]:
        return "GET", f"/api/frame?n={dice.randrange(frames)}&view={view}&w=960"

    return {
        "a file of the page (baseline)": lambda: ("GET", "/icon.svg"),
        "anything new?": lambda: ("GET", "/api/state"),
        "decide: hide": lambda: decide("hide"),
        "decide: keep": lambda: decide("keep"),
        "undo": lambda: ("POST", "/api/undo", {}),
        "redo": lambda: ("POST", "/api/redo", {}),
        "hide all but one": lambda: ("POST", "/api/edit", {"op": "only", "id": who()["id"]}),
        "name somebody": lambda: (
            "POST",
            "/api/edit",
            {"op": "rename", "id": who()["id"], "name": f"P{dice.randrange(99)}"},
        ),
        "note what was seen": seen,
        "who hides a kept one": lambda: ("GET", f"/api/covered?id={who()['id']}"),
        "who looks alike": lambda: ("GET", f"/api/alike?id={who()['id']}"),
        "four faces": faces,
        "a jump, outlines": lambda: frame("outlines"),
        "a jump, as it will be": lambda: frame("result"),
        "open: the whole plan": lambda: ("GET", "/api/plan"),
    }


def measure(source: Path, plan: Path, rounds: int) -> dict[str, Any]:
    rows: dict[str, list[tuple[float, float, int]]] = {}
    with review(source, plan) as (address, pid):
        client = Client(address, pid)
        opened = client.open()
        asked = questions(json.loads(client.ask("GET", "/api/plan")), random.Random(1))
        memory = []
        for _ in range(rounds):
            for name, question in asked.items():
                began, spent = time.perf_counter(), client.processor()
                told = client.ask(*question())
                wall = 1000 * (time.perf_counter() - began)
                rows.setdefault(name, []).append((wall, client.processor() - spent, len(told)))
            memory.append(client.memory())
    third = max(1, len(memory) // 3)
    grown = statistics.mean(memory[-third:]) - statistics.mean(memory[:third])
    return {"opened": opened, "rows": rows, "memory": memory, "grown": grown}


def table(name: str, told: dict[str, Any]) -> None:
    print(f"\n{name}: opened in {told['opened']:.1f} s\n")
    print("| answer | median ms | p95 ms | processor ms | bytes |")
    print("|---|---|---|---|---|")
    for answer, costs in told["rows"].items():
        walls = sorted(wall for wall, _, _ in costs)
        p95 = walls[min(len(walls) - 1, int(0.95 * len(walls)))]
        cpu = statistics.mean(cpu for _, cpu, _ in costs)
        size = round(statistics.mean(size for _, _, size in costs))
        median = statistics.median(walls)
        late = " (over the limit)" if median > LIMIT else ""
        print(f"| {answer} | {median:.0f}{late} | {p95:.0f} | {cpu:.0f} | {size:,} |")
    first, last = told["memory"][0], told["memory"][-1]
    rounds, grown = len(told["memory"]), told["grown"]
    print(f"\nmemory: {first:.0f} MB after the first round, {last:.0f} MB after the last,")
    print(f"grown {grown:+.0f} MB over {rounds} rounds")


def hour(rounds: int) -> dict[str, Any]:
    """The same with the made-up hour, in this process and without pictures."""
    dice, info, rows, memory = random.Random(1), probe(SAMPLE), {}, []
    with tempfile.TemporaryDirectory() as name:
        made_hour(Path(name) / "hour.plan.json")
        began = time.monotonic()
        desk, overview = Desk(Path(name) / "hour.plan.json"), Overview()
        overview.everything(desk.plan, info)
        opened = time.monotonic() - began

        def who() -> int:
            return dice.choice(desk.plan.tracks).id

        def edit(**what: Any) -> Callable[[], Any]:
            return lambda: desk.change(lambda plan: edited(plan, what, "R. Roe"))

        def seen() -> None:
            shown = {"view": "outlines", "speed": "still", "frames": [dice.randrange(90_000)]}
            desk.note(lambda review: with_seen(review, [shown], len(desk.plan.source.timeline)))

        for _ in range(rounds):
            acts: dict[str, Callable[[], Any]] = {
                "anything new?": desk.look_outside,
                "decide: hide": edit(op="decide", ids=[who()], decision="hide"),
                "decide: keep": edit(op="decide", ids=[who()], decision="keep"),
                "undo": desk.undo,
                "redo": desk.redo,
                "name somebody": edit(op="rename", id=who(), name=f"P{dice.randrange(99)}"),
                "hide all but one": edit(op="only", id=who()),
                "note what was seen": seen,
                "who is in a picture": lambda: boxes_at(desk.plan, dice.randrange(90_000)),
            }
            for act, function in acts.items():
                began, spent = time.perf_counter(), time.process_time()
                function()
                told = json.dumps(overview.changes(desk.plan), separators=(",", ":"))
                cost = 1000 * (time.process_time() - spent)
                wall = 1000 * (time.perf_counter() - began)
                rows.setdefault(act, []).append((wall, cost, len(told)))
            memory.append(Client("http://none/#", os.getpid()).memory())
    third = max(1, len(memory) // 3)
    grown = statistics.mean(memory[-third:]) - statistics.mean(memory[:third])
    return {"opened": opened, "rows": rows, "memory": memory, "grown": grown}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--hour", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    if args.hour:
        table("one hour, made up", hour(args.rounds))
    if args.clip and args.plan:
        with tempfile.TemporaryDirectory() as name:  # on a copy: the decisions are no real ones
            plan = Path(shutil.copy(args.plan, Path(name) / "clip.plan.json"))
            table(args.clip.name, measure(args.clip, plan, args.rounds))


if __name__ == "__main__":
    main()
