// The player: asks for frames by number and shows exactly those; plays by dropping, never by guessing.
import { bytes, decoded, unpacked } from "./api.js";
import { clock, t } from "./words.js";
import { css, frameAt, on, said, state, tell, toast } from "./store.js";
import * as sound from "./sound.js";
import { noteSeen } from "./seen.js";

const viewport = document.getElementById("viewport"),
  canvas = document.getElementById("picture");
const draw2d = canvas.getContext("2d");
export const VIEWS = ["outlines", "result", "original"];
export const lens = { zoom: 1, x: 0.5, y: 0.5 };
let bitmap = null,
  wanted = null, // until the first one is asked for: it need not be the first of the video
  flying = null,
  playing = null,
  speed = 1,
  stamp = 0;
const ahead = new Map(); // answers fetched before they are needed, by key

/** Where the picture lies in the viewport, in CSS pixels. */
export function place() {
  const width = viewport.clientWidth,
    height = viewport.clientHeight,
    { width: w, height: h, aspect } = state.clip;
  const shown = (w * aspect) / h,
    fit = Math.min(width / shown, height) * lens.zoom;
  const tall = fit,
    wide = fit * shown;
  const left =
    wide <= width
      ? (width - wide) / 2
      : Math.min(0, Math.max(width - wide, width / 2 - lens.x * wide));
  const top =
    tall <= height
      ? (height - tall) / 2
      : Math.min(0, Math.max(height - tall, height / 2 - lens.y * tall));
  return { left, top, sx: wide / w, sy: tall / h, wide, tall };
}
const keyOf = (n) =>
  `${n}/${state.view}/${state.view === "result" ? state.revision : 0}/${widthWanted()}`;
const widthWanted = () => {
  const { wide } = place(),
    most = state.clip.width;
  const pixels = wide * devicePixelRatio;
  return pixels >= most ? 4096 : Math.max(160, Math.ceil(pixels / 160) * 160);
};

async function fetched(n, signal) {
  const query = { n, view: state.view, w: widthWanted(), style: state.style || "cover" };
  const [head, jpeg] = unpacked(await bytes("frame", query, signal));
  return { head, bitmap: await decoded(jpeg), view: query.view };
}

/** Ask for a frame. While one is on its way, only the newest wish is kept. */
export function show(n, { quiet = false } = {}) {
  wanted = Math.max(0, Math.min(state.frames - 1, n));
  if (!quiet) tell("wanted", wanted);
  if (!flying) fly();
  else if (flying.n !== wanted && performance.now() - flying.since > 120) flying.abort.abort();
}
export const again = () => {
  ahead.clear();
  stamp += 1;
  if (wanted !== null) show(wanted, { quiet: true });
};

async function fly() {
  const n = wanted,
    key = keyOf(n),
    mine = { n, since: performance.now(), abort: new AbortController(), stamp };
  flying = mine;
  try {
    const got = ahead.get(key) || (await fetched(n, mine.abort.signal));
    ahead.delete(key);
    flying = null;
    if (stamp === mine.stamp) shown(got);
  } catch (error) {
    flying = null;
    if (
      error.name !== "AbortError" &&
      error.error !== "superseded" &&
      error.error !== "elsewhere"
    ) {
      if (error.said) toast(said(error), true);
      stop();
      return;
    }
  }
  if (wanted !== n || stamp !== mine.stamp) fly();
  else if (!playing) prefetch(n + 1);
}

async function prefetch(n) {
  const key = keyOf(n),
    asked = stamp;
  if (n >= state.frames || ahead.has(key)) return;
  try {
    const got = await fetched(n);
    if (ahead.size > 6) ahead.delete(ahead.keys().next().value);
    if (key === keyOf(n) && asked === stamp) ahead.set(key, got); // or it shows what was before a change
  } catch {
    /* a newer wish came first */
  }
}

