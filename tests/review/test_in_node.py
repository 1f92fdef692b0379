"""The page's messages and requests, tested without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from redact.auditing import AuditResult
from redact.pipeline import Result
from redact.plan import FindingNote, Plan, ReviewState, Subject, read_plan, write_plan
from redact.record import EvidenceChoice, LookedPart, read_case
from redact.review import finishing
from redact.review import server as server_module
from redact.review.server import PageServer
from redact.settings import Sensitivity
from redact.types import Action, Box, Keyframe, State, Target, Track

from ..record.samples import make_record
from .browser import served_here, until
from .in_node import in_node

BOX = Box(10, 10, 60, 60)


class Review:
    """A review of the short street, and a person's actions on its page."""

    def __init__(self, server: PageServer, plan_file: Path) -> None:
        self.server, self.plan_file = server, plan_file

    @property
    def plan(self) -> Plan:
        return read_plan(self.plan_file)

    def does(self, steps: str) -> Any:
        return in_node(self.server.address, self.plan_file.parent / "page", steps)


@pytest.fixture
def review(street: Path, found: Plan, tmp_path: Path) -> Iterator[Review]:
    source, plan_file = tmp_path / "street.mp4", tmp_path / "street.plan.json"
    source.write_bytes(street.read_bytes())
    write_plan(found, plan_file)
    with served_here(source, plan_file) as server:
        yield Review(server, plan_file)


def test_a_reason_given_after_the_decision_is_in_the_plan(review: Review) -> None:
    """As the page for lawyers says: select the person, press Keep, give the reason."""
    review.does("""
      press("ArrowDown");
      press("k");
      await answer();
      await until(() => [...state.subjects.values()].some((s) => s.decision === "keep"));
      await write("#why", "client");
      await until(() => [...state.subjects.values()].some((s) => s.reason === "client"));
    """)
    kept = [t for t in review.plan.tracks if t.action is Action.KEEP]
    assert kept and {t.reason for t in kept} == {"client"}


def test_a_reason_is_saved_whatever_is_decided(review: Review) -> None:
    """A reason for hiding somebody used to be accepted silently and saved nowhere."""
    labels = review.does("""
      const { id } = [...state.subjects.values()].find((s) => s.certainty !== "sure");
      (await page("store.js")).select(id);
      const one = () => state.subjects.get(id), labels = [];
      const told = async (reason) => {
        labels.push(await text("[for=why]"));
        await write("#why", reason);
        await until(() => one().reason === reason);
      };
      await told("a minor");
      const undecided = one().decision;
      press("h");
      await until(() => one().decision === "hide");
      const kept = one().reason;
      await told("third party");
      press("x");
      await answer();
      await until(() => one().decision === "false alarm");
      const other = one().reason;
      await told("a statue");
      return [...labels, undecided, kept, other];
    """)
    assert labels == [
        *("Reason for the decision (goes on record)", "Reason for hiding (goes on record)"),
        *("Reason for the false alarm (goes on record)", "", "a minor", ""),
    ]
    (told,) = [t for t in review.plan.tracks if t.action is Action.FALSE_ALARM]
    assert told.reason == "a statue" and told.decided_at


def test_a_reason_half_written_is_kept_for_the_person_it_is_about(review: Review) -> None:
    """Choosing somebody else used to delete it."""
    assert review.does("""
      const why = async (typed) => {
        const field = await find("#why");
        if (typed) (field.value = typed), send(field, "input");
        await wait(50);
        return (await find("#why")).value;
      };
      press("ArrowDown");
      const one = await why("the client, as");
      press("ArrowDown");
      const other = await why("");
      press("ArrowUp");
      return [one, other, await why("")];
    """) == ["the client, as", "", "the client, as"]


