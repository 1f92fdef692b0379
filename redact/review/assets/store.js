// All that the page knows, in one place: a signal for each field, read and written as a plain one.
// Whatever draws a field, or follows it with `effect`, is told when it changes.
import { get, post, Refused } from "./api.js";
import { batch, computed, signal, useEffect, useSignal } from "./html.js";
import { said, t } from "./words.js";

export const state = {};
const property = (name, of) =>
  Object.defineProperty(state, name, {
    get: () => of.value,
    set: (value) => (of.value = value),
    enumerable: true,
  });
for (const [name, value] of Object.entries({
  // of the plan, as the server told it last
  clip: null,
  subjects: new Map(),
  muted: [],
  findings: [],
  moments: [],
  seen: [],
  summary: {},
  revision: 0,
  undo: false,
  redo: false,
  // what is on the screen, and where
  shot: { frame: 0, masks: [], bodies: [], findings: [], damaged: false, view: "" },
  wanted: null, // the picture that was asked for last; none before the first
  view: "outlines",
  room: { width: 0, height: 0 }, // of the viewport, in CSS pixels
  lens: { zoom: 1, x: 0.5, y: 0.5 },
  brightness: 1, // of the view, never of the result
  playing: false,
  speed: 1,
  tab: "subject",
  filter: "all",
  more: false, // what is seldom needed is open
  // what a person is about to do
  selected: [],
  pointed: 0,
  moment: "", // the risky moment that was gone to: picture and track
  finding: 0, // number of the one that is looked at
  person: "", // who decides here
  kept: 0, // who was kept by the last change
  outstanding: null, // the reason that is written next: who, then
  drafts: {}, // what is being written, by field and by whom it is about
  drawing: false,
  drawn: null, // the mask that was drawn: left, top, right, bottom
  moving: null, // a mask that is being moved or drawn: track, frame, mask
  reach: "picture", // which pictures a change of a mask is for: picture, all
  mark: null, // what of the sound is marked, in seconds: start, end
  wave: null,
  wish: { style: "cover", audio: "keep", release: false, stamp: "", corner: "bottom-right" },
  // over all of it
  opening: {}, // in front of everything, until there is a plan: see opening.js
  dialog: null, // see dialog.js
  toast: null,
  job: null, // what is being worked on
  reading: null, // how far the video is read for texts, which goes on beside all else
  transcribing: null, // how far what is said is transcribed, beside all else too
  unsaved: "", // why nothing can be saved
}))
  property(name, signal(value));

/** Times of all frames in seconds after the first, from the plan's run lengths. */
function timesOf(runs, [over, under]) {
  const out = [0];
  let at = 0;
  for (const [step, count] of runs.slice(1))
    for (let i = 0; i < count; i++) out.push(((at += step) * over) / under);
  return out;
}
for (const [name, of] of Object.entries({
  frame: () => state.shot.frame,
  masks: () => state.shot.masks,
  bodies: () => state.shot.bodies, // of whom nothing else is in the picture
  style: () => state.wish.style, // the result is shown as it will be made
  times: () => (state.clip ? timesOf(state.clip.pts, state.clip.time_base) : []),
  frames: () => state.times.length,
  duration: () => {
    const [before = 0, last = 0] = state.times.slice(-2);
    return state.frames > 1 ? 2 * last - before : 0.04;
  },
  // Seconds of all that is seen or heard: sound may begin before the pictures, and outlast them.
  span: () => {
    const [from, to] = state.clip?.sound_span || [0, 0];
    return { from: Math.min(0, from), to: Math.max(state.duration, to) };
  },
  ofTrack: () =>
    new Map([...state.subjects.values()].flatMap((s) => s.tracks.map((k) => [k.id, s.id]))),
  chosen: () => state.selected.map((id) => state.subjects.get(id)).filter(Boolean),
  one: () => (state.chosen.length === 1 ? state.chosen[0] : null),
}))
  property(name, computed(of));

/** What is answered is taken in in the order of asking: of two answers that overtook each other, the
 *  older one would bring back what is no more. */
let turn = Promise.resolve();
export const inTurn = (work) => (turn = turn.then(work, work));

export const load = () =>
  inTurn(async () => {
    const plan = await get("plan");
    batch(() => {
      state.clip = plan;
      state.person = plan.person;
      state.subjects = new Map(plan.subjects.map((s) => [s.id, s]));
      taken(plan);
    });
  });

