// The page of a case: its videos, what becomes of each, and what to do next; or folders to choose one.
import { get, join, leave, post } from "./api.js";
import { html, render, signal, useEffect, useSignal } from "./html.js";
import { state, toast, tried } from "./store.js";
import { clock, current, said, span, stageWords, t } from "./words.js";
import { Bar, Button, released } from "./controls.js";
import { Dialog, Toasts } from "./dialog.js";
import { beginLanguage, Logo, Language } from "./header.js";
import { isOver, Opening, sayEnd } from "./opening.js";
import { Picture } from "./picture.js";
import { show, ShowDialog } from "./show.js";
import { isWhole, standingWords } from "./standing.js";
import { Survey } from "./survey.js";

const MARKS = {
  opening: "◌",
  search: "○",
  searching: "◔",
  look: "◉",
  begun: "◑",
  making: "◔",
  held: "!",
  ready: "✓",
  behind: "↻",
  refused: "✕",
};
const known = signal(null), // the case, as the server told it last
  marking = signal(false); // more excerpts of a long video, of which some are there
const count = (...states) => known.value.videos.filter((v) => states.includes(v.state)).length;
const openIndex = () => {
  toast(t("opening_outside"));
  tried(post("index", { language: current() }));
};

const App = () => html`
  <header>
    <${Logo} />
    <span class="grow" />
    <span class="group"><${Language} /></span>
    <${Button} id="index" word="make_index" hidden=${!known.value || !count("ready", "behind")} act=${openIndex} />
  </header>
  <main id="case-main" inert=${Boolean(state.opening)}>
    ${known.value && html`<${View} />`}
  </main>
  <${Opening} />
  <${Dialog} kinds=${{ show: ShowDialog }} />
  <${Toasts} />
`;
function View() {
  const { name, survey, videos } = known.value,
    some = videos.length > 0,
    show = (on) => () => (marking.value = on);
  const done = () => again().then(show(false));
  if (survey && (!some || marking.value))
    return html`<${Survey} name=${name} done=${done} back=${some && show(false)} />`;
  return some ? html`<${Videos} />` : html`<${Folders} chosen=${again} />`;
}
function Videos() {
  useEffect(() => {
    // The next one that is to be looked at: Enter opens it.
    if (document.activeElement === document.body)
      document.querySelector("#videos .primary")?.focus({ preventScroll: true });
  });
  const { name, case: number, survey, videos } = known.value,
    refused = count("refused");
  const ready = count("ready") && (refused ? "next.ready_others" : "next.ready"),
    left = count("search", "searching")
      ? "next.search"
      : count("look", "begun", "held", "behind", "making")
        ? "next.look"
        : ready;
  return html`
    <div class="lead">
      <h2>${(name?.includes(number) ? [name] : [number, name]).filter(Boolean).join(" · ")}</h2>
      <span id="counts" class="muted">
        ${t("videos", { n: videos.length })} · ${t("are_ready", { n: count("ready") })}
      </span>
      ${survey && html`<${Button} id="mark-more" word="mark_more" act=${() => (marking.value = true)} />`}
    </div>
    <p id="what-next" class="muted">
      ${[refused && t("next.refused", { n: refused }), left && t(left)].filter(Boolean).join(" ")}
    </p>
    ${count("ready") > 0 && html`<p id="colour-rule" class="small muted">${t("colour_rule")}</p>`}
    <ul id="videos">${videos.map((v) => html`<${Video} key=${v.number} of=${v} />`)}</ul>
    <${PassedOver} all=${known.value.passed_over} />
  `;
}
/** What lies beside the videos and is not part of the case. */
const PassedOver = ({ all }) =>
  all.length > 0 &&
  html`<details id="passed-over">
    <summary>${t("passed_over", { n: all.length })}</summary>
    <ul>${all.map((one) => html`<li key=${one.name}><b>${one.name}</b> – ${said(one)}</li>`)}</ul>
  </details>`;
