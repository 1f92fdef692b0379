// Beginning, keys, and the watch over what happens outside the page.
import { get, isOneOfSeveral, join, leave, onEnd, post } from "./api.js";
import {
  change,
  edit,
  load as loadPlan,
  make,
  on,
  said,
  select,
  state,
  tell,
  toast,
} from "./store.js";
import { t } from "./words.js";
import { beginLook } from "./look.js";
import { stageWords } from "./stage.js";
import * as player from "./player.js";
import * as overlay from "./overlay.js";
import * as gallery from "./gallery.js";
import * as timeline from "./timeline.js";
import * as side from "./side.js";
import { hidden, nextFinding } from "./findings.js";
import { jobMoved, jobOver } from "./finish.js";
import { loadWave, setMark } from "./sound.js";
import { flush } from "./seen.js";
import { nudge } from "./nudge.js";
import { answer, end as endConfirming, isConfirming, playStretch } from "./confirm.js";
import { showKeys } from "./keys.js";

const $ = (id) => document.getElementById(id);
const dialog = $("dialog");
const TOLD = "redact.told",
  told = () => Number(sessionStorage.getItem(TOLD) || 0); // the last work whose end was shown
let ended = false,
  working = false,
  handled = 0,
  unsaved = "",
  wake = () => {};

/** Draw anew what has words in it. */
function reworded() {
  if (!state.clip) return;
  overlay.fillTargets();
  views();
  gallery.renderAll();
  side.render();
  side.showPill();
  timeline.layout();
  saved();
  player.again();
  $("zoom-whole").textContent = t("percent", { n: Math.round(100 * player.lens.zoom) });
}
function views() {
  $("views").replaceChildren(
    ...player.VIEWS.map((view, i) =>
      make(
        "button",
        {
          role: "radio",
          "aria-checked": String(state.view === view),
          title: `${t(`view.${view}_title`)} (${i + 1})`,
          data: { view },
          onclick: () => player.setView(view),
        },
        t(`view.${view}`),
      ),
    ),
  );
}
const savedWords = () => (unsaved ? `✕ ${t("unsaved")}` : `✓ ${t("saved")}`);
function saved() {
  $("saved").textContent = savedWords();
  $("undo").disabled = !state.undo;
  $("redo").disabled = !state.redo;
}