const TOLD = "moments muted findings seen summary revision undo redo".split(" ");
/** Take in what a change brought. */
export const taken = ({ changed = [], gone = [], ...told }) =>
  batch(() => {
    if (changed.length || gone.length) {
      const subjects = new Map(state.subjects);
      for (const news of changed) subjects.set(news.id, { ...subjects.get(news.id), ...news });
      for (const id of gone) subjects.delete(id);
      state.subjects = subjects;
    }
    if (state.chosen.length < state.selected.length) state.selected = state.chosen.map((s) => s.id);
    for (const name of TOLD) if (name in told) state[name] = told[name];
  });

/** Ask the server for a change; what it answers, or null where it was refused: that was said. Where
 *  pictures have to be looked at first, they are shown. `then` follows once it is made, be it then. */
export async function change(path, body, done, then) {
  hideToast(); // what it offers is about the change before
  const told = await inTurn(async () => {
    const answer = await post(path, body);
    if ("revision" in answer) taken(answer);
    return answer;
  }).catch((error) => refused(error, { path, body, done, then }));
  if (!told) return null;
  if (body.op !== "reason") state.kept = body.decision === "keep" ? body.ids.at(-1) : 0;
  if (done) toast(done);
  then?.();
  return told;
}
async function refused(error, asked) {
  if (!(error instanceof Refused)) return;
  if (error.error === "outside") await load();
  if (error.pictures.length || error.hides.length)
    state.dialog = { kind: "look", ...asked, refusal: error };
  else toast(said(error), true);
}
export const edit = (op, values = {}, done = "", then) =>
  change("edit", { op, ...values }, done, then);
export const undo = () => change("undo", {}, t("undone"));
export const redo = () => change("redo", {}, t("redone"));
/** Begin a piece of work that goes on by itself; whether it has begun. */
export async function begin(path, body, done) {
  const begun = await change(path, body, done);
  if (begun) state.job = { kind: path };
  return begun;
}

/** Choose somebody, or with `add` one more or one less; what is known of them comes into view. */
export const select = (ids, { add = false } = {}) =>
  batch(() => {
    const list = [ids].flat();
    if (!add) state.selected = list;
    else if (list.every((id) => state.selected.includes(id)))
      state.selected = state.selected.filter((id) => !list.includes(id));
    else state.selected = [...new Set([...state.selected, ...list])];
    if (state.selected.length) state.tab = "subject";
  });
export const point = (id) => (state.pointed = id);

/** The frame that is on screen at a time. */
export const frameAt = (seconds) =>
  Math.max(
    0,
    state.times.findLastIndex((time) => time <= seconds + 1e-9),
  );
/** The mask of a track in this picture: `at`, its rectangle, its outline, and how sure it is. */
export const maskOf = (track) => state.masks.find((mask) => mask.track === track);
/** The part of somebody that is in a picture. */
export const partIn = (subject, n = state.frame) =>
  subject.tracks.find((k) => k.first <= n && n <= k.last);
export const title = (subject) => subject.name || `${t(`noun.${subject.kind}`)} ${subject.id}`;
export const KINDS = { keep: "keep", hide: "hide", "false alarm": "none" };
export const kindOf = (subject) => KINDS[subject.decision] || "open";
/** The number of frames in runs of them. */
export const count = (runs) => runs.reduce((n, [first, last]) => n + last - first + 1, 0);

/** One message at a time; a fault stays until it is clicked, or for as long as it takes to read it
 *  twice. */
let fading = 0;
export function toast(words, bad = false) {
  hideToast();
  state.toast = { words, bad };
  fading = setTimeout(hideToast, bad ? Math.max(8000, 120 * words.length) : 2600);
}
/** What comes of a piece of work; where it was refused, that is said. */
export const tried = (work) => work.catch((error) => toast(said(error), true));
/** What the server says, asked anew where one of `about` changes; null until it has first answered. */
export function useAnswer(path, query, about = []) {
  const told = useSignal(null);
  useEffect(() => {
    let stale = false;
    get(path, query).then(
      (answer) => stale || (told.value = answer),
      (error) => stale || toast(said(error), true),
    );
    return () => (stale = true);
  }, about);
  return told.value;
}
export function hideToast() {
  clearTimeout(fading);
  state.toast = null;
}
