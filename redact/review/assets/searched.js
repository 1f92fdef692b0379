// A list of what was read or heard in the video: it follows what is written in its field, and the work
// that makes it.
import { get } from "./api.js";
import { html, signal, useEffect } from "./html.js";
import { change, state } from "./store.js";
import { stageWords, t } from "./words.js";
import { Bar, Button, Field } from "./controls.js";

/** What the server tells at `path` of what is written in `field`: `listed`, `empty` before it comes; the
 *  number of the `chosen` row; and `useNews`, which asks again whenever something changed. */
export function searched(path, field, empty) {
  const listed = signal(empty),
    wanted = () => (state.drafts[field] || "").trim();
  let asked = 0;
  async function load() {
    const mine = ++asked,
      told = await get(path, { find: wanted() }).catch(() => null);
    if (told && mine === asked) listed.value = told; // else a newer search overtook it
  }
  /** `job`: the work that makes the list. It may be over before the page asks how far it is. */
  function useNews(job) {
    useEffect(() => {
      const timer = setTimeout(load, 120);
      return () => clearTimeout(timer);
    }, [wanted(), state.revision, !job || job.over, job?.number]);
  }
  return { listed, chosen: signal(0), wanted, useNews };
}

/** The field, how many of `all` were found, `act` for all of these, and as many rows as there is room for. */
export const Found = ({ id, field, label, n, all, act, rows, row }) => html`
  <${Field} id=${field} label=${t(label)} placeholder=${t("find_text_example")} maxlength="100" />
  <div class="row"><span id=${`${id}-count`} class="muted small">${t("of_all", { n, all })}</span>${act}</div>
  <div id=${id}>${rows.map((one) => html`<${row} key=${one.id} of=${one} />`)}</div>
  ${n > rows.length && html`<p class="small muted">${t("texts_more", { n: n - rows.length })}</p>`}
`;
/** A row: a click goes to it, and a button beside it changes it. */
export const Row = ({ id, changed, chosen, go, children, act }) => html`
  <div class="card text" data-id=${id} data-kind=${changed ? "hide" : "open"} aria-current=${String(chosen === id)}>
    <${Button} class="quiet picture" act=${go}>${children}<//>
    ${act}
  </div>`;
/** How far the work is, with a way to stop it. */
export const Working = ({ id, of: job, path }) => html`<div class="item" id=${id}>
  <div>${stageWords(job)}</div>
  <${Bar} of=${job} class="wide" />
  <div class="row"><${Button} word="stop" act=${() => change(path, { stop: true })} /></div>
</div>`;
/** Whether it failed, rather than was stopped. */
export const failed = (job) => job?.problem && job.problem.error !== "stopped";