function Video({ of: v }) {
  const facts = [v.seconds == null ? "" : clock(v.seconds, 0), v.size ? v.size.join(" × ") : ""],
    title = v.cut ? `${v.name} · ${span(...v.cut)}` : v.name,
    half = v.state === "ready" && !(v.reviewed && isWhole(v.reviewed)),
    mark = v.state === "ready" && v.incomplete ? "" : `${MARKS[half ? "begun" : v.state]} `,
    words = t(`case_state.${v.state === "search" && v.next ? "next" : v.state}`);
  return html`<li class="video" data-video=${v.number} data-state=${v.state}>
    ${v.picture ? html`<${Picture} path="picture" of=${{ n: v.number }} width="320" height="180" />` : html`<canvas />`}
    <div>
      <h3 id=${`name-${v.number}`}>${title}</h3>
      <div class="muted small">${facts.filter(Boolean).join(" · ")}</div>
      <div class="state">
        <span class=${`mark ${half ? "begun" : v.state}`}>${mark}${words}</span>
        ${v.incomplete && html`<span class="mark held">! ${t("incomplete")}</span>`}
        ${v.work && html`<${Bar} of=${v.work} /><span class="muted small">${stageWords(v.work)}</span>`}
        ${v.state === "refused" && html`<span class="small">${said(v.problem)}</span>`}
        ${v.state === "ready" && html`<span class="muted small">${v.result}</span>`}
        ${["begun", "held", "ready", "behind"].includes(v.state) && html`<span class="muted small reviewed">${v.reviewed ? standingWords(v.reviewed) : t("reviewed_never")}</span>`}
      </div>
    </div>
    <div class="acts" role="group" aria-labelledby=${`name-${v.number}`}><${Acts} of=${v} /></div>
  </li>`;
}
/** What can be done with a video now, the most likely first. */
function Acts({ of: { number: n, state: now, next } }) {
  const shown = ["ready", "behind", "held"].includes(now),
    words = { held: "to_findings", look: "look_and_decide", begun: "go_on", behind: "go_on" }[now],
    first = now === "search" && !next && count("searching");
  return html`
    ${first > 0 && html`<${Button} word="search_first" class="quiet" act=${() => tried(post("first", { n }))} />`}
    ${shown && html`<${Button} word="show_result" data-play=${n} act=${() => show("result", n)} />`}
    ${shown && html`<${Button} word="report" data-report=${n} act=${() => show("report", n)} />`}
    ${shown && known.value.pdf && html`<${Button} title="report_pdf" act=${() => show("pdf", n)}>PDF<//>`}
    ${(shown || words || now === "making") && html`<a class=${words ? "button primary" : "button"} href=${`/v/${n}/`} data-look=${n}>${t(words || "decisions")}</a>`}
  `;
}
async function again() {
  const now = await get("case");
  document.title = `${now.case || now.name || t("choose_folder")} – redact`;
  await released();
  known.value = now;
}

async function begin() {
  await beginLanguage();
  render(html`<${App} />`, document.body);
  await join();
  state.opening = null;
  await again();
  while (!isOver()) {
    await new Promise((done) => setTimeout(done, 1000));
    if ((known.value.videos.length || known.value.survey) && document.visibilityState === "visible")
      await again().catch(() => {}); // told by sayEnd
  }
}
sayEnd(() => "end.case_hint");
addEventListener("pagehide", () => {
  if (!isOver()) leave();
});
begin().catch((problem) => (state.opening = { problem }));

/** `chosen` is called once a folder was taken. */
export function Folders({ chosen }) {
  const here = useSignal(null);
  const go = (folder) => tried(post("folders", { in: folder }).then((told) => (here.value = told)));
  useEffect(() => void go(""), []);
  if (!here.value) return null;
  const { in: path, up, folders, videos } = here.value,
    line = path.includes("\\") ? "\\" : "/",
    inside = (name) => `${path.replace(/[\\/]$/, "")}${line}${name}`;
  const take = () => tried(post("choose", { folder: path }).then(chosen));
  return html`<div id="folders">
    <div class="lead"><h2>${t("choose_folder")}</h2></div>
    <p class="muted">${t("choose_folder_note")}</p>
    <div id="where">
      <${Button} id="up" class="icon" title="folder_up" disabled=${up === path} act=${() => go(up)}>↑<//>
      <input type="text" id="path" value=${path} aria-label=${t("folder")} onchange=${(e) => go(e.target.value)} />
    </div>
    <ul id="folder-list">
      ${folders.map(
        (name) => html`<li key=${name}>
          <button class="quiet" data-folder=${name} onclick=${() => go(inside(name))}>▸ ${name}</button>
        </li>`,
      )}
      ${!folders.length && html`<li class="empty muted">${t("no_folders")}</li>`}
    </ul>
    <div id="choose-row">
      <span class="muted">${t("videos_here", { n: videos })}</span>
      <${Button} id="take-folder" word="take_folder" class="primary" disabled=${!videos} act=${take} />
    </div>
  </div>`;
}