async function begin() {
  await beginLook(reworded);
  $("all-videos").hidden = !isOneOfSeveral;
  if (!(await join(false))) {
    const take = await new Promise((done) => ending("busy", done));
    if (!take || !(await join(true))) return;
    $("opening").hidden = false;
  }
  await opened();
  await start();
  watch();
}
/** Why there is nothing to look at, and what can be done. */
function notOpened(why) {
  const name = $("clip-name").textContent || t("this_video");
  $("opening-text").textContent = t("not_opened", { name });
  $("opening-bar").hidden = true;
  $("opening-detail").replaceChildren(
    why,
    make(
      "div",
      { class: "actions" },
      isOneOfSeveral ? make("button", { onclick: () => location.assign("/") }, t("all_videos")) : "",
      make("button", { onclick: () => location.reload() }, t("try_again")),
    ),
  );
}
/** Stages of a search, which goes on without a page; opening what was searched has others. */
const SEARCH = ["detect", "track"];
async function opened() {
  for (;;) {
    const now = await get("state");
    document.title = `${now.name} – redact`;
    $("clip-name").textContent = now.name;
    $("clip-name").title = now.plan;
    const job = now.job;
    if (now.ready) {
      // A result that came while the page was loaded anew, or closed, is still to be shown.
      const untold = job && (!job.over || (job.kind === "finish" && job.number > told()));
      handled = untold ? 0 : job?.number || 0;
      return;
    }
    if (job?.problem) throw job.problem;
    $("opening-text").textContent = t("opening", { name: now.name });
    $("opening-detail").replaceChildren(
      make("div", {}, job ? stageWords(job) : ""),
      job && SEARCH.includes(job.stage) ? make("p", { class: "small" }, t("search_goes_on")) : "",
    );
    if (job?.total) {
      $("opening-bar").max = job.total;
      $("opening-bar").value = job.done;
    } else $("opening-bar").removeAttribute("value");
    await new Promise((done) => setTimeout(done, 300));
  }
}
/** What works on the plan: only while there is one on the page, and the page may work. */
function usable(yes) {
  for (const id of ["finish", "progress-pill"]) $(id).disabled = !yes;
  for (const part of [document.querySelector("main"), $("timeline")]) part.inert = !yes;
}
/** Where the person was, kept for when the page is loaded anew: by the window, and by the video. */
const PLACE = `redact.place${location.pathname}`;
function placed() {
  const { frame, view, tab, filter, kind, sort, selected, finding } = state;
  sessionStorage.setItem(
    PLACE,
    JSON.stringify({ frame, view, tab, filter, kind, sort, selected, finding }),
  );
}
function backInPlace() {
  const { frame = 0, selected = [], ...rest } = JSON.parse(sessionStorage.getItem(PLACE) || "{}");
  Object.assign(state, rest);
  state.selected = selected.filter((id) => state.subjects.has(id));
  return Math.min(frame, state.frames - 1);
}
async function start() {
  await loadPlan();
  const frame = backInPlace();
  $("opening").hidden = true;
  player.look(player.lens.zoom, player.lens.x, player.lens.y); // and say how large
  usable(true);
  overlay.fillTargets();
  views();
  gallery.render();
  side.render();
  timeline.reset();
  saved();
  player.show(frame);
  // Of one that was held back, what was found comes first.
  const open = sessionStorage.getItem(PLACE) ? null : state.findings.find((f) => !f.answer);
  if (open) tell("finding", open.number);
  loadWave();
}
/** Every second while something is worked on, else every three: progress, and changes from outside. */
async function watch() {
  while (!ended) {
    await new Promise((done) => {
      wake = done;
      setTimeout(done, working ? 400 : 2500);
    });
    let now;
    try {
      now = await get("state");
    } catch {
      continue;
    }
    if (now.outside || now.revision > state.revision) {
      await loadPlan();
      if (now.outside) toast(t("changed_outside"));
    }
    const why = now.unsaved ? said(now.unsaved) : "";
    if (why !== unsaved) {
      unsaved = why;
      saved();
      if (why) toast(why, true);
    }
    const job = now.job;
    working = Boolean(job && !job.over);
    if (working) {
      jobMoved(job);
      busy(job);
    } else if (job && job.number !== handled) {
      handled = job.number;
      sessionStorage.setItem(TOLD, handled);
      busy(null);
      if (job.kind === "finish") await jobOver(job);
      else if (job.kind !== "open") await followedOrHeld(job);
    }
  }
}
async function followedOrHeld(job) {
  await loadPlan();
  if (job.problem)
    return toast(job.problem.error === "stopped" ? t("stopped") : said(job.problem), true);
  const r = job.result;
  if (job.kind === "hide") return hidden(r);
  select(state.ofTrack.get(r.track));
  if (job.kind === "bridge")
    return toast(t("bridged", { n: r.frames, followed: r.followed, held: r.frames - r.followed }));
  const pictures = r.last - r.first + 1;
  toast(pictures > 1 ? t("followed", { n: pictures }) : t("not_followed"), pictures === 1);
}
on("job", () => {
  working = true;
  wake();
});
function busy(job) {
  $("stop").hidden = !job; // of the finished video too: the dialog with its own may have been closed
  $("saved").textContent = job ? stageWords(job) : savedWords();
}

function ending(why, answer, lost = false) {
  usable(false);
  $("opening").hidden = false;
  $("opening-bar").hidden = true;
  $("opening-text").textContent = t(`end.${why}`);
  const hint = why === "gone" && !state.clip ? "end.search_hint" : `end.${why}_hint`; // there is no plan yet
  $("opening-detail").replaceChildren(
    ...(lost ? [make("p", { id: "lost" }, t("end.lost"))] : []),
    t(hint),
  );
  if (dialog.open) dialog.close();
  if (why === "busy" || why === "elsewhere")
    $("opening-detail").append(
      make(
        "div",
        { class: "actions" },
        make(
          "button",
          {
            class: "primary",
            onclick: () => {
              if (answer) {
                $("opening-detail").replaceChildren();
                answer(true);
              } else join(true).then(() => location.reload());
            },
          },
          t("take_over"),
        ),
      ),
    );
}
onEnd((why, lost) => {
  if (ended && !lost) return; // what was lost is said, whoever noticed the end first
  ended = true;
  ending(why, null, lost);
});

