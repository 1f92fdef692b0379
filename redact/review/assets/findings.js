// What the audit found, one at a time, in plain words with its picture.
import { effect, html, untracked, useEffect, useRef } from "./html.js";
import { begin, edit, state, toast } from "./store.js";
import { clock, current, t } from "./words.js";
import { Button, Field } from "./controls.js";
import { Scene } from "./picture.js";
import * as player from "./player.js";

const open = () => state.findings.filter((f) => !f.answer);

export function Findings() {
  const n = open().length;
  if (!state.findings.length)
    return html`<p class="muted">${t("no_findings")}</p>
      <p class="small muted">${t("no_findings_note")}</p>`;
  const byDoubt = [...state.findings].sort((a, b) => a.doubtful - b.doubtful);
  return html`
    <p class="small">${n ? t("findings_note", { n }) : `✓ ${t("findings_answered")}`}</p>
    ${byDoubt.map((f) => html`<${Finding} key=${f.number} of=${f} />`)}
  `;
}

function Finding({ of: f }) {
  const node = useRef(),
    here = f.number === state.finding,
    answered =
      f.answer === "hide" ? `■ ${t("will_be_hidden")}` : `∅ ${t("is_none", { reason: f.reason })}`;
  useEffect(() => {
    if (here) node.current.scrollIntoView({ block: "nearest" });
  }, [here]);
  return html`<div ref=${node} class=${here ? "item current" : "item"} role="group" aria-label=${t("finding_n", { n: f.number })} data-finding=${f.number}>
    <div>${f.number}. ${f.words[current()]}${f.doubtful && ` ${t("perhaps_nothing")}`}</div>
    <${Scene} n=${f.at} box=${f.box} class="shot" />
    ${f.answer && html`<div class="row"><span class=${`tag ${f.answer}`}>${answered}</span></div>`}
    ${f.said && html`<p class="small">${t(f.said === "hide" ? "said_hide" : "said_none", { reason: f.said_reason })}</p>`}
    ${
      f.drawn
        ? html`<${Field} draft=${draftOf(f)} value=${reasonOf(f)} placeholder=${t("none_example")} aria-label=${t("reason")}
      onkeydown=${(e) => e.key === "Enter" && nothing(f)} />`
        : html`<p class="small">${t("undrawn_note")}</p>`
    }
    <div class="row">
      <${Button} word="show" act=${() => showFinding(f.number)} />
      <${Button} word="hide_it" hotkey="H" class=${f.answer ? "" : "primary"} data-answer="hide" act=${() => hide(f)} />
      ${f.drawn && html`<${Button} word="it_is_none" hotkey="X" data-answer="none" act=${() => nothing(f)} />`}
    </div>
  </div>`;
}

/** Write why somebody is shown or hidden, or why a finding is nothing. */
export const writeReason = () => document.querySelector("#why, .current input")?.focus();
const meant = () => state.findings.find((f) => f.number === state.finding);
const draftOf = (f) => `finding/${f.number}`;
/** Whether keys are about a finding: one is shown, and nobody was chosen since. */
export const areMeant = () => state.tab === "findings" && Boolean(meant());
export function decide(decision) {
  if (decision === "keep") return toast(t("choose_first"), true);
  return decision === "hide" ? hide(meant()) : nothing(meant());
}
/** Without a reason, that is written first: the keys that follow are it. */
function nothing(f) {
  const reason = state.drafts[draftOf(f)] ?? reasonOf(f);
  return !f.drawn ? null : reason ? answer(f, "none", reason) : writeReason();
}
const reasonOf = (f) => (f.answer === "none" ? f.reason : "");
/** Hide it, followed for as long as it is seen; what was not drawn is only drawn. */
function hide(f) {
  if (!f.drawn) return answer(f, "hide", "");
  hiding = f.number;
  return begin("hide", { number: f.number }, t("following"));
}
let hiding = 0; // the finding that is being followed; whoever tells first that it is hidden, on to the next
effect(() => {
  if (!state.findings.find((f) => f.number === hiding)?.answer) return;
  hiding = 0;
  untracked(() => nextFinding(0));
});
async function answer(f, said, reason) {
  if (await edit("answer", { number: f.number, answer: said, reason }, t("done"))) nextFinding(0);
}
/** The mask of a finding is there: in which pictures. */
export function hidden({ first, last }) {
  const [from, to] = [clock(state.times[first]), clock(state.times[last])];
  toast(t("found_hidden", { n: last - first + 1, from, to }));
}
export function showFinding(number) {
  const f = state.findings.find((one) => one.number === number);
  if (!f) return;
  state.finding = number;
  state.tab = "findings";
  player.stop();
  if (state.view !== "result") player.setView("result");
  player.show(f.at);
}
/** The next one without an answer. */
export const nextFinding = (after = state.finding) =>
  showFinding((open().find((f) => f.number > after) || open()[0])?.number);
