// What stands in front of everything: how far the video is opened, why it cannot be, or that it ended.
// `state.opening` has `job` while something is worked on, `problem` where that failed, and `end`, why
// nothing can be done here any more, with `lost` and the way to go on, `take`.
import { isOneOfSeveral, onEnd } from "./api.js";
import { html } from "./html.js";
import { state } from "./store.js";
import { said, stageWords, t } from "./words.js";
import { Bar, Button } from "./controls.js";

/** Stages of a search, which goes on without a page; opening what was searched has others. */
const SEARCH = ["detect", "track"];

let over = false;
/** Whether nothing can be done on the page any more. */
export const isOver = () => over;
/** Say so once it is; where the server is gone, `hint` gives the word that says what to do. */
export const sayEnd = (hint) =>
  onEnd((end, lost) => {
    if (over && !lost) return; // what was lost is said, whoever noticed the end first
    over = true;
    const take = end === "elsewhere" ? () => location.reload() : null;
    state.dialog = null;
    state.opening = { end, lost, take, hint: end === "gone" ? hint() : "" };
  });
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

export function Opening({ name = "" }) {
  const now = state.opening || {},
    { job, problem, end } = now;
  const words = end ? `end.${end}` : problem ? "not_opened" : "opening";
  return html`<div id="opening" role="status" hidden=${!state.opening}>
    <div class="box">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <h2 id="opening-text">${t(words, { name: name || t("this_video") })}</h2>
      <${Bar} id="opening-bar" of=${job} hidden=${Boolean(end || problem)} />
      <div id="opening-detail" class="muted">
        ${end ? html`<${End} ...${now} />` : problem ? html`<${Failed} problem=${problem} />` : job && html`<${Work} job=${job} />`}
      </div>
    </div>
  </div>`;
}
const Work = ({ job }) => html`
  <div>${stageWords(job)}</div>
  ${SEARCH.includes(job.stage) && html`<p class="small">${t("search_goes_on")}</p>`}
`;
/** Why there is nothing to look at, and what can be done. */
const Failed = ({ problem }) => html`
  ${said(problem)}
  <div class="actions">
    ${isOneOfSeveral && html`<${Button} word="all_videos" act=${() => location.assign("/")} />`}
    <${Button} word="try_again" act=${() => location.reload()} />
  </div>
`;
/** What was typed and is in no plan yet is shown, so that it can be copied. */
const End = ({ end, lost, hint, take }) => {
  const typed = Object.values(state.drafts).filter(Boolean);
  return html`
    ${lost && html`<p id="lost">${t("end.lost")}</p>`}
    ${t(hint || `end.${end}_hint`)}
    ${typed.length > 0 && html`<p id="typed">${t("end.typed", { words: typed.join(" · ") })}</p>`}
    ${take && html`<div class="actions"><${Button} word="take_over" class="primary" act=${take} /></div>`}
  `;
};
