// What is said in the video: a list to search, and to choose from it what is muted. None of it is muted
// by being transcribed.
import { get } from "./api.js";
import { html, signal, useEffect } from "./html.js";
import { change, edit, frameAt, state } from "./store.js";
import { clock, said, stageWords, t } from "./words.js";
import { Bar, Button, Field } from "./controls.js";
import * as player from "./player.js";

const listed = signal({
    known: false,
    extra: true,
    model: "",
    all: 0,
    found: 0,
    places: 0,
    rows: [],
  }),
  chosen = signal(0);
const wanted = () => (state.drafts["find-words"] || "").trim();

/** From when to when the words that are looked for are said, in seconds, for the waveform. */
export const saidAt = () =>
  state.tab === "words" ? listed.value.rows.flatMap((one) => one.at) : [];

/** Mute what is looked for wherever it is said, or in one line; without a search, all of that line. */
const mute = (n, line = null) => edit("words", { find: wanted(), line }, t("words_muted", { n }));

let asked = 0;
async function load() {
  const mine = ++asked,
    told = await get("words", { find: wanted() }).catch(() => null);
  if (told && mine === asked) listed.value = told; // else a newer search overtook it
}

export function Spoken() {
  const { transcribing, revision } = state,
    find = wanted(),
    over = !transcribing || transcribing.over;
  useEffect(() => {
    const timer = setTimeout(load, 120);
    return () => clearTimeout(timer);
  }, [find, revision, over, transcribing?.number]);
  return html`
    <p class="small">${t("words_note")}</p>
    ${listed.value.known && html`<${List} />`}
    <${Progress} />
  `;
}
function List() {
  const { all, found, places, rows } = listed.value,
    muteAll = html`<${Button} id="mute-words" class="primary" disabled=${!places} act=${() => mute(places)}>${t("mute_words", { n: places })}<//>`;
  return html`
    <${Field} id="find-words" label=${t("find_words")} placeholder=${t("find_text_example")} maxlength="100" />
    <div class="row"><span id="words-count" class="muted small">${t("of_all", { n: found, all })}</span>${wanted() && muteAll}</div>
    <div id="words">${rows.map((one) => html`<${Row} key=${one.id} of=${one} />`)}</div>
    ${found > rows.length && html`<p class="small muted">${t("texts_more", { n: found - rows.length })}</p>`}
  `;
}
/** A line; a click goes to when it is said. */
function Row({ of: one }) {
  const go = () => {
    chosen.value = one.id;
    player.goTo(frameAt(one.from));
  };
  const word = ([text, found, muted], i) => {
    const shown = muted ? html`<s>${text}</s>` : text;
    return html`${i > 0 && " "}${found ? html`<mark>${shown}</mark>` : shown}`;
  };
  return html`<div class="card text" data-id=${one.id} data-kind=${one.muted ? "hide" : "open"} aria-current=${String(chosen.value === one.id)}>
    <${Button} class="quiet picture" act=${go}>
      <div class="line">${clock(one.from)} – ${clock(one.to)}
        ${one.muted && html` <span class="tag hide">✕ ${t("word_muted")}</span>`}</div>
      <bdi>${one.words.map(word)}</bdi>
    <//>
    ${!one.muted && html`<${Button} class="small" word="mute" act=${() => mute(one.at.length || 1, one.id)} />`}
  </div>`;
}
/** How far it is transcribed, and how to begin, or to do it again with another model. */
function Progress() {
  const { transcribing: job } = state,
    { extra, model } = listed.value;
  if (job && !job.over)
    return html`<div class="item" id="transcribing">
      <div>${stageWords(job)}</div>
      <${Bar} of=${job} class="wide" />
      <div class="row"><${Button} word="stop" act=${() => change("transcribe", { stop: true })} /></div>
    </div>`;
  const failed = job?.problem && job.problem.error !== "stopped",
    given = state.drafts["words-model"] ?? model;
  return html`<div class="item" id="to-transcribe">
    ${failed && html`<p class="warn">${said(job.problem)}</p>`}
    ${!extra && html`<p id="words-extra">${t("words_extra")}</p>`}
    <${Field} id="words-model" label=${t("words_model")} value=${model} />
    <div class="row"><${Button} id="transcribe" word="transcribe" class="primary" act=${() => change("transcribe", { model: given })} /></div>
  </div>`;
}
