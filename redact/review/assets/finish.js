// The last step: how it is made, how far it is, where it lies.
import { isOneOfSeveral, post } from "./api.js";
import { html, useEffect, useLayoutEffect, useSignal } from "./html.js";
import { inTurn, select, state, title, toast, tried, useAnswer } from "./store.js";
import { current, said, stageWords, t } from "./words.js";
import { Bar, Button, Choices, Field } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { Part } from "./excerpt.js";
import { nextFinding, showFinding } from "./findings.js";
import { Name } from "./header.js";
import { openConfirm } from "./look_closely.js";
import { nextMoment, nextUnseen } from "./moments.js";
import { flush } from "./seen.js";
import { Path, show } from "./show.js";
import { isWhole, standing, standingWords } from "./standing.js";

const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];
const STYLES = ["cover", "blur", "mosaic", "solid"];
const LETTERED = ["cover", "solid"]; // the styles that hold letters
const wish = (name) => (value) => (state.wish = { ...state.wish, [name]: value });
const ofCase = () => state.wish.case ?? state.clip.case ?? "";

const Standing = () => {
  const now = standing();
  return html`<p id="standing" class=${isWhole(now) ? "whole" : "doubt"} title=${t("colour_rule")}>${standingWords(now)}</p>`;
};
export const askFinish = () => (state.dialog = { kind: "finish" });
export function FinishDialog() {
  const left = useAnswer("left")?.left;
  // What is left comes first: nothing that is pressed before it is known makes a copy.
  useLayoutEffect(() => {
    if (left) document.querySelector(".todo button, #start-finish")?.focus();
  }, [left]);
  return html`
    <h2 id="dialog-title" tabindex="-1" autofocus>${t("finish_title")}</h2>
    ${left ? html`<${ToDo} left=${left} /><${Part} /><${Options} />` : html`<p class="muted">…</p>`}
    <div class="actions">
      <${Standing} />
      <${Button} word="cancel" act=${closeDialog} />
      <${Button} id="start-finish" word="start" class="primary" disabled=${!left} act=${() => make()} />
    </div>
  `;
}
/** How it is to be made: who makes it first, what is seldom changed last. */
function Options() {
  const { clip, muted, wish: now } = state,
    kept = muted.length ? t("audio.keep", { n: muted.length }) : t("audio.keep_all"),
    sound = Object.entries({
      keep: kept,
      "mute-speech": t("audio.mute-speech"),
      mute: t("audio.mute"),
    });
  return html`
    <div class="pair recorded">
      <div><${Name} id="f-reviewer" label=${t("reviewer")} /></div>
      <div><${Line} id="f-case" word="case" value=${ofCase()} take=${wish("case")} /></div>
    </div>
    ${!state.person && html`<p class="small doubt recorded" id="nameless">${t("nameless_note")}</p>`}
    ${clip.sound > 0 && html`<${Choices} id="f-audio" label=${t("sound")} value=${now.audio} values=${sound} take=${wish("audio")} />`}
    <details id="finish-more" open=${now.release}>
      <summary>${t("more")}</summary>
      <${Switch} id="f-release" words="release" wanted="release" disabled=${!clip.releases} />
      <p class="small muted">${t(clip.releases ? "release_note" : "release_barred")}</p>
      <${Choices} id="f-style" label=${t("style")} value=${now.style} values=${STYLES} words="style" take=${wish("style")} />
      <div class="pair">
        <div><${Line} id="f-stamp" word="stamp" value=${now.stamp} take=${wish("stamp")} maxlength="80" placeholder=${t("stamp_example")} /></div>
        <div><${Choices} id="f-corner" label=${t("corner")} value=${now.corner} values=${CORNERS} words="corner" take=${wish("corner")} /></div>
      </div>
      <${Switch} id="f-codes" words="codes_on_masks" wanted="codes" disabled=${!LETTERED.includes(now.style)} />
      <p class="small muted recorded">${t(clip.signs ? "signs" : "signs_not")}</p>
    </details>
  `;
}
const Line = ({ word, take, ...props }) =>
  html`<${Field} label=${t(word)} oninput=${(e) => take(e.target.value)} ...${props} />`;
const Switch = ({ words, wanted, ...props }) => html`<label class="choice">
  <input type="checkbox" checked=${state.wish[wanted]} onchange=${(e) => wish(wanted)(e.target.checked)} ...${props} />
  <span>${t(words)}</span>
</label>`;

/** Where each kind of what is left to do leads; those that are not here, to the subject. */
const WAYS = {
  findings: () => nextFinding(0),
  confirm: (id) => {
    select(id);
    openConfirm();
  },
  moments: nextMoment,
  pictures: nextUnseen,
  open: () => (state.filter = "open"),
};
/** What a careful person would still do, each with the way there. */
function ToDo({ left }) {
  const item = ({ what, n, id }) => {
    const who = state.subjects.get(id),
      words = t(`left.${what}`, { n, who: who && title(who) });
    const go = () => {
      closeDialog();
      (WAYS[what] || select)(id);
    };
    return html`<li>
      <span>${words}</span>
      <${Button} word="look" aria-label=${`${t("look")} – ${words}`} act=${go} />
    </li>`;
  };
  if (!left.length) return html`<p>✓ ${t("nothing_left")}</p>`;
  return html`<p class="small muted">${t("left_title")}</p>
    <ul class="todo">${left.map(item)}</ul>
    <p class="small muted">${t("colour_rule")}</p>`;
}

