"""Decisions in a real browser: a kept person can be kept throughout, a false alarm has no mask, the
record names who decided, and nothing is lost or replaced silently."""

from __future__ import annotations

import json
import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.media import probe
from redact.pipeline import plan_to_review
from redact.plan import Plan, read_plan, write_plan
from redact.types import Action, Keyframe, State, Target, Track

from ..pipeline.conftest import SAMPLE, shorten
from ..side_files import plan_of, record_of, scans_of
from .browser import Page, look_like, resize, served, served_here
from .test_alone import opened, page
from .test_lawyer import longest, track

GUESSED = (4, 10)
"""Frames in which the kept one is only followed: for more than a quarter of a second, within which
one who hardly moves would be sure."""


def guessed_in(track: Track, first: int, last: int) -> Track:
    """A track with a keyframe in each frame, in some of them only followed."""
    keys = []
    for frame in range(track.first, track.last + 1):
        key = track.at(frame)
        assert key is not None
        guess = first <= frame <= last
        state = State.FOLLOWED if guess else State.DETECTED
        keys.append(Keyframe(frame, key.box, state, None if guess else 0.9))
    return replace(track, keyframes=tuple(keys))


def prepared(found: Plan, folder: Path, street: Path) -> tuple[Path, Path, int, int, int]:
    """Source and plan; a kept person, a false alarm, and a stranger whose guessed mask hides the
    person."""
    source, plan_file = folder / "street.mp4", folder / "street.plan.json"
    source.write_bytes(street.read_bytes())
    kept, other = longest(found, Target.FACE)[:2]
    alarm = longest(found, Target.PLATE)[0]
    mine = guessed_in(track_of(found, kept), *GUESSED)
    # Somebody else is seen until then, and his mask goes on over the kept one.
    strangers = track_of(found, other)
    away = strangers.at(strangers.first)
    assert away is not None
    over = [Keyframe(n, away.box, State.DETECTED, 0.9) for n in range(11)]
    over += [Keyframe(n, key.box, State.FOLLOWED) for n in (11, 12, 13) if (key := mine.at(n))]
    hiding = replace(strangers, keyframes=tuple(over))
    # Of what they are sure of, the page would ask twice.
    bench = replace(guessed_in(track_of(found, alarm), 3, 9), certainty=0.6)
    plan = found
    for changed in (mine, hiding, bench):
        plan = plan.with_track(changed)
    write_plan(plan, plan_file)
    return source, plan_file, kept, alarm, other


def track_of(plan: Plan, number: int) -> Track:
    return next(t for t in plan.tracks if t.id == number)


def hidden_in(plan: Plan, number: int) -> list[int]:
    one = track_of(plan, number)
    return [
        frame
        for frame in range(one.first, one.last + 1)
        if any(r.track == number for r in plan.regions_at(frame))
    ]


