"""How long the page waits for each kind of answer, and whether memory stays flat.

    python -m lab.review.answers --clip CLIP --plan PLAN [--rounds 20]
    python -m lab.review.answers --hour [--rounds 20]

The first is a real clip with its plan. The second is a made-up hour: a video of 90,000 pictures
and a plan with 2,900 people of ten seconds each, with a keyframe in every second frame. In both,
the page's process is started as a user starts it, and asked over one connection. Of each answer:
median and 95th percentile of the time until its last byte, processor time of the page's process,
and size. The first row is the baseline: a file of the page, which costs nothing but the connection
and says what the machine adds at the moment. Before the first round, the bounded stores of pictures
are filled, so that memory that grows afterwards is something else.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .hour import made_hour
from .served import Client, review

LIMIT = 200.0
"""Milliseconds that an answer may take."""

FILLING = {"a jump, outlines": 120, "four faces": 24}
"""How often is asked until the stores of pictures are full."""


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
        for name, times in FILLING.items():
            for _ in range(times):
                client.ask(*asked[name]())
        memory = []
        for _ in range(rounds):
            for name, question in asked.items():
                began, spent = time.perf_counter(), client.processor()
                told = client.ask(*question())
                wall = 1000 * (time.perf_counter() - began)
                rows.setdefault(name, []).append((wall, client.processor() - spent, len(told)))
            memory.append(client.memory())
    return {"opened": opened, "rows": rows, "memory": memory}


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
    memory = told["memory"]
    at = sorted({0, *(len(memory) * n // 4 - 1 for n in (1, 2, 3, 4))} - {-1})
    after = ", ".join(f"{memory[n]:.0f} MB after round {n + 1}" for n in at)
    print(f"\nmemory of the page's process: {after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--hour", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    if args.hour:
        with tempfile.TemporaryDirectory() as name:
            table("one hour, made up", measure(*made_hour(Path(name)), args.rounds))
    if args.clip and args.plan:
        with tempfile.TemporaryDirectory() as name:  # on a copy: the decisions are no real ones
            plan = Path(shutil.copy(args.plan, Path(name) / "clip.plan.json"))
            table(args.clip.name, measure(args.clip, plan, args.rounds))


if __name__ == "__main__":
    main()
