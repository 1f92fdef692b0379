// What is taken out of the sound: marked on the waveform, or written.
import { html } from "./html.js";
import { edit, state } from "./store.js";
import { clock, t } from "./words.js";
import { Button, Codes, Field, forget, write } from "./controls.js";
import * as player from "./player.js";
import { setMark } from "./sound.js";

const FIELDS = ["mute-from", "mute-to", "mute-reason"];
function over() {
  state.remute = 0;
  setMark(null);
  forget(...FIELDS);
}

export function SoundPanel() {
  const old = state.muted.find((m) => m.number === state.remute),
    { start: from, end: to } = state.mark || {},
    value = state.mark ? { "mute-from": clock(from, 2), "mute-to": clock(to, 2) } : {},
    [start, end, reason] = FIELDS.map((name) => state.drafts[name] ?? value[name] ?? "");
  const mute = async (how) => {
    const values = { start, end, how, reason: reason || old?.reason || "" };
    const done = old
      ? edit("remute", { number: old.number, ...values }, t("done"))
      : edit("mute", values, t("muted"));
    if (await done) over();
  };
  return html`
    <p class="small">${t("sound_note")}</p>
    ${old && html`<h3>${t("change_span")}</h3>`}
    <${Field} id="mute-from" label=${t("mute_from")} value=${value["mute-from"]} />
    <${Field} id="mute-to" label=${t("mute_to")} value=${value["mute-to"]} />
    <${Field} id="mute-reason" label=${t("reason")} value=${old?.reason} placeholder=${t("mute_example")} />
    <${Codes} value=${reason || old?.reason} take=${(code) => write("mute-reason", code)} />
    <div class="row">
      <${Button} id="mute" word="mute" class="primary" act=${() => mute("mute")} />
      <${Button} id="tone" word="tone" act=${() => mute("tone")} />
      ${old && html`<${Button} word="cancel" class="quiet" act=${over} />`}
    </div>
    <h3>${t("muted_spans")}</h3>
    ${!state.muted.length && html`<p class="muted small">${t("muted_none")}</p>`}
    ${state.muted.map((m) => html`<${Muted} key=${m.number} of=${m} />`)}
  `;
}
function Muted({ of: m }) {
  const [start, end] = [m.start / 1000, m.end / 1000];
  const listen = () => {
    player.stop();
    player.play(Math.max(state.span.from, start - 1));
  };
  const alter = () => {
    over();
    state.remute = m.number;
    setMark(start, end);
  };
  const restore = () => {
    state.remute = 0;
    return edit("unmute", { number: m.number }, t("done"));
  };
  const when = `${clock(start, 2)} – ${clock(end, 2)}`;
  return html`<div class=${m.number === state.remute ? "item current" : "item"} role="group" aria-label=${when}>
    <div>${m.how === "tone" ? "♪" : "✕"} ${when}</div>
    <div class="small muted">${t(`how.${m.how}`)}${m.reason && ` · ${m.reason}`}</div>
    ${!m.reason && html`<p class="small doubt">${t("no_reason.mute")}</p>`}
    <div class="row">
      <${Button} word="listen" act=${listen} />
      <${Button} word="change" data-change=${m.number} act=${alter} />
      <${Button} word="give_back" act=${restore} />
    </div>
  </div>`;
}
