// What is said in the video: a list to search, and to choose from it what is muted. None of it is muted
// by being transcribed.
import { html } from "./html.js";
import { change, edit, frameAt, state } from "./store.js";
import { clock, said, t } from "./words.js";
import { Button, Field } from "./controls.js";
import * as player from "./player.js";
import { failed, Found, Row, searched, Working } from "./searched.js";

const empty = { known: false, extra: true, model: "", all: 0, found: 0, places: 0, rows: [] };
const { listed, chosen, wanted, useNews } = searched("words", "find-words", empty);

/** From when to when the words that are looked for are said, in seconds, for the waveform. */
export const saidAt = () =>
  state.tab === "words" ? listed.value.rows.flatMap((one) => one.at) : [];

/** Mute what is looked for wherever it is said, or in one line; without a search, all of that line. */
const mute = (n, line = null) => edit("words", { find: wanted(), line }, t("words_muted", { n }));

export function Spoken() {
  const { known, all, found, places, rows } = listed.value,
    muteAll = html`<${Button} id="mute-words" class="primary" disabled=${!places} act=${() => mute(places)}>${t("mute_words", { n: places })}<//>`;
  useNews(state.transcribing);
  return html`
    <p class="small">${t("words_note")}</p>
    ${known && html`<${Found} id="words" field="find-words" label="find_words" n=${found} all=${all} act=${wanted() && muteAll} rows=${rows} row=${Line} />`}
    <${Progress} />
  `;
}
/** A click on a line goes to when it is said. */
function Line({ of: one }) {
  const go = () => {
    chosen.value = one.id;
    player.goTo(frameAt(one.from));
  };
  const word = ([text, found, muted], i) => {
    const shown = muted ? html`<s>${text}</s>` : text;
    return html`${i > 0 && " "}${found ? html`<mark>${shown}</mark>` : shown}`;
  };
  const button = html`<${Button} class="small" word="mute" act=${() => mute(one.at.length || 1, one.id)} />`;
  return html`<${Row} id=${one.id} changed=${one.muted} chosen=${chosen.value} go=${go} act=${!one.muted && button}>
    <div class="line">${clock(one.from)} – ${clock(one.to)}
      ${one.muted && html` <span class="tag hide">✕ ${t("word_muted")}</span>`}</div>
    <bdi>${one.words.map(word)}</bdi>
  <//>`;
}
/** How far it is transcribed, and how to begin, or to do it again with another model. */
function Progress() {
  const { transcribing: job } = state,
    { extra, model } = listed.value;
  if (job && !job.over) return html`<${Working} id="transcribing" of=${job} path="transcribe" />`;
  const given = state.drafts["words-model"] ?? model;
  return html`<div class="item" id="to-transcribe">
    ${failed(job) && html`<p class="warn">${said(job.problem)}</p>`}
    ${!extra && html`<p id="words-extra">${t("words_extra")}</p>`}
    <${Field} id="words-model" label=${t("words_model")} value=${model} />
    <div class="row"><${Button} id="transcribe" word="transcribe" class="primary" act=${() => change("transcribe", { model: given })} /></div>
  </div>`;
}
