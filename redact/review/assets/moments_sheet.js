// All risky moments as pictures with the place marked, the surest first: answered by one click each.
import { html, useEffect, useRef, useSignal } from "./html.js";
import { change, state } from "./store.js";
import { t } from "./words.js";
import { Button, More } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { goMoment, notLookedAt, when, whyWords } from "./moments.js";
import { Scene } from "./picture.js";

const AHEAD = 700; // pixels: the next pictures are made while these are looked at
const MOST = 60; // pictures at once; the next ones come when these are answered
let last = ""; // the moment that was answered last: with Shift, all up to another one

/** What answers the question of a moment, where that is not that there is nothing to hide. */
const FINE = { visible: "confirm_yes", drawn: "stays_on" };

const keyOf = ({ frame, why, track }) => `${frame}/${why}/${track}`; // several may end together
/** By keys alone: Enter answers, and goes on to the next without an answer. */
const focusNext = () => document.querySelector("[data-answer=fine]")?.focus();

export function SheetDialog() {
  const s = state.summary,
    more = useSignal(MOST),
    shown = state.moments.slice(0, more.value);
  useEffect(focusNext, []);
  const answer = async (at, yes, event) => {
    const before = shown.findIndex((one) => keyOf(one) === last),
      from = event.shiftKey && before >= 0 ? before : at,
      range = shown.slice(Math.min(from, at), Math.max(from, at) + 1);
    last = keyOf(shown[at]);
    await change("moments", { moments: range.map((m) => [m.frame, m.why, m.track]), yes });
    setTimeout(focusNext); // once what was answered is drawn
  };
  const [left, rest] = [s.moments - s.moments_seen, state.moments.length - shown.length];
  return html`
    <h2 id="dialog-title">${t("sheet")}</h2>
    <p class="small muted">${t("sheet_note")}</p>
    <p id="sheet-state" role="status">
      ${left ? `${t("pill", { n: s.moments_seen, of: s.moments })}.` : `✓ ${t("all_moments")}.`}
      ${s.moments_answered > 0 && ` ${t("answered_here", { n: s.moments_answered })}`} ${notLookedAt()}
    </p>
    <div class="sheet">
      ${shown.map((one, i) => html`<${Tile} key=${keyOf(one)} of=${one} answer=${(yes, e) => answer(i, yes, e)} />`)}
    </div>
    <div class="actions">
      ${rest > 0 && html`<${Button} act=${() => (more.value += MOST)}>${t("more_moments", { n: rest })}<//>`}
      <${Button} word="close" class="primary" act=${closeDialog} />
    </div>
  `;
}

function Tile({ of: { frame, why, track, shown, more, beside, seen, answered }, answer }) {
  const opened = useSignal(false),
    asked = useRef(!seen).current, // what is told of the picture behind the sheet takes no button away
    toggle = () => (opened.value = !opened.value),
    words = `moment-${keyOf({ frame, why, track })}`; // which one the focus is at, a screen reader tells
  return html`<article class=${seen ? "tile seen" : "tile"} data-moment=${frame} aria-labelledby=${words}>
    <${Place} frame=${frame} track=${track} shown=${shown} />
    <p id=${words}><b>${when(frame, track)}</b> ${whyWords({ why, track })}</p>
    <div class="row">
      ${seen && html`<span class="tag keep">✓ ${t("looked_at_it")}</span>`}
      ${answered ? html`<${Button} key="back" word="take_back" class="quiet small" act=${(e) => answer(false, e)} />` : (asked || !seen) && html`<${Button} key="fine" word=${FINE[why] ?? "nothing_open"} class="small" data-answer="fine" aria-describedby=${words} act=${(e) => answer(true, e)} />`}
      ${more > 0 && html`<${Button} class="quiet small" pressed=${opened.value} data-more=${more} act=${toggle}>${t("more_here", { n: more })}<//>`}
    </div>
    ${opened.value && html`<ul>${beside.map((other) => html`<${Beside} of=${other} />`)}</ul>`}
    ${opened.value && html`<${More} n=${more - beside.length} />`}
  </article>`;
}
const Beside = ({ of: { frame, why, track, shown } }) => html`<li>
  <${Place} frame=${frame} track=${track} shown=${shown} />
  <span class="small">${when(frame, track)}<br />${whyWords({ why, track })}</span>
</li>`;
/** The picture of a moment, which leads to it. */
const Place = ({ frame, track, shown }) => html`<${Button} class="picture" title="go_there"
  act=${() => goMoment(frame, track)}><${Scene} n=${frame} track=${track} shown=${shown} ahead=${AHEAD} /><//>`;
