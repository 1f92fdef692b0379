// What the page knows, and who wants to be told when it changes.
import { post, get, Refused } from "./api.js";
import { current, t } from "./words.js";

export const state = {
  clip: null,
  times: [],
  subjects: new Map(),
  ofTrack: new Map(),
  muted: [],
  findings: [],
  moments: [],
  moment: null,
  seen: [],
  summary: {},
  selected: [],
  pointed: 0,
  filter: "all",
  kind: "all",
  sort: "time",
  frame: 0,
  boxes: [],
  view: "outlines",
  revision: 0,
  undo: false,
  redo: false,
  tab: "subject",
  finding: 0,
  job: null,
};
const listeners = {};
export const on = (name, listener) => (listeners[name] ||= []).push(listener);
export const tell = (name, value) => (listeners[name] || []).forEach((listener) => listener(value));

/** Times of all frames in seconds after the first, from the plan's run lengths. */
function timesOf(runs, [over, under]) {
  const out = [0];
  let at = 0;
  for (const [step, count] of runs.slice(1))
    for (let i = 0; i < count; i++) out.push(((at += step) * over) / under);
  return out;
}

/** What is answered is taken in in the order of asking: of two answers that overtook each other, the
 *  older one would bring back what is no more. */
let turn = Promise.resolve();
export const inTurn = (work) => (turn = turn.then(work, work));

export const load = () => inTurn(loaded);
async function loaded() {
  const plan = await get("plan");
  state.clip = plan;
  state.pts = plan.pts;
  state.times = timesOf(plan.pts, plan.time_base);
  state.frames = state.times.length;
  state.duration =
    state.times[state.frames - 1] +
    (state.frames > 1 ? state.times[state.frames - 1] - state.times[state.frames - 2] : 0.04);
  state.subjects = new Map(plan.subjects.map((s) => [s.id, s]));
  taken(plan);
}

/** Take in what a change brought. */
export function taken(told) {
  for (const news of told.changed || [])
    state.subjects.set(news.id, { ...state.subjects.get(news.id), ...news });
  for (const id of told.gone || []) state.subjects.delete(id);
  state.ofTrack = new Map();
  for (const s of state.subjects.values())
    for (const track of s.tracks) state.ofTrack.set(track.id, s.id);
  state.selected = state.selected.filter((id) => state.subjects.has(id));
  const renewed = told.revision !== state.revision;
  for (const name of [
    "moments",
    "muted",
    "findings",
    "seen",
    "summary",
    "revision",
    "undo",
    "redo",
  ])
    if (name in told) state[name] = told[name];
  state.wasSeen = new Uint8Array(state.frames);
  state.unseen = [];
  let next = 0;
  for (const [a, b] of [...state.seen, [state.frames, state.frames]]) {
    if (a > next) state.unseen.push([next, a - 1]);
    state.wasSeen.fill(1, a, b + 1);
    next = b + 1;
  }
  tell("plan", renewed);
}

export async function change(path, body, done) {
  hideToast(); // what it offers is about the change before
  try {
    const told = await inTurn(async () => {
      const answer = await post(path, body);
      if ("revision" in answer) taken(answer);
      return answer;
    });
    tell("saved");
    if (done) toast(done);
    return told;
  } catch (error) {
    if (!(error instanceof Refused)) return null;
    if (error.error === "outside") await load();
    toast(said(error), true);
    return null;
  }
}
/** A refusal, or what stopped a piece of work, in the page's language. */
export function said(error) {
  const own = t(`refused.${error.error}`, error.values);
  if (own !== `refused.${error.error}`) return own;
  const words = error.said?.[current()];
  return words ? words.filter(Boolean).map(sentence).join(" ") : t("look_again");
}
/** What to do begins with a capital; what was wrong may begin with the name of a file. */
const sentence = (text, i) =>
  (i ? text[0].toUpperCase() + text.slice(1) : text).replace(/([^.?!…])$/, "$1.");
export const edit = (op, values = {}, done = "") => change("edit", { op, ...values }, done);

export function select(ids, { add = false } = {}) {
  const list = Array.isArray(ids) ? ids : [ids];
  state.why = ""; // it was written for somebody else
  state.selected = add
    ? [
        ...new Set([
          ...state.selected.filter((id) => !(list.length === 1 && id === list[0])),
          ...(list.length === 1 && state.selected.includes(list[0]) ? [] : list),
        ]),
      ]
    : list;
  tell("select");
}
export function point(id) {
  if (id !== state.pointed) {
    state.pointed = id;
    tell("point");
  }
}
export const chosen = () => state.selected.map((id) => state.subjects.get(id)).filter(Boolean);

/** The frame that is on screen at a time. */
export function frameAt(seconds) {
  let low = 0,
    high = state.frames - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (state.times[middle] <= seconds + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}
export const title = (subject) =>
  subject.name || t(`target.${subject.target}`, {}) + ` ${subject.id}`;
export const kindOf = (subject) =>
  ({ keep: "keep", hide: "hide", "false alarm": "none" })[subject.decision] || "open";

/** One message at a time, over everything, an open dialog too; a fault, or what has a button `more`,
 *  stays until it is clicked, or for as long as it takes to read it twice. */
let fading = 0;
export function toast(words, bad = false, more = null) {
  const box = document.getElementById("toasts");
  hideToast();
  box.append(
    make(
      "div",
      { class: bad ? "toast bad" : "toast", role: bad ? "alert" : null, onclick: hideToast },
      words,
      more,
    ),
  );
  box.showPopover(); // anew, above a dialog that has opened since
  fading = setTimeout(hideToast, bad || more ? Math.max(8000, 120 * words.length) : 2600);
}
export function hideToast() {
  const box = document.getElementById("toasts");
  clearTimeout(fading);
  box.replaceChildren();
  if (box.matches(":popover-open")) box.hidePopover();
}

/** A small maker of nodes: text is always text, never markup. */
export function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c != null));
  return node;
}
export const css = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
