// What can be read in the video: a list to search, and to choose from it what is hidden. None of it
// is hidden by being read.
import { get } from "./api.js";
import { html, signal, useEffect } from "./html.js";
import { change, edit, state } from "./store.js";
import { current, said, span, stageWords, t } from "./words.js";
import { Bar, Button, Field } from "./controls.js";
import { onFrom } from "./gallery.js";
import { Picture } from "./picture.js";
import * as player from "./player.js";

const listed = signal({ read: false, all: 0, found: [], rows: [], said: {} }),
  chosen = signal(0);
const wanted = () => state.drafts["find-text"] || "";
const choose = (row) => {
  chosen.value = row.id;
  player.goTo(row.best);
};
const row = () => state.tab === "texts" && listed.value.rows.find(({ id }) => id === chosen.value);
/** The place of the chosen text, in the picture in which it is shown. */
export const textHere = () => (row()?.best === state.frame ? row().box : null);

/** Whether keys are about texts: their list is open, and one is chosen. */
export const areMeant = () => Boolean(row());
export function chooseNext(by) {
  const next = onFrom(listed.value.rows, chosen.value, by);
  if (next) choose(next);
}
export const decide = (decision) => hideOrShow([chosen.value], decision === "hide");
function hideOrShow(numbers, hide) {
  const n = numbers.length;
  return edit("texts", { numbers, hide }, t(hide ? "texts_hidden" : "texts_shown", { n }));
}

let asked = 0;
async function load() {
  const mine = ++asked,
    told = await get("texts", { find: wanted() }).catch(() => null);
  if (told && mine === asked) listed.value = told; // else a newer search overtook it
}

export function Texts() {
  const { reading, revision } = state,
    find = wanted(),
    over = !reading || reading.over,
    number = reading?.number; // a short video may be read before the page asks how far it is
  useEffect(() => {
    const timer = setTimeout(load, 120);
    return () => clearTimeout(timer);
  }, [find, revision, over, number]);
  return html`
    <p class="small">${t("texts_note")}</p>
    <${Progress} />
    ${listed.value.read && html`<${List} />`}
  `;
}
function List() {
  const { all, found, rows } = listed.value,
    n = found.length,
    hideAll = html`<${Button} id="hide-all-texts" class="primary" disabled=${!n} act=${() => hideOrShow(found, true)}>${t("hide_all_texts", { n })}<//>`;
  return html`
    <${Field} id="find-text" label=${t("find_text")} placeholder=${t("find_text_example")} maxlength="100" />
    <div class="row"><span id="texts-count" class="muted small">${t("of_all", { n, all })}</span>${wanted().trim() && hideAll}</div>
    <div id="texts">${rows.map((one) => html`<${Row} key=${one.id} of=${one} />`)}</div>
    ${n > rows.length && html`<p class="small muted">${t("texts_more", { n: n - rows.length })}</p>`}
  `;
}
/** A text; a click goes to it, and the key of the button is that of what it does. */
function Row({ of: one }) {
  const [word, hotkey] = one.hidden ? ["show_text", "K"] : ["hide", "H"];
  return html`<div class="card text" data-id=${one.id} data-kind=${one.hidden ? "hide" : "open"} aria-current=${String(chosen.value === one.id)}>
    <${Button} class="quiet picture" act=${() => choose(one)}>
      <${Picture} path="text-picture" of=${{ of: one.id, read: state.reading?.number ?? 0 }} height="40" width="1" />
      <div class="title"><bdi>${one.text}</bdi></div>
      <div class="line">${span(one.from, one.to)} · ${t(`target.${one.kind}`)}
        ${one.hidden && html` <span class="tag hide">■ ${t("state.hide")}</span>`}</div>
    <//>
    <${Button} class="small" word=${word} hotkey=${hotkey} act=${() => hideOrShow([one.id], !one.hidden)} />
  </div>`;
}
/** How far the video is read, and why it is not. */
function Progress() {
  const { reading: job } = state,
    { read, said: remarks } = listed.value;
  if (job && !job.over)
    return html`<div class="item" id="reading">
      <div>${stageWords(job)}</div>
      <${Bar} of=${job} class="wide" />
      <div class="row"><${Button} word="stop" act=${() => change("read", { stop: true })} /></div>
    </div>`;
  if (read)
    return (remarks[current()] || []).map((words) => html`<p class="small item warn">${words}</p>`);
  const failed = job?.problem && job.problem.error !== "stopped";
  return html`<div class="item" id="unread">
    <div>${failed ? said(job.problem) : t("texts_unread")}</div>
    <div class="row"><${Button} word="read_now" class="primary" act=${() => change("read", {})} /></div>
  </div>`;
}
