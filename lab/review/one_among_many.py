"""One man stays visible, all others are hidden: typed on the command line, and clicked on the page.

    python -m lab.review.one_among_many CLIP PLAN

Both begin with a plan in which nobody is decided about, and end with a plan in which one subject is
kept, with a reason and the decider's name. On the command line, that is a copy with outlines, which
is played to read the man's numbers off, and `plan set`. On the page, a click on the man in the
picture, a reason, a click on "hide everybody but this one". Making the output is the same for both
and is not counted.

What is counted: commands, keys and clicks; seconds in which the machine works and the person waits;
seconds of film that have to be played; and what a practised person takes by the keystroke-level
model (Card, Moran and Newell, 1980: a key 0.28 s, pointing 1.1 s, a click 0.2 s, the hand from keys
to mouse 0.4 s, a thought before each step 1.35 s). The model is a count with weights: nobody was
timed. Needs Chromium and its driver, as the tests of the page do.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redact.plan import Decision, Plan, read_plan, with_subjects
from redact.types import Action, State

KEY, POINT, CLICK, HAND, THINK = 0.28, 1.1, 0.2, 0.4, 1.35
REASON, NAME = "client", "R. Roe"
DECISION = ("--action", "keep", "--reason", REASON, "--by", NAME)


@dataclass
class Cost:
    """What one way takes.

    Attributes:
        commands, keys, clicks: that a person gives.
        waits: seconds in which the machine works and the person waits.
        film: seconds that have to be played.
        steps: each begins with a thought.
        hands: times that a hand goes from the keys to the mouse, or back.
    """

    commands: int = 0
    keys: int = 0
    clicks: int = 0
    waits: float = 0.0
    film: float = 0.0
    steps: int = 0
    hands: int = 0

    def acts(self) -> float:
        """Seconds of typing, pointing and thinking by the keystroke-level model."""
        pointing = self.clicks * (POINT + CLICK)
        return self.keys * KEY + pointing + self.hands * HAND + self.steps * THINK


def the_man(plan: Plan) -> tuple[tuple[int, ...], int]:
    """The numbers of the subject that was seen in most frames, and a frame in which it is."""
    tracks = {t.id: t for t in plan.tracks}

    def seen(numbers: tuple[int, ...]) -> list[int]:
        keys = (k for n in numbers for k in tracks[n].keyframes)
        return [k.frame for k in keys if k.state is State.DETECTED]

    subject = max(with_subjects(plan).subjects, key=lambda s: len(seen(s.tracks)))
    frames = seen(subject.tracks)
    return subject.tracks, frames[len(frames) // 2]


def by_commands(source: Path, plan_file: Path, folder: Path) -> Cost:
    """As `redact outline` and `redact plan set` want it."""
    plan, cost = read_plan(plan_file), Cost()
    numbers, _ = the_man(plan)
    for words in (
        ["outline", source.name, plan_file.name, "-o", folder.name],
        ["plan", "set", plan_file.name, ",".join(map(str, numbers)), *DECISION],
    ):
        cost.commands += 1
        cost.steps += 1
        cost.keys += len(shlex.join(["redact", *words])) + 1
        began = time.monotonic()
        command = [sys.executable, "-m", "redact", *words]
        subprocess.run(command, cwd=source.parent, check=True, capture_output=True)
        cost.waits += time.monotonic() - began
    # The copy is opened with a double click, played once, and the numbers are read off.
    cost.clicks, cost.hands, cost.steps = cost.clicks + 2, 2, cost.steps + 2
    cost.film = plan.seconds(len(plan.source.timeline) - 1)
    return cost


def by_page(source: Path, plan_file: Path, browser: Any) -> Cost:
    """As `redact review` wants it: the command is typed, the rest is done by the mouse."""
    from selenium.webdriver import ActionChains

    from tests.review.browser import Page, served

    plan, cost = read_plan(plan_file), Cost(commands=1, steps=1)
    numbers, frame = the_man(plan)
    cost.keys = len(shlex.join(["redact", "review", source.name, plan_file.name])) + 1

    def waited(act: Callable[[], Any]) -> Any:
        began = time.monotonic()
        done = act()
        cost.waits += time.monotonic() - began
        return done

    began = time.monotonic()
    with served(source, plan_file) as (address, _):
        page = Page(browser, address)
        cost.waits += time.monotonic() - began

        def click(x: float, y: float) -> None:
            cost.clicks, cost.steps = cost.clicks + 1, cost.steps + 1
            chain = ActionChains(browser, duration=0)
            chain.w3c_actions.pointer_action.move_to_location(int(x), int(y))
            chain.w3c_actions.pointer_action.click()
            chain.perform()

        def middle(css: str) -> tuple[float, float]:
            where = page.find(css).rect
            return where["x"] + where["width"] / 2, where["y"] + where["height"] / 2

        # Along the timeline to where he is, and on him in the picture.
        lanes = page.find("#lanes-canvas").rect
        share = plan.seconds(frame) / plan.seconds(len(plan.source.timeline) - 1)
        click(lanes["x"] + 150 + share * (lanes["width"] - 160) * 0.99, lanes["y"] + 8)
        cost.hands += 1
        track = next(t for t in plan.tracks if t.id in numbers and t.at(frame) is not None)
        # The very frame, wherever the click fell: not counted.
        page.js(f"import('/player.js').then(({{ show }}) => show({frame}))")
        page.until(lambda: page.frame() == frame, 120)
        key = track.at(frame)
        assert key is not None
        for _ in range(5):  # on another who is there too, a person clicks again
            click(*page._on_page(*key.box.centre))
            waited(lambda: page.until(lambda: page.state("state.selected.length") == 1))
            if page.state("state.selected") == [numbers[0]]:
                break
        click(*middle("#keep-reason"))
        page.press(*REASON)
        cost.keys, cost.hands = cost.keys + len(REASON), cost.hands + 2
        click(*middle("#only"))
        waited(lambda: page.until(lambda: decided(plan_file, numbers)))
    return cost


def decided(plan_file: Path, numbers: tuple[int, ...]) -> bool:
    """Whether he alone is visible by decision."""
    kept = {t.id for t in read_plan(plan_file).tracks if t.action is Action.KEEP}
    return kept == set(numbers)


def shown(plan: Plan) -> list[Any]:
    return [plan.shown_at(frame) for frame in range(len(plan.source.timeline))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("plan", type=Path)
    args = parser.parse_args()
    from tests.review.browser import driver

    with tempfile.TemporaryDirectory() as name:
        source = Path(shutil.copy(args.clip, Path(name) / args.clip.name))
        typed = Path(shutil.copy(args.plan, Path(name) / f"{args.clip.stem}.plan.json"))
        clicked = Path(shutil.copy(args.plan, Path(name) / f"{args.clip.stem}.other.json"))
        costs = {"command line": by_commands(source, typed, Path(name) / "look")}
        browser = driver()
        try:
            costs["page"] = by_page(source, clicked, browser)
        finally:
            browser.quit()
        same = shown(read_plan(typed)) == shown(read_plan(clicked))
        people = len(with_subjects(read_plan(args.plan)).subjects)
        open_ = sum(s.decision is Decision.NONE for s in read_plan(clicked).subjects)
    print(f"{args.clip.name}: one of {people}; both show the same pixels: {same};")
    print(f"undecided after the page: {open_}, after the command line: {people - 1}\n")
    print("| | commands | keys | clicks | waited s | film s | acts s (model) | all s |")
    print("|---|---|---|---|---|---|---|---|")
    for way, c in costs.items():
        whole = c.waits + c.film + c.acts()
        print(f"| {way} | {c.commands} | {c.keys} | {c.clicks} | ", end="")
        print(f"{c.waits:.1f} | {c.film:.1f} | {c.acts():.0f} | {whole:.0f} |")


if __name__ == "__main__":
    main()