function nextChange() {
  const frames = new Set(state.clip.cuts);
  for (const s of state.subjects.values())
    for (const k of s.tracks) for (const [a] of k.runs) frames.add(a);
  const next = [...frames].filter((n) => n > state.frame).sort((a, b) => a - b)[0];
  if (next !== undefined) {
    player.stop();
    player.show(next);
  }
}
const one = () => (state.selected.length === 1 ? state.subjects.get(state.selected[0]) : null);
const here = () => one() && side.nearest(one()); // as the buttons beside the picture
const ACTIONS = {
  " ": () => (player.isPlaying() ? player.stop() : player.play()),
  ArrowLeft: (e) => player.step(e.shiftKey ? -10 : -1),
  ArrowRight: (e) => player.step(e.shiftKey ? 10 : 1),
  Home: () => {
    player.stop();
    player.show(0);
  },
  End: () => {
    player.stop();
    player.show(state.frames - 1);
  },
  ArrowUp: (e) => gallery.chooseNext(-1, e.shiftKey),
  ArrowDown: (e) => gallery.chooseNext(1, e.shiftKey),
  1: () => player.setView("outlines"),
  2: () => player.setView("result"),
  3: () => player.setView("original"),
  h: () => gallery.decide("hide"),
  k: () => gallery.decide("keep"),
  x: () => gallery.decide("false alarm"),
  o: () => one() && gallery.only(one().id),
  j: () => side.joinChosen(),
  n: side.nextMoment,
  f: nextFinding,
  c: nextChange,
  v: () => playStretch(),
  y: () => answer(true),
  r: () => answer(false),
  t: () => side.uncoverFirst(),
  d: () => overlay.setDrawing(!overlay.isDrawing()),
  s: () => here() && edit("split", { track: here().id, frame: state.frame }, t("split_done")),
  "[": () => one() && side.beginHere(one()),
  "]": () => one() && side.endHere(one()),
  "+": () => player.zoomBy(1.4),
  "=": () => player.zoomBy(1.4),
  "-": () => player.zoomBy(1 / 1.4),
  0: player.resetZoom,
  "?": showKeys,
  Escape: () => {
    if (isConfirming()) {
      endConfirming();
      side.render();
      return;
    }
    overlay.endDrawn();
    overlay.setDrawing(false);
    setMark(null);
    select([]);
  },
};
document.addEventListener("keydown", (event) => {
  if (!state.clip || ended || dialog.open || event.target.closest("input, textarea, select"))
    return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    change(event.shiftKey ? "redo" : "undo", {}, t(event.shiftKey ? "redone" : "undone"));
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
    event.preventDefault();
    gallery.chooseAll();
    return;
  }
  if (nudge(event)) {
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if ((event.key === " " || event.key === "Enter") && event.target.closest("button")) return;
  const action = ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action) {
    event.preventDefault();
    action(event);
  }
});
$("back10").onclick = () => player.step(-10);
$("back1").onclick = () => player.step(-1);
$("next1").onclick = () => player.step(1);
$("next10").onclick = () => player.step(10);
$("play").onclick = ACTIONS[" "];
$("next-change").onclick = nextChange;
$("zoom-in").onclick = () => player.zoomBy(1.4);
$("zoom-out").onclick = () => player.zoomBy(1 / 1.4);
$("zoom-whole").onclick = player.resetZoom;
$("speed").onchange = (event) => player.setSpeed(Number(event.target.value));
$("undo").onclick = () => change("undo", {}, t("undone"));
$("redo").onclick = () => change("redo", {}, t("redone"));
$("help").onclick = showKeys;
$("stop").onclick = () => post("stop");
on("playing", () => {
  $("play").setAttribute("aria-pressed", String(player.isPlaying()));
  if (!player.isPlaying()) {
    flush();
    side.render();
  }
});
on("view", views);
on("plan", saved);
on("theme", () => {
  if (state.clip) player.paint();
});
addEventListener("pagehide", () => {
  if (state.clip) placed();
  flush(true);
  if (!ended) leave();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
begin().catch((error) => {
  console.warn(said(error));
  if (!ended && !$("opening").hidden) notOpened(said(error));
});