async function make(replace = false) {
  state.dialog = { kind: "making" }; // at once: what was looked at is told first, which takes a moment
  await flush();
  await inTurn(async () => {}); // a name that was just written has been saved
  try {
    await post("finish", { ...state.wish, case: ofCase(), replace });
    state.job = { kind: "finish" };
    state.finding = 0; // what is found next has numbers of its own
  } catch (error) {
    if (error.error === "result_there")
      return (state.dialog = { kind: "replace", ...error.values });
    askFinish();
    toast(said(error), true);
  }
}
/** There is a result already: it goes only if the person says so. */
export const ReplaceDialog = ({ name, holds }) => html`
  <h2 id="dialog-title">${t("replace_title", { name })}</h2>
  <p id="replace-why">${t(holds === "all" ? "replace_same" : "replace_other")}</p>
  <p class="small muted">${t("replace_note")}</p>
  <div class="actions">
    <${Button} word="cancel" act=${askFinish} />
    <${Button} id="replace" word="replace" class="primary" act=${() => make(true)} />
  </div>
`;
export function MakingDialog() {
  const { job } = state,
    others = isOneOfSeveral && job; // once it has begun, it goes on without this page
  useEffect(() => document.getElementById("to-others")?.focus(), [others]);
  return html`
    <h2 id="dialog-title">${t("making")}</h2>
    <p id="job-words">${job?.kind === "finish" ? stageWords(job) : "…"}</p>
    <${Bar} id="job-bar" of=${job} />
    <p class="small muted">${t("making_note")}</p>
    <div class="actions">
      <${Button} word="stop" act=${() => post("stop")} />
      ${others && html`<${Button} id="to-others" word="all_videos" class="primary" act=${() => location.assign("/")} />`}
    </div>
  `;
}

/** What came of the work: shown, until it is closed. */
export function jobOver({ problem, result }) {
  state.dialog = problem ? null : { kind: "result", result };
  if (problem?.error === "stopped") toast(t("stopped"));
  else if (problem) toast(said(problem), true);
}
/** What can be said of a result, the worst first: its sign, its title, and what follows from it. */
function verdict(r) {
  if (r.needs_review)
    return ["bad", "needs_look", r.findings ? "needs_look_findings" : "needs_look_checks"];
  if (r.overtaken) return ["bad", "overtaken", "done_note"];
  if (r.incomplete) return ["bad", "done_incomplete", "done_note"];
  const sign = isWhole(standing()) ? "good" : "half";
  return r.accepted
    ? [sign, "done_accepted", "done_accepted_note"]
    : [sign, "done_passed", "done_note"];
}
const SIGNS = { bad: "!", half: "◑", good: "✓" };
export function ResultDialog({ result: r }) {
  const held = useSignal(r.held || ""), // no number of copies, of which there are none
    [sign, words, note] = verdict(r),
    notes = [...r.beside.map((name) => `${t("beside")} ${name}`), `SHA-256 ${r.sha256}`];
  const remove = () => tried(post("remove-held").then(() => (held.value = "removed")));
  const toFindings = () => {
    closeDialog();
    showFinding(state.findings[0]?.number);
  };
  const old = html`<span class="grow small">${t("old_copy", { n: r.held })}</span><${Button} word="remove" act=${remove} />`;
  return html`
    <h2 id="dialog-title"><span class=${`sign ${sign}`} aria-hidden="true">${SIGNS[sign]}</span>${t(words)}</h2>
    <${Standing} />
    ${r.overtaken && html`<p id="overtaken">${t("overtaken_note")}</p>`}
    ${r.incomplete && html`<p id="incomplete">${r.incomplete[current()]}</p>`}
    <p>${t(note, { n: r.findings })}</p>
    ${r.failed[current()].map((line) => html`<p class="small">${line}</p>`)}
    <${Path} id="result-path" of=${r.output} />
    ${held.value && html`<div class="item row" id="old-copy">${held.value === "removed" ? `✓ ${t("removed")}` : old}</div>`}
    <details><summary>${t("notes")}</summary>${[...notes, ...r.warnings[current()]].map((line) => html`<div>${line}</div>`)}</details>
    <div class="actions">
      ${!r.needs_review && html`<${Button} id="show-result" word="show_result" class="primary" autofocus=${!isOneOfSeveral} act=${() => show("result")} />`}
      ${!r.needs_review && r.beside.length > 0 && html`<${Button} id="show-report" word="report" act=${() => show("report")} />`}
      ${!r.needs_review && isOneOfSeveral && html`<${Button} id="to-all" word="all_videos" autofocus act=${() => location.assign("/")} />`}
      <${Button} id="close-result" word="close" act=${closeDialog} />
      ${r.needs_review && r.findings > 0 && html`<${Button} id="to-findings" word="to_findings" class="primary" autofocus act=${toFindings} />`}
    </div>
  `;
}
