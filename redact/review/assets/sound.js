// Sound by pieces from the server; the waveform; marking what is to be muted.
import { bytes, get } from "./api.js";
import { state } from "./store.js";

const RATE = 24000,
  PIECE = 5;
export const FASTEST = 2; // at 4x nothing can be understood
let context = null,
  running = 0,
  sources = [];

export async function play(from, speed) {
  stop();
  if (!state.clip.sound || speed > FASTEST) return;
  context ||= new AudioContext();
  context.resume();
  const mine = ++running;
  let at = from,
    when = context.currentTime + 0.05;
  while (mine === running && at < state.span.to) {
    const to = Math.min(at + PIECE, state.span.to),
      sent = await bytes("sound", { from: at, to, view: state.view }).catch(() => null);
    if (mine !== running || !sent?.byteLength) return;
    const data = new Int16Array(sent),
      buffer = context.createBuffer(1, data.length, RATE),
      source = context.createBufferSource();
    buffer.copyToChannel(
      Float32Array.from(data, (v) => v / 32768),
      0,
    );
    source.buffer = buffer;
    source.playbackRate.value = speed;
    source.connect(context.destination);
    const start = Math.max(when, context.currentTime);
    source.start(start);
    sources.push(source);
    when = start + buffer.duration / speed;
    at = to;
    const ahead = (when - context.currentTime - 2) * 1000;
    await new Promise((done) => setTimeout(done, Math.max(0, ahead)));
  }
}
export function stop() {
  running++;
  for (const source of sources.splice(0)) source.stop();
}

/** Fetch how loud it is, as far as that is known, until all of it is. */
export async function loadWave() {
  if (!state.clip.sound) return;
  for (;;) {
    const got = await get("waveform").catch(() => null);
    if (!got) return;
    const peaks = Uint8Array.from(atob(got.peaks), (c) => c.charCodeAt(0));
    // `from` is below zero where sound begins before the first picture.
    state.wave = { peaks, from: got.from, rate: got.per_second };
    if (got.done) return;
    await new Promise((done) => setTimeout(done, 700));
  }
}
export const setMark = (a, b) =>
  (state.mark =
    a == null
      ? null
      : {
          start: Math.max(state.span.from, Math.min(a, b)),
          end: Math.min(state.span.to, Math.max(a, b)),
        });