function shown(got) {
  bitmap?.close?.();
  bitmap = got.bitmap;
  state.frame = got.head.frame;
  state.boxes = got.head.boxes;
  state.damaged = got.head.damaged;
  state.shownView = got.view;
  paint();
  noteSeen(state.frame, playing ? (speed <= 1 ? "normal" : "fast") : "still");
  document.getElementById("clock").textContent =
    `${clock(state.times[state.frame], 2)} / ${clock(state.duration, 2)} · ${t("frame_n", { n: state.frame })}`;
  viewport.dataset.frame = state.frame; // what is on screen, for tests and readers
  viewport.dataset.pts = got.head.pts;
  viewport.dataset.view = state.view;
  tell("frame");
}

export function paint() {
  const width = viewport.clientWidth,
    height = viewport.clientHeight,
    ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  draw2d.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw2d.fillStyle = css("--stage");
  draw2d.fillRect(0, 0, width, height);
  if (!bitmap) return;
  const { left, top, wide, tall } = place();
  draw2d.imageSmoothingQuality = "high";
  draw2d.drawImage(bitmap, left, top, wide, tall);
}

export function setView(view) {
  state.view = view;
  tell("view");
  again();
}
/** The picture that is on the screen, or will be. */
export const there = () => wanted;
export function step(by) {
  stop();
  show(wanted + by);
}
export const isPlaying = () => Boolean(playing);
export const setSpeed = (value) => {
  speed = value;
  if (playing) {
    stop();
    play();
  }
};

/** Play by the clock: the frame that is due is asked for, those between are not shown and not seen. */
export function play() {
  if (playing || !state.frames) return;
  const from = wanted >= state.frames - 1 ? 0 : wanted;
  playing = { start: performance.now(), from: state.times[from] };
  sound.play(playing.from, speed);
  const tick = () => {
    if (!playing) return;
    const time = playing.from + ((performance.now() - playing.start) / 1000) * speed;
    if (time >= state.times[state.frames - 1]) {
      show(state.frames - 1);
      stop();
      return;
    }
    const n = frameAt(time);
    if (!flying && n !== wanted) show(n);
    playing.timer = requestAnimationFrame(tick);
  };
  show(from);
  tick();
  tell("playing");
}
export function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing.timer);
  playing = null;
  sound.stop();
  tell("playing");
}

export function zoomAt(factor, cx, cy) {
  const before = place(),
    zoom = Math.max(1, Math.min(16, lens.zoom * factor));
  const px = (cx - before.left) / before.wide,
    py = (cy - before.top) / before.tall;
  lens.zoom = zoom;
  const after = place(),
    width = viewport.clientWidth,
    height = viewport.clientHeight;
  lens.x = px + (width / 2 - cx) / after.wide;
  lens.y = py + (height / 2 - cy) / after.tall;
  lensMoved();
  clearTimeout(zoomAt.timer);
  zoomAt.timer = setTimeout(again, 150); // sharper, once the hand is still
}
function lensMoved() {
  document.getElementById("zoom-whole").textContent = t("percent", {
    n: Math.round(100 * lens.zoom),
  });
  paint();
  tell("lens");
}
/** Show a place of the picture in the middle, so many times as large; 0 to 1 across and down. */
export function look(zoom, x, y) {
  Object.assign(lens, { zoom, x, y });
  lensMoved();
}
/** Larger or smaller around the middle of what is seen. */
export const zoomBy = (factor) =>
  zoomAt(factor, viewport.clientWidth / 2, viewport.clientHeight / 2);
export function pan(dx, dy) {
  const { wide, tall } = place();
  lens.x = Math.max(0, Math.min(1, lens.x - dx / wide));
  lens.y = Math.max(0, Math.min(1, lens.y - dy / tall));
  lensMoved();
}
export function resetZoom() {
  Object.assign(lens, { zoom: 1, x: 0.5, y: 0.5 });
  lensMoved();
  again();
}
new ResizeObserver(() => {
  if (state.clip) {
    paint();
    tell("lens");
    clearTimeout(zoomAt.timer);
    zoomAt.timer = setTimeout(again, 200);
  }
}).observe(viewport);
on("plan", (renewed) => {
  if (renewed) again();
});