def numbers_in(words: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", words)]


@pytest.mark.slow
def test_a_person_can_be_kept_throughout_by_confirming(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    resize(browser, 1280, 900)
    source, plan_file, kept, alarm, other = prepared(found, tmp_path, street)
    with served_here(source, plan_file) as server:
        it = Page(browser, server.address, "decisions-")
        look_like(it, "fr", "light")
        it.choose(kept)
        it.press("k")
        it.answer()
        it.until(lambda: track(plan_file, kept).action is Action.KEEP)
        one = track(plan_file, kept)
        total, guessed = one.last - one.first + 1, GUESSED[1] - GUESSED[0] + 1
        it.until(lambda: str(guessed) in it.text("#visible"))
        # Nor does the page call him visible where another one's mask lies over him.
        assert numbers_in(it.text("#visible")) == [total - guessed - 3, total, 3, guessed]
        it.shot("to-confirm")
        it.click("#finish")  # nor is it forgotten there
        left = lambda: it.text("dialog .todo").splitlines()  # noqa: E731
        assert any(str(guessed) in line for line in left())
        # Nor that another one's mask lies over him in three pictures.
        it.until(lambda: [3] in [numbers_in(line)[-1:] for line in left() if ":" in line])
        it.press("ESCAPE")
        assert hidden_in(read_plan(plan_file), kept) == list(range(GUESSED[0], GUESSED[1] + 1))

        # All of it is shown at once: only what was on the screen can be confirmed.
        it.press("v")
        it.until(lambda: len(asked_about(it)) == guessed)
        it.until(lambda: painted(it))
        it.shot("pictures")
        it.press("ENTER")
        it.until(lambda: track(plan_file, kept).confirmed)
        assert hidden_in(read_plan(plan_file), kept) == []
        it.until(lambda: not it.js("return document.getElementById('confirm')"))
        it.go(GUESSED[1])
        # Nor does a question mark stand where a person has said who it is.
        sure = f"state.masks.find((b) => b.track === {kept}).sure"
        it.until(lambda: it.frame() == GUESSED[1] and it.state(sure))
        it.shot("confirmed")

        # Another one's guess still hides him: it is named, and a key takes it away there.
        it.until(lambda: it.js(f"return document.querySelector('[data-covers=\"{other}\"]')"))
        it.shot("covered")
        assert numbers_in(it.text("#visible")) == [total - 3, total, 3]
        it.click(f'[data-covers="{other}"] button')  # have it shown
        it.until(lambda: it.frame() == 11)
        it.press("t")
        it.until(lambda: {12} <= set(asked_about(it)) <= {11, 12, 13})
        it.until(lambda: painted(it))
        it.shot("looked-under")
        assert numbers_in(it.text("dialog p")) == [3, 1], "what it will do is said before"
        it.click("#look-done")
        it.until(lambda: len(read_plan(plan_file).tracks) > len(found.tracks))
        after = read_plan(plan_file)
        assert not any(r.track == other for n in (11, 12, 13) for r in after.regions_at(n))
        assert hidden_in(after, other) == list(range(11)), "and nowhere else"
        it.until(lambda: numbers_in(it.text("#visible")) == [total])  # in all of them
        # One key gives it back, and the next press is about what the first one left.
        it.press("z", ctrl=True)
        it.until(lambda: len(read_plan(plan_file).tracks) == len(found.tracks))
        # Not him here, after all: it is hidden again, and not asked again.
        it.press("z", ctrl=True)
        it.until(lambda: not track(plan_file, kept).confirmed)
        it.until(lambda: it.js("return document.getElementById('confirm')"))
        it.press("v")
        it.find(".faces")
        it.until(lambda: painted(it))
        for frame in asked_about(it):
            it.click(f"[data-asks=will_show] [data-frame='{frame}']")
        it.click("#look-done")
        it.until(lambda: track(plan_file, kept).confirmed)
        assert track(plan_file, kept).confirmed[-1].same is False
        it.until(lambda: not it.js("return document.getElementById('confirm')"))

        # A false alarm has no mask in any of its pictures.
        it.choose(alarm)
        assert hidden_in(read_plan(plan_file), alarm)
        it.press("x")
        it.answer()
        it.until(lambda: track(plan_file, alarm).action is Action.FALSE_ALARM)
        assert hidden_in(read_plan(plan_file), alarm) == []
        it.shot("false-alarm")
        # Without a look, the mask of another one was not taken away: refused, and nothing else.
        assert all("/api/edit" in line and " 422 " in line for line in it.complaints())


def asked_about(it: Page) -> list[int]:
    """Frames of the pictures that are shown for confirmation."""
    script = "return [...document.querySelectorAll('[data-asks=will_show] [data-frame]')]"
    return [int(n) for n in it.js(script + ".map((node) => node.dataset.frame)")]


def painted(it: Page) -> bool:
    return bool(
        it.js(
            """const all = [...document.querySelectorAll('.faces [data-frame] canvas')];
            return all.length && all.every((c) => c.getContext('2d')
              .getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 < 3 && v > 40));"""
        )
    )


@pytest.mark.slow
def test_an_existing_result_is_replaced_only_on_request(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    """A second result used to be written beside the first, and both looked finished."""
    resize(browser, 1280, 720)
    source, plan_file, kept, *_ = prepared(found, tmp_path, street)
    result = tmp_path / "street.redacted.mp4"
    case = ("--set", "operator=R. Roe", "--set", "case=2026-114")
    with served(source, plan_file, *case) as (address, _):
        result.write_bytes(b"of an earlier run")
        it = Page(browser, address)
        it.choose(kept)
        it.press("k")
        it.answer()
        it.until(lambda: track(plan_file, kept).action is Action.KEEP)
        it.click("#finish")
        # The command line has said for which case; who is here, they say themselves.
        assert it.find("#f-case").get_property("value") == "2026-114"
        assert it.js("return document.getElementById('f-reviewer').value") == "R. Roe"
        it.click("#finish-more summary")
        it.click("#f-release")  # has no record in which they would stand
        shown = "return Boolean(document.getElementById('f-case')?.checkVisibility())"
        it.until(lambda: not it.js(shown))
        it.click("#f-release")
        it.start()
        assert "does not contain your decisions" in it.text("#replace-why")
        it.shot("replace")
        assert result.read_bytes() == b"of an earlier run"
        it.click("#replace")
        it.until(lambda: it.browser.find_elements("id", "result-path"), 200)
        made = Path(it.text("#result-path"))
        assert not list(tmp_path.glob("*-2*"))
        record = json.loads(record_of(made).read_text())
        assert record["case"]["case"] == "2026-114"
        typed = ["redact", "review", source.name, plan_file.name]
        command = record["run"]["command"]
        assert command[:4] == typed and "operator=R. Roe" in command
        (entry,) = [t for t in record["tracks"] if t["track"] == kept]
        assert entry["decided_by"] == "R. Roe" and entry["decided_at"] and entry["by_person"]
        assert {t["by_person"] for t in record["tracks"] if t["track"] != kept} == {False}


@pytest.mark.slow
def test_with_the_server_gone_a_key_reports_that_nothing_was_saved(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    resize(browser, 1280, 720)
    source, plan_file, kept, *_ = prepared(found, tmp_path, street)
    with served(source, plan_file) as (address, process):
        it = Page(browser, address, "dead-")
        look_like(it, "fr", "light")
        it.choose(kept)
        process.kill()
        process.wait(60)
        it.press("h")
        it.until(lambda: it.js("return document.getElementById('lost')"))
        assert it.text("#lost") == "Votre dernière modification n’a pas été enregistrée."
        it.shot("not-saved")
        assert track(plan_file, kept).decided_at == ""


def test_a_review_uses_the_plan_of_a_run(street: Path, found: Plan, tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(street.read_bytes())
    of_run = plan_of(tmp_path / "clip.redacted.mp4")
    assert plan_to_review(probe(source)) == of_run, "where a run would keep its own"
    of_run.parent.mkdir()
    write_plan(found, of_run)
    with served(source) as (address, _):
        told = json.loads(opened_plan(address))
        assert len(told["subjects"]) == len(found.tracks)
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [
        *("README.txt", "clip.mp4", of_run.name)
    ]
    # One that was made by hand and is newer counts.
    by_hand = tmp_path / "clip.mp4.plan.json"
    write_plan(found, by_hand)
    assert plan_to_review(probe(source)) == by_hand


def opened_plan(address: str) -> str:
    ask = page(address)
    opened(ask)
    return str(ask("GET", "/api/plan"), "utf-8")


@pytest.mark.slow
def test_a_search_begun_by_a_review_continues_after_a_kill(tmp_path: Path) -> None:
    source = shorten(SAMPLE, tmp_path / "clip.mp4", 70, size="320x180")
    looks = scans_of(tmp_path / "clip.redacted.mp4")
    with served(source) as (_, process):
        wait_for(lambda: looks.exists() and looks.stat().st_size > 500)
        process.kill()
        _, words = process.communicate(timeout=200)
        assert "every decision is saved here" not in words
    assert looks.exists() and not plan_of(tmp_path / "clip.redacted.mp4").exists()
    with served(source) as (_, process):
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=200)
        assert "There is no plan yet" in words and "every decision is saved here" not in words
    with served(source) as (address, _):
        opened_plan(address)
    assert plan_of(tmp_path / "clip.redacted.mp4").exists() and not looks.exists()


def wait_for(true: Any) -> None:
    from .browser import until

    until(true, 120)
