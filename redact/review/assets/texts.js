// What can be read in the video: a list to search, and to choose from it what is hidden. None of it
// is hidden by being read.
import { get } from "./api.js";
import { html, signal, useEffect } from "./html.js";
import { change, edit, state } from "./store.js";
import { current, said, span, stageWords, t } from "./words.js";
import { Bar, Button, Field, More } from "./controls.js";
import { onFrom } from "./gallery.js";
import { Picture } from "./picture.js";
import { useClicks } from "./rows.js";
import * as player from "./player.js";

const listed = signal({ read: false, all: 0, found: [], rows: [], said: {} }),
  chosen = signal([]);
const wanted = () => state.drafts["find-text"] || "";
const rows = () => listed.value.rows;

/** Whether keys are about texts: their list is open, and some are chosen. */
export const areMeant = () => state.tab === "texts" && chosen.value.length > 0;
/** The place of the chosen text, in the picture in which it is shown. */
export function textHere() {
  const row = state.tab === "texts" && rows().find((one) => one.id === chosen.value.at(-1));
  return row && row.best === state.frame ? row.box : null;
}
async function choose(id, more = false) {
  const others = chosen.value.filter((one) => one !== id);
  chosen.value = !more ? [id] : others.length < chosen.value.length ? others : [...others, id];
  const row = rows().find((one) => one.id === id);
  if (!row || more) return;
  player.stop();
  player.show(row.best);
}
export function chooseNext(by, more) {
  const next = onFrom(rows(), chosen.value.at(-1), by);
  if (next) choose(next.id, more);
}
/** All that the search finds, also those that the list has no room for. */
export const chooseAll = () => (chosen.value = [...listed.value.found]);
export const decide = (decision) => hideOrShow(chosen.value, decision === "hide");

async function hideOrShow(numbers, hide) {
  const n = numbers.length;
  await edit("texts", { numbers, hide }, t(hide ? "texts_hidden" : "texts_shown", { n }));
}

let asked = 0;
async function load() {
  const mine = ++asked,
    told = await get("texts", { find: wanted() }).catch(() => null);
  if (!told || mine !== asked) return; // a newer search overtook it
  listed.value = told;
  chosen.value = chosen.value.filter((id) => told.found.includes(id));
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
  const { read } = listed.value;
  return html`
    <p class="small">${t("texts_note")}</p>
    <${Progress} read=${read} />
    ${read && html`<${List} />`}
  `;
}
function List() {
  const { all, found, rows } = listed.value,
    n = found.length,
    clicks = useClicks((id, e) => choose(id, e.ctrlKey || e.metaKey || e.shiftKey)),
    hideAll = html`<${Button} id="hide-all-texts" class="primary" disabled=${!n} act=${() => hideOrShow(found, true)}>${t("hide_all_texts", { n })}<//>`;
  return html`
    <${Field} id="find-text" label=${t("find_text")} placeholder=${t("find_text_example")} maxlength="100" />
    <div class="row"><span id="texts-count" class="muted small">${t("of_all", { n, all })}</span>${wanted().trim() && hideAll}</div>
    <div id="texts" role="listbox" aria-multiselectable="true" tabindex="0" aria-label=${t("tab.texts")} ...${clicks}>
      ${rows.map((row) => html`<${Row} key=${row.id} of=${row} />`)}
    </div>
    <${More} n=${n - rows.length} word="texts_more" />
    <div class="two" role="group" aria-label=${t("decide")}>
      <${Button} id="t-hide" word="hide" hotkey="H" disabled=${!areMeant()} act=${() => decide("hide")} />
      <${Button} id="t-show" word="show_text" hotkey="K" disabled=${!areMeant()} act=${() => decide("keep")} />
    </div>
  `;
}
/** How far the video is read, and why it is not. */
function Progress({ read }) {
  const job = state.reading,
    begin = () => change("read", {}),
    stop = () => change("read", { stop: true });
  if (job && !job.over)
    return html`<div class="item" id="reading">
      <div>${stageWords(job)}</div>
      <${Bar} of=${job} class="wide" />
      <div class="row"><${Button} word="stop" act=${stop} /></div>
    </div>`;
  const remarks = listed.value.said[current()] || [];
  if (read) return remarks.map((words) => html`<p class="small item warn">${words}</p>`);
  return html`<div class="item" id="unread">
    <div>${job?.problem && job.problem.error !== "stopped" ? said(job.problem) : t("texts_unread")}</div>
    <div class="row"><${Button} word="read_now" class="primary" act=${begin} /></div>
  </div>`;
}
function Row({ of: row }) {
  const picked = chosen.value.includes(row.id);
  return html`<div class="card text" role="option" data-id=${row.id} data-kind=${row.hidden ? "hide" : "open"}
    aria-selected=${String(picked)}>
    <${Picture} path="text-picture" of=${{ of: row.id, read: state.reading?.number ?? 0 }} height="40" width="1" />
    <div class="title"><bdi>${row.text}</bdi></div>
    <div class="line">${span(row.from, row.to)} · ${t(`target.${row.kind}`)}
      ${row.hidden && html` <span class="tag hide">■ ${t("state.hide")}</span>`}</div>
  </div>`;
}