def test_a_result_that_came_while_the_page_was_closed_is_shown_once(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reloaded during rendering, the page used to show nothing of the result. And it did not tell
    of a missing name: the record said so when it was too late."""
    monkeypatch.setattr(server_module, "SECONDS_AFTER_LAST_PAGE", 60.0)
    asked = review.does("""
      await click("#finish");
      const asked = await text("#nameless");
      await until(() => !document.getElementById("start-finish").disabled);
      await click("#start-finish");
      const { get, leave } = await page("api.js");
      await until(async () => (await get("state")).job.kind === "finish");
      await leave();
      return asked;
    """)
    assert asked.startswith("Nobody is named")
    until(lambda: not review.server.busy(), 200)
    shown = review.does("""
      const words = await text("#result-path");
      await click("#close-result");
      return [words, sessionStorage.getItem(`redact.told${location.pathname}`)];
    """)
    assert "street.redacted" in shown[0] and int(shown[1]) > 0


def test_a_truncated_source_is_reported_beside_the_result(review: Review, tmp_path: Path) -> None:
    """A green tick used to be shown, with the warning, for which `redact run` has an exit code,
    folded behind "Details"."""
    record = make_record(tmp_path)
    record = replace(record, source=replace(record.source, missing=9))
    looked = LookedPart(100, 100, 0, (), ("face",))
    result = Result.of_run(
        record,
        AuditResult(Sensitivity.BALANCED, (), (), (), looked),
        tmp_path / "a.mp4",
        False,
    )
    order = SimpleNamespace(final=tmp_path / "a.mp4", folder=tmp_path)
    here = replace(result, output=Path("a.mp4"))  # as a command that was given a relative path
    told = {**finishing._result(here, cast(Any, order)), "overtaken": False}
    assert Path(told["output"]).is_absolute()
    title, words, lines = review.does(f"""
      const {{ jobOver }} = await page("finish.js");
      await jobOver({{ kind: "finish", result: {json.dumps(told)} }});
      const all = (await find("#dialog-title")).parentNode.childNodes;
      const lines = [...all].filter((node) => node.nodeType === 3).map((node) => node.textContent);
      return [await text("#dialog-title"), await text("#incomplete"), lines];
    """)
    assert not any(lines), "no number of earlier copies, of which there are none"
    assert "✓" not in title and "incomplete" in title
    assert "ends early" in words and "Copy the file again" in words


def test_doubtful_findings_come_after_the_others_in_both_languages(review: Review) -> None:
    notes = tuple(
        FindingNote(n, "possible_leak", "face", n, n, ((n, tuple(BOX)),), doubtful=n < 3)
        for n in range(1, 6)
    )
    told = replace(review.plan, review=ReviewState(findings=notes))
    write_plan(told, review.plan_file, force=True)
    steps = """
      await until(() => document.querySelectorAll("#panel .item").length === 5);
      const items = [...document.querySelectorAll("#panel .item")], item = items[0].firstChild;
      const shown = items.map((n) => Number(n.dataset.finding)), said = [item.textContent];
      await (await page("words.js")).load("fr");
      await until(() => item.textContent !== said[0]);
      return [shown, [...said, item.textContent], state.tab];
    """
    shown, said, tab = review.does(steps)
    assert said == [
        "3. A face or the back of a head may be visible at 0:00, upper left.",
        "3. Un visage ou une tête de dos est peut-être visible à 0:00, en haut à gauche.",
    ]
    assert shown == [3, 4, 5, 1, 2]
    assert tab == "findings", "what was found comes first when the video is opened again"


def test_the_next_finding_is_selected_as_soon_as_one_is_hidden(review: Review) -> None:
    """For a moment the hidden finding used to stay selected: a quick H hid it once more."""
    notes = tuple(FindingNote(n, "possible_leak", "face", n, n, ((n, tuple(BOX)),)) for n in (1, 2))
    write_plan(
        replace(review.plan, review=ReviewState(findings=notes)), review.plan_file, force=True
    )
    assert (
        review.does("""
      await until(() => state.findings.length);
      (await page("findings.js")).showFinding(1);
      const asked = fetch;
      let plans = 0;
      globalThis.fetch = async (path, how) => {
        if (path.includes("api/plan") && ++plans > 1) await wait(1500);
        return asked(path, how);
      };
      press("h");
      await until(() => state.findings[0].answer);
      return state.finding;
    """)
        == 2
    )


def test_keys_apply_to_the_finding_that_is_shown(review: Review) -> None:
    """They used to apply to the previous selection: H hid the client instead of the finding."""
    notes = tuple(FindingNote(n, "possible_leak", "face", n, n, ((n, tuple(BOX)),)) for n in (1, 2))
    write_plan(
        replace(review.plan, review=ReviewState(findings=notes)), review.plan_file, force=True
    )
    answers, decided = review.does("""
      press("ArrowDown");
      await until(() => state.one);
      (await page("findings.js")).showFinding(1);
      const field = await find("[data-finding=1] input"),
        asked = fetch,
        there = '{"error": "result_there", "values": {"name": "a.mp4", "holds": "other"}}';
      globalThis.fetch = async (path, how) =>
        path.includes("api/finish") ? new Response(there, { status: 422 }) : asked(path, how);
      await click("#finish");
      await until(() => !document.getElementById("start-finish").disabled);
      await click("#start-finish");
      await until(() => state.dialog.kind === "replace");
      state.dialog = null; // rather not: the finding is still the one that is shown
      document.activeElement.blur();
      press("x"); // without a reason: asked for where it can be written
      await until(() => document.activeElement === field);
      field.blur();
      press("w");
      if (document.activeElement !== field) return ["W does not lead there", 0];
      await write("[data-finding=1] input", "a statue");
      press("x");
      await until(() => state.findings[0].answer && state.finding === 2);
      press("h");
      await until(() => state.findings[1].answer);
      return [state.findings.map((f) => [f.answer, f.reason]), state.subjects.get(1).decision];
    """)
    assert [answer for answer, _ in answers] == ["none", "hide"] and answers[0][1] == "a statue"
    assert decided == ""


def test_keys_of_a_french_keyboard(review: Review) -> None:
    """Its digits need Shift, and its brackets AltGr, which some systems tell as Ctrl and Alt."""
    first, ends = review.does("""
      press("é", { code: "Digit2" });
      await until(() => state.view === "result");
      press("&", { code: "Digit1" });
      await until(() => state.view === "outlines");
      press("ArrowDown");
      await until(() => state.one);
      const { id, tracks: [{ last: before }] } = state.one;
      press("]", { metaKey: true }); // to the next page of the browser, on a Mac
      await wait(300);
      if (state.subjects.get(id).tracks[0].last < before) return [state.frame, "cut off"];
      press("]", { code: "Minus", altKey: true, ctrlKey: true });
      await answer();
      await until(() => state.subjects.get(id).tracks[0].last < before);
      return [state.frame, state.subjects.get(id).tracks[0].last];
    """)
    assert ends == first


@pytest.mark.slow
def test_nothing_unreviewed_is_called_reviewed(review: Review) -> None:
    """For a video without any detection, the page used to say that every risky moment had been
    reviewed, after a single picture had been shown."""
    nobody = replace(review.plan, tracks=(), bodies=(), subjects=())
    write_plan(nobody, review.plan_file, force=True)
    pill, left, all_looked = review.does("""
      await until(() => state.subjects.size === 0);
      const pill = await text("#progress-text");
      await until(() => state.summary.frames_seen);
      await click("#finish");
      await find(".todo");
      const left = await text("dialog");
      await click(".todo button");
      press("Home");
      await until(() => state.frame === 0);
      press("ArrowRight");
      await until(() => state.frame === 1);
      for (let n = 2; n < state.frames; n++) {
        press("ArrowRight");
        await until(() => state.frame === n);
        await wait(250);
      }
      await until(() => state.summary.frames_seen === state.frames);
      await click("#finish");
      await until(() => document.getElementById("dialog").textContent.includes("✓"));
      return [pill, left, await text("dialog")];
    """)
    assert "moments 0 of 0" in pill and "✓" in pill
    assert "15 pictures not looked at" in left and "Everything was decided" not in left
    assert "Everything was decided and looked at" in all_looked


def test_frames_that_flew_by_do_not_count_as_seen(review: Review) -> None:
    """Dragging along the timeline, or a held key, used to count a whole video as seen within
    seconds."""
    flew = review.does("""
      const last = state.frames - 1;
      clock.hold();
      press("End");
      await until(() => state.frame === last);
      press("Home");
      await until(() => state.frame === 0);
      clock.go();
      await until(() => state.seen.length);
      const flew = state.seen.some(([, b]) => b === last);
      press("End");
      await until(() => state.seen.some(([, b]) => b === last));
      return flew;
    """)
    assert not flew


def test_a_key_corrects_the_same_part_as_its_button(review: Review) -> None:
    """For a person in several parts, "]" used to lengthen the first over all others: a mask where
    nobody was, and none where the person was."""
    parts = [(0, 2), (5, 7), (10, 12)]
    tracks = tuple(
        Track(n, Target.REGION, (Keyframe(a, BOX, State.MANUAL), Keyframe(b, BOX, State.MANUAL)))
        for n, (a, b) in enumerate(parts, 1)
    )
    whole = replace(review.plan, tracks=tracks, subjects=(Subject((1, 2, 3)),))
    write_plan(whole, review.plan_file, force=True)
    review.does("""
      await until(() => state.subjects.size === 1);
      press("ArrowDown");
      await (await page("player.js")).show(8);
      await until(() => state.frame === 8);
      press("]");
      await until(() => state.undo);
    """)
    assert [(t.first, t.last) for t in review.plan.tracks] == [(0, 2), (5, 8), (10, 12)]


def test_a_person_left_open_after_a_cut_off_is_reported_and_can_be_undone(review: Review) -> None:
    """ "Done" was shown, and the person was open for the rest of the video, as a "false alarm"."""
    ends = (Keyframe(n, BOX, State.DETECTED, 0.9) for n in (2, 12))
    write_plan(
        replace(review.plan, tracks=(Track(1, Target.FACE, tuple(ends)),), subjects=()),
        review.plan_file,
        force=True,
    )
    asked, card, label, pressed, still_cut, back = review.does("""
      await until(() => state.subjects.size === 1);
      await (await page("player.js")).show(8);
      await until(() => state.frame === 8);
      press("ArrowDown");
      press("]");
      const asked = await text("dialog p"); // before, and not after
      await answer();
      const card = await text("#card-2");
      (await page("store.js")).select(2);
      const label = await text("[for=why]");
      const pressed = document.getElementById("d-none").attributes["aria-pressed"];
      press("z", { ctrlKey: true });
      await until(() => state.subjects.size === 1);
      const { last } = state.subjects.get(1);
      press("ArrowDown");
      press("]");
      await answer();
      await until(() => state.subjects.size === 2);
      (await page("store.js")).select(2);
      await write("#why", "a passer-by");
      await until(() => state.subjects.get(2).reason);
      return [asked, card, label, pressed, state.subjects.get(2).cut, last];
    """)
    assert "In 4 pictures somebody who is hidden becomes visible" in asked
    assert "not hidden" in card and "cut off by hand" in card and "false alarm" not in card
    assert back == 12
    assert label == "Reason for the decision (goes on record)" and pressed == "false"
    assert still_cut, "a reason made a false alarm of it"
    left = next(t for t in review.plan.tracks if t.action is Action.CUT_OFF)
    assert left.reason == "a passer-by", "it used to be lost"


def test_a_moment_about_nobody_deselects_everybody(review: Review) -> None:
    """H, pressed there, used to hide whoever was selected before, who may be elsewhere."""
    assert review.does("""
      press("ArrowDown");
      const before = state.selected.length;
      (await page("moments.js")).goMoment(5, 0);
      await until(() => state.frame === 5);
      return [before, state.selected.length];
    """) == [1, 0]


def test_of_two_windows_the_first_is_told_that_it_does_not_decide_any_more(review: Review) -> None:
    """A duplicated tab has what the first one stored: both used to be let in, and each missed
    decisions made in the other."""
    assert review.does("""
      await (await page("api.js?duplicated")).join();
      press("ArrowDown");
      press("h");
      await until(() => state.opening?.end === "elsewhere");
      return text("#opening-text");
    """).startswith("This review is open in another window")
    assert {track.action for track in review.plan.tracks} == {Action.REDACT}


def test_a_mask_is_moved_in_the_picture_in_which_it_was_grabbed(review: Review) -> None:
    """While the video played, it used to be moved in a later picture, and stayed in that one."""
    face = max((t for t in review.plan.tracks), key=lambda t: len(t.keyframes))
    before = review.plan
    taken, asked, moved = review.does(f"""
      const {{ select }} = await page("store.js"), player = await page("player.js");
      select({face.id});
      player.show(2);
      await until(() => state.frame === 2 && state.masks.some((b) => b.track === {face.id}));
      const overlay = await find("#overlay"), place = player.place();
      const {{ at: box }} = state.masks.find((b) => b.track === {face.id});
      const x = place.left + ((box[0] + box[2]) / 2) * place.sx;
      const y = place.top + ((box[1] + box[3]) / 2) * place.sy;
      const mouse = (type, by) =>
        send(overlay, type, {{ clientX: x + by, clientY: y + by, button: 0, pointerId: 1 }});
      clock.hold();
      player.play();
      clock.pass(60);
      await until(() => state.frame > 2);
      const taken = state.frame;
      mouse("pointerdown", 0);
      mouse("pointermove", 9);
      clock.pass(200);
      await wait(600);
      mouse("pointermove", 12);
      mouse("pointerup", 12);
      // Off the face that was found, it is asked about before it is saved.
      await until(() => state.dialog);
      return [taken, state.dialog.body.frame, state.frame];
    """)
    assert asked == moved == taken
    assert review.plan == before


def test_a_box_that_could_not_be_saved_is_not_lost(review: Review) -> None:
    """Refused because of other work, it used to vanish."""
    assert (
        review.does("""
      const kept = [];
      for (const button of ["#draw-still", "#draw-follow"]) {
        state.drawn = [-90, -90, -10, -10];
        state.toast = null;
        await click(button);
        await until(() => state.toast);
        await wait(50);
        kept.push(state.drawn);
      }
      return kept;
    """)
        == [[-90, -90, -10, -10]] * 2
    )


def test_nothing_is_noted_about_a_removed_track(review: Review) -> None:
    review.does("""
      const shown = [{ view: "result", speed: "still", frames: [3], subject: 77 }];
      await (await page("api.js")).post("seen", { shown });
      await (await page("store.js")).edit("decide", { ids: [1], decision: "hide" });
    """)
    state = review.plan.review
    assert state is not None and 77 not in {s.track for s in state.subjects} and state.seen


def test_a_region_in_one_picture_becomes_the_selection(review: Review) -> None:
    """Another one used to stay selected, and the next key applied to it."""
    chosen, new = review.does("""
      press("ArrowDown");
      await until(() => state.selected.length);
      const known = [...state.subjects.keys()];
      state.drawn = [10, 10, 60, 60];
      await click("#draw-here");
      await until(() => state.subjects.size > known.length);
      const [id] = [...state.subjects.keys()].filter((n) => !known.includes(n));
      await until(() => state.selected.length === 1 && state.selected[0] === id);
      return [state.selected, id];
    """)
    assert chosen == [new]


def test_a_decision_without_a_reason_is_reported(review: Review) -> None:
    """As on the command line; the page used to say nothing."""
    told, left, after = review.does("""
      press("ArrowDown");
      press("k");
      await answer();
      const told = await text("#no-reason");
      await click("#finish");
      const left = await text("dialog .todo");
      document.getElementById("dialog").close();
      await write("#why", "client");
      await until(() => state.subjects.get(state.selected[0]).reason === "client");
      await until(() => !document.getElementById("no-reason"));
      return [told, left, true];
    """)
    assert told.startswith("No reason given") and "1 decision without a reason" in left and after


def test_reasons_of_the_case_are_offered(street: Path, found: Plan, tmp_path: Path) -> None:
    """A code had to be known by heart, and a typing error was refused only at the end."""
    source, plan_file = tmp_path / "street.mp4", tmp_path / "street.plan.json"
    source.write_bytes(street.read_bytes())
    write_plan(found, plan_file)
    case = tmp_path / "case.toml"
    case.write_text(
        '[codes]\nb7C = { text = "privacy of third parties", basis = "5 U.S.C. 552(b)(7)(C)" }\n'
        'b7D = { text = "a source" }\n'
    )
    evidence = EvidenceChoice(case=read_case(case)[0])
    with served_here(source, plan_file, evidence=evidence) as server:
        words = Review(server, plan_file).does("""
          press("ArrowDown");
          press("h");
          await until(() => state.one?.decision === "hide");
          const words = await text("#panel .codes");
          await click("[data-code=b7D]");
          await until(() => state.one.reason === "b7D");
          await click("#tab-sound");
          await write("#mute-from", "0.1");
          await write("#mute-to", "0.3");
          await click("[data-code=b7C]");
          await click("#mute");
          await until(() => state.muted.length);
          return words;
        """)
    assert "privacy of third parties" in words
    plan = read_plan(plan_file)
    assert "b7D" in {track.reason for track in plan.tracks}
    assert [span.reason for span in plan.muted] == ["b7C"], "for muted sound, too"


def test_a_button_that_is_pressed_twice_acts_once(review: Review) -> None:
    """On a slow machine, a double click on Restore gave back the next span, too. But of two who are
    decided about one after the other, the second counts, however slowly the first is saved."""
    left, kept = review.does("""
      const { edit, inTurn, select } = await page("store.js"),
        who = [...state.subjects.keys()].slice(0, 2),
        asked = fetch;
      globalThis.fetch = async (path, how) => {
        if (path.includes("api/edit")) await wait(300);
        return asked(path, how);
      };
      for (const id of who) {
        select(id);
        await until(() => !document.getElementById("d-keep").disabled);
        await click("#d-keep");
        await answer();
      }
      await inTurn(async () => {});
      const kept = who.map((id) => state.subjects.get(id).decision);
      for (const [start, end] of [["0", "0.1"], ["0.2", "0.3"]])
        await edit("mute", { start, end, how: "mute" });
      await click("#tab-sound");
      const [restore] = [...document.querySelectorAll("#panel .item button")].slice(1);
      restore.click();
      restore.click();
      await until(() => state.muted.length < 2);
      await inTurn(async () => {}); // what was asked for before is answered
      return [state.muted.map((m) => m.start), kept];
    """)
    assert left == [200] and kept == ["keep", "keep"]


def test_a_key_that_is_held_down_decides_once(review: Review) -> None:
    """The second press of a held S was refused, which took the place of what the first had done."""
    long = next(t for t in review.plan.tracks if t.first < 8 <= t.last)
    number, bad = review.does(f"""
      const {{ select, inTurn }} = await page("store.js");
      const {{ show }} = await page("player.js");
      select({long.id});
      show(8);
      await until(() => state.frame === 8);
      const before = state.subjects.size;
      press("s");
      press("s", {{ repeat: true }});
      await until(() => state.subjects.size > before);
      await inTurn(async () => {{}}); // what was asked for before is answered
      await wait(50);
      return [state.subjects.size - before, state.toast.bad];
    """)
    assert number == 1 and not bad


def test_a_sure_face_must_be_viewed_before_it_can_be_a_false_alarm(review: Review) -> None:
    """One key used to unmask sure detections, without a question."""
    sure = next(t for t in review.plan.tracks if (t.certainty or 0) >= 0.9)
    shown, open_, decision, reason = review.does(f"""
      const {{ select }} = await page("store.js");
      select({sure.id});
      press("x");
      await until(() => document.querySelectorAll(".faces [data-frame]").length);
      const shown = document.querySelectorAll(".faces [data-frame]").length;
      await click("#look-done"); // without a reason it does nothing
      await wait(100);
      const open = state.one.decision;
      await write("#look-why", "a mannequin");
      press("Escape"); // given up: what was written stays, and is no reason of anything else
      await until(() => !document.getElementById("look-why"));
      await wait(100);
      const why = (await find("#why")).value;
      press("x");
      await until(() => document.querySelectorAll(".faces [data-frame]").length);
      await click("#look-done");
      await until(() => state.one.decision === "false alarm");
      await until(() => !state.dialog);
      return [shown, open + why, state.one.decision, state.one.reason];
    """)
    assert 1 <= shown <= 3 and open_ == "" and decision == "false alarm"
    assert reason == "a mannequin"


def test_nothing_is_called_done_while_nobody_knows_what_is_left(review: Review) -> None:
    """Where the page could not learn what was left to do, it said that everything was done."""
    dialog, toast = review.does("""
      const asked = fetch, said = { en: ["Another task is running."] },
        refused = () => new Response(JSON.stringify({ error: "busy", said }), { status: 422 });
      globalThis.fetch = async (path, how) =>
        path.includes("api/left") ? refused() : asked(path, how);
      await click("#finish");
      await until(() => state.toast);
      return [await text("dialog"), state.toast.words];
    """)
    assert "Everything was decided" not in dialog and toast.startswith("Another task is running")


def test_the_picture_on_the_screen_is_saved_as_in_the_result(review: Review) -> None:
    told = review.does("""
      press("c");
      await until(() => state.toast);
      return state.toast.words;
    """)
    (still,) = review.plan.review.stills  # type: ignore[union-attr]
    assert told.startswith(f"Saved: {still.name}.") and still.frame == 0
    assert review.plan_file.with_name(still.name).exists()
