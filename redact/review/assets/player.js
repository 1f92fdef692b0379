// The player: asks for frames by number and shows exactly those; plays by dropping, never by guessing.
import { bytes, decoded, unpacked } from "./api.js";
import { effect, untracked } from "./html.js";
import { frameAt, state, toast } from "./store.js";
import { said } from "./words.js";
import { flush, noteSeen } from "./seen.js";
import * as sound from "./sound.js";

export const VIEWS = ["outlines", "result", "original"];
let canvas = null, // set once it is in the page
  flying = false, // whether one is on its way
  playing = null,
  stamp = 0, // of what the picture is made from
  sharper = 0;

/** Where the picture lies in the viewport, in CSS pixels. */
export function place() {
  const { width, height } = state.room,
    { width: w, height: h, aspect } = state.clip,
    { zoom, x, y } = state.lens,
    shown = (w * aspect) / h,
    tall = Math.min(width / shown, height) * zoom,
    wide = tall * shown;
  const start = (room, size, at) =>
    size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, room / 2 - at * size));
  const [left, top] = [start(width, wide, x), start(height, tall, y)];
  return { left, top, sx: wide / w, sy: tall / h, wide, tall };
}
function widthWanted() {
  const pixels = place().wide * devicePixelRatio;
  return pixels >= state.clip.width ? 4096 : Math.max(160, Math.ceil(pixels / 160) * 160);
}

/** Ask for a frame. While one is on its way, only the newest wish is kept. */
export function show(n) {
  state.wanted = Math.max(0, Math.min(state.frames - 1, n));
  if (!flying) fly();
}
/** The same picture anew, because something in it changed. */
function again() {
  stamp += 1;
  if (state.wanted !== null) show(state.wanted);
}
async function fly() {
  const { wanted: n, view, style } = state,
    mine = stamp;
  flying = true;
  let overtaken = false; // by another request: it is still wanted
  try {
    const asked = { n, view, style, w: widthWanted() },
      [head, jpeg] = unpacked(await bytes("frame", asked)),
      bitmap = await decoded(jpeg);
    if (stamp === mine) shown({ ...head, view }, bitmap);
  } catch (error) {
    overtaken = error.error === "superseded";
    if (error.error !== "elsewhere" && !overtaken) {
      flying = false;
      if (error.said) toast(said(error), true);
      return stop();
    }
  }
  flying = false;
  if (state.wanted !== n || stamp !== mine || overtaken) fly();
}
function shown(shot, bitmap) {
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  state.shot = shot;
  noteSeen(shot.frame, playing ? (state.speed <= 1 ? "normal" : "fast") : "still");
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
  stop();
  state.speed = value;
  if (at !== null) play(at);
}

/** How far it was played, in seconds. */
const time = () => playing.from + ((performance.now() - playing.start) / 1000) * state.speed;
/** Play by the clock, from the picture on the screen or `since` a time: the frame that is due is asked
 *  for, those between are not shown and not seen. While only sound is heard, the first picture stands,
 *  or the last one. */
export function play(since = null) {
  if (playing || !state.frames) return;
  const { times, span, clip, speed } = state,
    last = times.length - 1,
    first = state.wanted >= last ? 0 : state.wanted,
    heard = clip.sound && speed <= sound.FASTEST,
    end = heard ? Math.max(times[last], span.to) : times[last],
    from = since ?? (first || !heard ? times[first] : span.from);
  playing = { start: performance.now(), from };
  state.playing = true;
  sound.play(from, speed);
  const mine = playing;
  const tick = () => {
    if (playing !== mine) return;
    if (time() >= end) return goTo(last);
    const n = frameAt(time());
    if (!flying && n !== state.wanted) show(n);
    requestAnimationFrame(tick);
  };
  show(frameAt(from));
  tick();
}
export function stop() {
  if (!playing) return;
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
/** Larger by a factor, around a point of the viewport. */
export function zoomAt(factor, cx, cy) {
  const { left, top, wide, tall } = place(),
    zoom = Math.max(1, Math.min(16, state.lens.zoom * factor)),
    grown = zoom / state.lens.zoom;
  const centre = (at, start, size, room) => (at - start) / size + (room / 2 - at) / (size * grown);
  const { width, height } = state.room;
  state.lens = { zoom, x: centre(cx, left, wide, width), y: centre(cy, top, tall, height) };
  sharpen();
}
const zoomBy = (factor) => zoomAt(factor, state.room.width / 2, state.room.height / 2);
export const larger = () => zoomBy(1.4);
export const smaller = () => zoomBy(1 / 1.4);
export function pan(dx, dy) {
  const { wide, tall } = place(),
    { zoom, x, y } = state.lens,
    within = (v) => Math.max(0, Math.min(1, v));
  state.lens = { zoom, x: within(x - dx / wide), y: within(y - dy / tall) };
}
export function resetZoom() {
  state.lens = { zoom: 1, x: 0.5, y: 0.5 };
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
