// Sound by pieces from the server; the waveform; marking what is to be muted.
import { bytes, get } from "./api.js";
import { state, tell } from "./store.js";

const RATE = 24000,
  PIECE = 5;
let context = null,
  running = 0,
  sources = [];
export const wave = { peaks: null, rate: 20, done: false };
export const mark = { start: null, end: null };

export async function play(from, speed) {
  stop();
  if (!state.clip.sound || speed > 2) return; // at 4x nothing can be understood
  context ||= new AudioContext();
  context.resume();
  const mine = ++running;
  let at = from,
    when = context.currentTime + 0.05;
  while (mine === running && at < state.duration) {
    const end = Math.min(at + PIECE, state.duration);
    let data;
    try {
      data = new Int16Array(await bytes("sound", { from: at, to: end, view: state.view }));
    } catch {
      return;
    }
    if (mine !== running || !data.length) return;
    const buffer = context.createBuffer(1, data.length, RATE),
      samples = buffer.getChannelData(0);
    for (let i = 0; i < data.length; i++) samples[i] = data[i] / 32768;
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.playbackRate.value = speed;
    source.connect(context.destination);
    const begin = Math.max(when, context.currentTime);
    source.start(begin);
    sources.push(source);
    when = begin + buffer.duration / speed;
    at = end;
    await new Promise((done) =>
      setTimeout(done, Math.max(0, (when - context.currentTime - 2) * 1000)),
    );
  }
}
export function stop() {
  running++;
  for (const source of sources)
    try {
      source.stop();
    } catch {
      /* it had ended */
    }
  sources = [];
}

export async function loadWave() {
  if (!state.clip.sound) return;
  for (;;) {
    const got = await get("waveform").catch(() => null);
    if (!got) return;
    wave.peaks = Uint8Array.from(atob(got.peaks), (c) => c.charCodeAt(0));
    wave.rate = got.per_second;
    wave.done = got.done;
    tell("wave");
    if (got.done) return;
    await new Promise((done) => setTimeout(done, 700));
  }
}
export function setMark(a, b) {
  [mark.start, mark.end] =
    a == null
      ? [null, null]
      : [Math.max(0, Math.min(a, b)), Math.min(state.duration, Math.max(a, b))];
  tell("mark");
}
