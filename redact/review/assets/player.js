// The player: asks for frames by number and shows exactly those; plays by dropping, never by guessing.
import { bytes, decoded, unpacked } from "./api.js";
import { effect, untracked } from "./html.js";
import { said } from "./words.js";
import { frameAt, state, toast } from "./store.js";
import * as sound from "./sound.js";
import { flush, noteSeen } from "./seen.js";

export const VIEWS = ["outlines", "result", "original"];
let canvas = null, // set once it is in the page
  flying = null, // what is on its way
  playing = null,
  stamp = 0,
  sharper = 0,
  ahead = null; // the next picture, fetched before it is needed: key, got

/** Where the picture lies in the viewport, in CSS pixels. */
export function place() {
  const { width, height } = state.room,
    { width: w, height: h, aspect } = state.clip,
    { zoom, x, y } = state.lens;
  const shown = (w * aspect) / h,
    tall = Math.min(width / shown, height) * zoom,
    wide = tall * shown;
  const start = (room, size, at) =>
    size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, room / 2 - at * size));
  const [left, top] = [start(width, wide, x), start(height, tall, y)];
  return { left, top, sx: wide / w, sy: tall / h, wide, tall };
}
const keyOf = (n) =>
  [n, state.view, state.view === "result" && [state.revision, state.style], widthWanted()].join();
const widthWanted = () => {
  const pixels = place().wide * devicePixelRatio;
  return pixels >= state.clip.width ? 4096 : Math.max(160, Math.ceil(pixels / 160) * 160);
};

async function fetched(n, signal) {
  const query = { n, view: state.view, w: widthWanted(), style: state.style };
  const [head, jpeg] = unpacked(await bytes("frame", query, signal));
  return { head, bitmap: await decoded(jpeg), view: query.view };
}

/** Ask for a frame. While one is on its way, only the newest wish is kept. */
export function show(n) {
  state.wanted = Math.max(0, Math.min(state.frames - 1, n));
  if (!flying) fly();
  else if (flying.n !== state.wanted && performance.now() - flying.since > 120)
    flying.abort.abort();
}
/** The same picture anew, because something in it changed. */
function again() {
  ahead = null;
  stamp += 1;
  if (state.wanted !== null) show(state.wanted);
}

async function fly() {
  const n = state.wanted,
    key = keyOf(n),
    mine = { n, since: performance.now(), abort: new AbortController(), stamp };
  flying = mine;
  let overtaken = false; // by what was asked for ahead: it is still wanted
  try {
    const got = ahead?.key === key ? ahead.got : await fetched(n, mine.abort.signal);
    flying = null;
    if (stamp === mine.stamp) shown(got);
  } catch (error) {
    flying = null;
    overtaken = error.error === "superseded";
    const newer = overtaken || error.error === "elsewhere";
    if (error.name !== "AbortError" && !newer) {
      if (error.said) toast(said(error), true);
      return stop();
    }
  }
  if (state.wanted !== n || stamp !== mine.stamp || overtaken) fly();
  else if (!playing) prefetch(n + 1);
}

async function prefetch(n) {
  const key = keyOf(n),
    asked = stamp;
  if (n >= state.frames || ahead?.key === key) return;
  try {
    const got = await fetched(n);
    if (key === keyOf(n) && asked === stamp) ahead = { key, got }; // or it shows what was before a change
  } catch {
    /* a newer wish came first */
  }
}

function shown({ head, bitmap, view }) {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height)
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  state.shot = { ...head, view };
  noteSeen(head.frame, playing ? (state.speed <= 1 ? "normal" : "fast") : "still");
}
export function setView(view) {
  state.view = view;
  again();
}
/** Stop, and go to a picture. */
export function goTo(n) {
  stop();
  show(n);
}
/** Go to one without masks: in the result nobody can tell who is there. */
export function reveal(n) {
  if (state.view === "result") setView("outlines");
  goTo(n);
}
export const step = (by) => goTo(state.wanted + by);
export function setSpeed(value) {
  const at = playing && time();
  state.speed = value;
  if (at === null) return;
  stop();
  play(at);
}

/** How far it was played, in seconds. */
const time = () => playing.from + ((performance.now() - playing.start) / 1000) * state.speed;
/** Play by the clock, from the picture on the screen or `since` a time: the frame that is due is asked
 *  for, those between are not shown and not seen. While only sound is heard, the first picture stands,
 *  or the last one. */
export function play(since = null) {
  if (playing || !state.frames) return;
  const from = state.wanted >= state.frames - 1 ? 0 : state.wanted;
  const last = state.times[state.frames - 1],
    heard = state.clip.sound && state.speed <= sound.FASTEST,
    end = heard ? Math.max(last, state.span.to) : last;
  playing = {
    start: performance.now(),
    from: since ?? (from || !heard ? state.times[from] : state.span.from),
  };
  state.playing = true;
  sound.play(playing.from, state.speed);
  const tick = () => {
    if (!playing) return;
    if (time() >= end) return goTo(state.frames - 1);
    const n = frameAt(Math.max(0, time()));
    if (!flying && n !== state.wanted) show(n);
    playing.timer = requestAnimationFrame(tick);
  };
  show(frameAt(Math.max(0, playing.from)));
  tick();
}
export function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing.timer);
  playing = null;
  state.playing = false;
  sound.stop();
  flush();
}
export const playOrStop = () => (playing ? stop() : play());

/** Fetch it anew in a moment, as sharp as it is large now. */
function sharpen() {
  clearTimeout(sharper);
  sharper = setTimeout(again, 150);
}
/** Show a place of the picture in the middle, so many times as large; 0 to 1 across and down. */
const look = (zoom, x, y) => (state.lens = { zoom, x, y });
export function zoomAt(factor, cx, cy) {
  const before = place(),
    zoom = Math.max(1, Math.min(16, state.lens.zoom * factor)),
    grown = zoom / state.lens.zoom;
  const centre = (at, start, size, room) => (at - start) / size + (room / 2 - at) / (size * grown);
  look(
    zoom,
    centre(cx, before.left, before.wide, state.room.width),
    centre(cy, before.top, before.tall, state.room.height),
  );
  sharpen();
}
/** Around the middle of what is seen. */
const zoomBy = (factor) => zoomAt(factor, state.room.width / 2, state.room.height / 2);
export const larger = () => zoomBy(1.4);
export const smaller = () => zoomBy(1 / 1.4);
export function pan(dx, dy) {
  const { wide, tall } = place(),
    { zoom, x, y } = state.lens,
    within = (v) => Math.max(0, Math.min(1, v));
  look(zoom, within(x - dx / wide), within(y - dy / tall));
}
export function resetZoom() {
  look(1, 0.5, 0.5);
  again();
}

/** Begin to show pictures on a canvas that fills part of a viewport. */
export function attach(viewport, picture) {
  canvas = picture;
  const measure = () => {
    state.room = { width: viewport.clientWidth, height: viewport.clientHeight };
    if (state.clip) sharpen();
  };
  measure();
  new ResizeObserver(measure).observe(viewport);
  effect(() => {
    void [state.revision, state.style];
    untracked(again);
  });
}
