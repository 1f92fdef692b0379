// Sound by pieces from the server; the waveform; what is taken out of it, marked there or written.
import { bytes, get } from "./api.js";
import { html } from "./html.js";
import { begin, edit, state } from "./store.js";
import { clock, t } from "./words.js";
import { Button, Codes, Field, forget, write } from "./controls.js";
import * as player from "./player.js";

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
  let when = context.currentTime + 0.05;
  for (let at = from; mine === running && at < state.span.to; at += PIECE) {
    const asked = { from: at, to: Math.min(at + PIECE, state.span.to), view: state.view },
      sent = await bytes("sound", asked).catch(() => null);
    if (mine !== running || !sent?.byteLength) return;
    const data = Float32Array.from(new Int16Array(sent), (v) => v / 32768),
      buffer = context.createBuffer(1, data.length, RATE),
      source = context.createBufferSource(),
      start = Math.max(when, context.currentTime);
    buffer.copyToChannel(data, 0);
    source.buffer = buffer;
    source.playbackRate.value = speed;
    source.connect(context.destination);
    source.start(start);
    sources.push(source);
    when = start + buffer.duration / speed;
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
  for (let done = !state.clip.sound; !done;) {
    const got = await get("waveform").catch(() => null);
    if (!got) return;
    const peaks = Uint8Array.from(atob(got.peaks), (c) => c.charCodeAt(0));
    // `from` is below zero where sound begins before the first picture.
    state.wave = { peaks, from: got.from, rate: got.per_second };
    done = got.done;
    await new Promise((done) => setTimeout(done, 700));
  }
}
export function setMark(a, b) {
  const within = (seconds) => Math.max(state.span.from, Math.min(state.span.to, seconds));
  state.mark = a == null ? null : { start: within(Math.min(a, b)), end: within(Math.max(a, b)) };
}

const FIELDS = ["mute-from", "mute-to", "mute-reason"];
export function SoundPanel() {
  const at = state.mark && [state.mark.start, state.mark.end].map((seconds) => clock(seconds, 2)),
    [from, to] = at ?? ["", ""],
    [start = from, end = to, reason = ""] = FIELDS.map((name) => state.drafts[name]);
  const mute = async (how) => {
    if (!(await edit("mute", { start, end, how, reason }, t("muted")))) return;
    setMark(null);
    forget(...FIELDS);
  };
  return html`
    <p class="small">${t("sound_note")}</p>
    <${Field} id="mute-from" label=${t("mute_from")} value=${from} />
    <${Field} id="mute-to" label=${t("mute_to")} value=${to} />
    <${Field} id="mute-reason" label=${t("reason")} placeholder=${t("mute_example")} />
    <${Codes} value=${reason} take=${(code) => write("mute-reason", code)} />
    <div class="row">
      <${Button} id="mute" word="mute" class="primary" act=${() => mute("mute")} />
      <${Button} id="tone" word="tone" act=${() => mute("tone")} />
      <${Button} id="mute-speech" word="mute_speech" disabled=${Boolean(state.job)} act=${() => begin("speech", {}, t("listening"))} />
    </div>
    <h3>${t("muted_spans")}</h3>
    ${!state.muted.length && html`<p class="muted small">${t("muted_none")}</p>`}
    ${state.muted.map((m) => html`<${Muted} key=${m.number} of=${m} />`)}
  `;
}
function Muted({ of: m }) {
  const [start, end] = [m.start / 1000, m.end / 1000],
    when = `${clock(start, 2)} – ${clock(end, 2)}`;
  const listen = () => {
    player.stop();
    player.play(Math.max(state.span.from, start - 1));
  };
  return html`<div class="item" role="group" aria-label=${when}>
    <div>${m.how === "tone" ? "♪" : "✕"} ${when}</div>
    <div class="small muted">${t(`how.${m.how}`)}${m.reason && ` · ${m.reason}`}</div>
    ${!m.reason && html`<p class="small doubt">${t("no_reason.mute")}</p>`}
    <div class="row">
      <${Button} word="listen" act=${listen} />
      <${Button} word="give_back" act=${() => edit("unmute", { number: m.number }, t("done"))} />
    </div>
  </div>`;
}
