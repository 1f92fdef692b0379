// The page of one video: its beginning, and the watch over what happens outside it.
import { get, join, leave } from "./api.js";
import { effect, html, render } from "./html.js";
import { load, select, state, toast } from "./store.js";
import { said, t } from "./words.js";
import { Chosen } from "./chosen.js";
import { Dialog, Toasts } from "./dialog.js";
import { Findings, hidden, nextFinding } from "./findings.js";
import * as finish from "./finish.js";
import { Gallery } from "./gallery.js";
import { askWho, beginLanguage, Header, WhoDialog } from "./header.js";
import { KeysDialog, listen } from "./keys.js";
import { LookDialog } from "./look_closely.js";
import { isOver, Opening, sayEnd } from "./opening.js";
import * as player from "./player.js";
import { flush } from "./seen.js";
import { ShowDialog } from "./show.js";
import { loadWave, SoundPanel } from "./sound.js";
import { Spoken } from "./spoken.js";
import { Stage } from "./stage.js";
import { Texts } from "./texts.js";
import { Timeline } from "./timeline.js";

const DIALOGS = {
  keys: KeysDialog,
  finish: finish.FinishDialog,
  replace: finish.ReplaceDialog,
  making: finish.MakingDialog,
  result: finish.ResultDialog,
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
/** Beside the picture: who is chosen, what was found, what can be read and heard. */
const PANELS = {
  subject: Chosen,
  findings: Findings,
  texts: Texts,
  sound: SoundPanel,
  words: Spoken,
};
function Side() {
  const names = Object.keys(PANELS).filter(
      (name) => !["sound", "words"].includes(name) || state.clip?.sound,
    ),
    open = state.findings.filter((f) => !f.answer).length;
  const tab = (name) => html`<button role="tab" id=${`tab-${name}`} aria-controls="panel"
    aria-selected=${String(state.tab === name)} onclick=${() => (state.tab = name)}>
    ${t(`tab.${name}`)}${name === "findings" && open > 0 && html` <b>${open}</b>`}
  </button>`;
  return html`<section id="side" aria-label=${t("details")}>
    <div id="tabs" role="tablist">${names.map(tab)}</div>
    <div id="panel" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${state.tab}`}>
      ${state.clip && html`<${PANELS[state.tab]} />`}
    </div>
  </section>`;
}

async function begin() {
  await beginLanguage();
  render(html`<${App} />`, document.body);
  listen();
  await join();
  state.opening = {};
  await opened();
  await start();
  await watch();
}
async function opened() {
  for (;;) {
    const { name, plan, ready, job } = await get("state");
    video = { name, plan };
    document.title = `${name} – redact`;
    if (ready) {
      // A result that came while the page was loaded anew, or closed, is still to be shown.
      const untold = job && (!job.over || (job.kind === "finish" && job.number > told()));
      if (!untold) handled = job?.number || 0;
      return;
    }
    if (job?.problem) throw job.problem;
    state.opening = { job };
    await new Promise((done) => setTimeout(done, 300));
  }
}

/** Where the person was, and what was typed, kept for when the page is loaded anew: by the window,
 *  and by the video; and how the result is to be made, for the next video of a case too. */
const PLACE = `redact.place${location.pathname}`,
  WAYS = "redact.ways",
  KEPT = "frame view tab filter more selected finding drafts".split(" ");
const read = (name) => JSON.parse(sessionStorage.getItem(name) ?? "{}");
const keep = (place, names) => {
  const values = Object.fromEntries(names.map((name) => [name, state[name]]));
  sessionStorage.setItem(place, JSON.stringify(values));
};
async function start() {
  await load();
  const { frame = 0, selected = [], ...rest } = read(PLACE);
  Object.assign(state, rest, read(WAYS));
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
    if (now.outside || now.revision > state.revision) await load();
    if (now.outside) toast(t("changed_outside"));
    const why = now.unsaved ? said(now.unsaved) : "";
    if (why && why !== state.unsaved) toast(why, true);
    state.unsaved = why;
    state.reading = now.reading;
    state.transcribing = now.transcribing;
    const { job } = now;
    state.job = job?.over ? null : job;
    if (!job?.over || job.number === handled) continue;
    handled = job.number;
    sessionStorage.setItem(TOLD, handled);
    if (job.kind === "finish") finish.jobOver(job);
    else if (job.kind !== "open") followed(job);
  }
}
/** At once with the plan: a key that is pressed now is about what comes next. */
function followed({ kind, problem, result: r }) {
  if (problem?.error === "stopped") return toast(t("stopped"));
  if (problem) return toast(said(problem), true);
  if (kind === "hide") return hidden(r);
  if (kind === "speech") return toast(t(r.heard ? "speech_muted" : "no_speech", { n: r.muted }));
  select(state.ofTrack.get(r.track));
  const { frames: n, followed } = r;
  if (kind === "bridge") return toast(t("bridged", { n, followed, held: n - followed }));
  const pictures = r.last - r.first + 1;
  toast(pictures > 1 ? t("followed", { n: pictures }) : t("not_followed"), pictures === 1);
}

sayEnd(() => (state.clip ? "" : "end.search_hint")); // there is no plan yet
addEventListener("pagehide", () => {
  if (state.clip) {
    keep(PLACE, KEPT);
    keep(WAYS, ["wish"]);
  }
  flush(true);
  if (!isOver()) leave();
});
begin().catch((problem) => {
  console.warn(said(problem));
  if (!isOver() && state.opening) state.opening = { problem };
});
