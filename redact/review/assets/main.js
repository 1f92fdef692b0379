// The page of one video: its beginning, and the watch over what happens outside it.
import { get, leave } from "./api.js";
import { effect, html, render } from "./html.js";
import { load, select, state, toast } from "./store.js";
import { said, t } from "./words.js";
import { Dialog } from "./dialog.js";
import * as finish from "./finish.js";
import { hidden, nextFinding } from "./findings.js";
import { Gallery } from "./gallery.js";
import { Header } from "./header.js";
import { KeysDialog, listen } from "./keys.js";
import { beginLook } from "./look.js";
import { ConfirmDialog, LookDialog } from "./look_closely.js";
import { isOver, Opening, sayEnd, take } from "./opening.js";
import * as player from "./player.js";
import { flush } from "./seen.js";
import { ShowDialog } from "./show.js";
import { Side } from "./side.js";
import { loadWave } from "./sound.js";
import { SheetDialog } from "./moments_sheet.js";
import { Stage } from "./stage.js";
import { Timeline } from "./timeline.js";
import { Toasts } from "./toasts.js";
import { askWho, WhoDialog } from "./who.js";

const DIALOGS = {
  keys: KeysDialog,
  finish: finish.FinishDialog,
  replace: finish.ReplaceDialog,
  making: finish.MakingDialog,
  result: finish.ResultDialog,
  moments: SheetDialog,
  confirm: ConfirmDialog,
  look: LookDialog,
  show: ShowDialog,
  who: WhoDialog,
};
let video = { name: "", plan: "" };

const App = () => html`
  <${Header} ...${video} />
  <main inert=${Boolean(state.opening)}><${Gallery} /><${Stage} /><${Side} /></main>
  <${Timeline} />
  <${Opening} name=${video.name} />
  <${Dialog} kinds=${DIALOGS} />
  <${Toasts} />
`;

async function begin() {
  await beginLook();
  render(html`<${App} />`, document.body);
  listen();
  await take();
  state.opening = {};
  await opened();
  await start();
  await watch();
}
async function opened() {
  for (;;) {
    const now = await get("state");
    video = { name: now.name, plan: now.plan };
    document.title = `${now.name} – redact`;
    if (now.ready) {
      // A result that came while the page was loaded anew, or closed, is still to be shown.
      const untold =
        now.job && (!now.job.over || (now.job.kind === "finish" && now.job.number > told()));
      if (!untold) handled = now.job?.number || 0;
      return;
    }
    if (now.job?.problem) throw now.job.problem;
    state.opening = { job: now.job };
    await new Promise((done) => setTimeout(done, 300));
  }
}

/** Where the person was, and what was typed, kept for when the page is loaded anew: by the window,
 *  and by the video. */
const PLACE = `redact.place${location.pathname}`,
  KEPT = "frame view tab filter more details selected finding drafts".split(" ");
/** How the result is to be made: for the next video of a case too. */
const WAYS = "redact.ways",
  WAYS_KEPT = ["wish"];
const kept = (names) =>
  JSON.stringify(Object.fromEntries(names.map((name) => [name, state[name]])));
function placed() {
  sessionStorage.setItem(PLACE, kept(KEPT));
  sessionStorage.setItem(WAYS, kept(WAYS_KEPT));
}
async function start() {
  await load();
  const before = sessionStorage.getItem(PLACE),
    { frame = 0, selected = [], ...rest } = JSON.parse(before || "{}");
  Object.assign(state, rest, JSON.parse(sessionStorage.getItem(WAYS) || "{}"));
  state.selected = selected.filter((id) => state.subjects.has(id));
  state.opening = null;
  player.show(Math.min(frame, state.frames - 1));
  // Of one that was held back, what was found comes first, unless it is being looked at already.
  if (!state.finding && state.findings.some((f) => !f.answer)) nextFinding(0);
  loadWave();
  if (state.clip.ask_who) askWho();
}

const TOLD = `redact.told${location.pathname}`,
  told = () => Number(sessionStorage.getItem(TOLD) || 0); // the last work whose end was shown
let handled = 0,
  wake = () => {};
effect(() => state.job && wake());
/** Every second while something is worked on, else every three: progress, and changes from outside. */
async function watch() {
  while (!isOver()) {
    await new Promise((done) => {
      wake = done;
      setTimeout(done, state.job ? 400 : 2500);
    });
    const now = await get("state").catch(() => null);
    if (!now) continue;
    if (now.outside || now.revision > state.revision) {
      await load();
      if (now.outside) toast(t("changed_outside"));
    }
    const why = now.unsaved ? said(now.unsaved) : "";
    if (why && why !== state.unsaved) toast(why, true);
    state.unsaved = why;
    state.reading = now.reading;
    const { job } = now;
    state.job = job?.over ? null : job;
    if (!job?.over || job.number === handled) continue;
    handled = job.number;
    sessionStorage.setItem(TOLD, handled);
    if (job.kind === "finish") finish.jobOver(job);
    else if (job.kind !== "open") followedOrHeld(job);
  }
}
/** At once with the plan: a key that is pressed now is about what comes next. */
function followedOrHeld({ kind, problem, result: r }) {
  if (problem?.error === "stopped") return toast(t("stopped"));
  if (problem) return toast(said(problem), true);
  if (kind === "hide") return hidden(r);
  select(state.ofTrack.get(r.track));
  const { frames: n, followed } = r;
  if (kind === "bridge") return toast(t("bridged", { n, followed, held: n - followed }));
  const pictures = r.last - r.first + 1;
  toast(pictures > 1 ? t("followed", { n: pictures }) : t("not_followed"), pictures === 1);
}

sayEnd(() => (state.clip ? "" : "end.search_hint")); // there is no plan yet
addEventListener("pagehide", () => {
  if (state.clip) placed();
  flush(true);
  if (!isOver()) leave();
});
begin().catch((problem) => {
  console.warn(said(problem));
  if (!isOver() && state.opening) state.opening = { problem };
});
