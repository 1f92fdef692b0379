// What can be read in the video: a list to search, and to choose from it what is hidden. None of it
// is hidden by being read.
import { html } from "./html.js";
import { change, edit, state } from "./store.js";
import { current, said, span, t } from "./words.js";
import { Button } from "./controls.js";
import { onFrom } from "./gallery.js";
import { Picture } from "./picture.js";
import * as player from "./player.js";
import { failed, Found, Row, searched, Working } from "./searched.js";

const empty = { read: false, all: 0, found: [], rows: [], said: {} };
const { listed, chosen, wanted, useNews } = searched("texts", "find-text", empty);
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

export function Texts() {
  const { all, found, rows, read } = listed.value,
    n = found.length,
    hideAll = html`<${Button} id="hide-all-texts" class="primary" disabled=${!n} act=${() => hideOrShow(found, true)}>${t("hide_all_texts", { n })}<//>`;
  useNews(state.reading);
  return html`
    <p class="small">${t("texts_note")}</p>
    <${Progress} />
    ${read && html`<${Found} id="texts" field="find-text" label="find_text" n=${n} all=${all} act=${wanted() && hideAll} rows=${rows} row=${Text} />`}
  `;
}
/** The key of its button is that of what it does. */
function Text({ of: one }) {
  const [word, hotkey] = one.hidden ? ["show_text", "K"] : ["hide", "H"],
    button = html`<${Button} class="small" word=${word} hotkey=${hotkey} act=${() => hideOrShow([one.id], !one.hidden)} />`;
  return html`<${Row} id=${one.id} changed=${one.hidden} chosen=${chosen.value} go=${() => choose(one)} act=${button}>
    <${Picture} path="text-picture" of=${{ of: one.id, read: state.reading?.number ?? 0 }} height="40" width="1" />
    <div class="title"><bdi>${one.text}</bdi></div>
    <div class="line">${span(one.from, one.to)} · ${t(`target.${one.kind}`)}
      ${one.hidden && html` <span class="tag hide">■ ${t("state.hide")}</span>`}</div>
  <//>`;
}
/** How far the video is read, and why it is not. */
function Progress() {
  const { reading: job } = state,
    { read, said: remarks } = listed.value;
  if (job && !job.over) return html`<${Working} id="reading" of=${job} path="read" />`;
  if (read)
    return (remarks[current()] || []).map((words) => html`<p class="small item warn">${words}</p>`);
  return html`<div class="item" id="unread">
    <div>${failed(job) ? said(job.problem) : t("texts_unread")}</div>
    <div class="row"><${Button} word="read_now" class="primary" act=${() => change("read", {})} /></div>
  </div>`;
}
