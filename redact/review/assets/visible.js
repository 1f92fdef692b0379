// When a kept one is really visible: a decision to show counts only where the track is sure, and no
// mask of somebody else lies.
import { html } from "./html.js";
import { count, edit, select, state, title, useAnswer } from "./store.js";
import { t } from "./words.js";
import { Button } from "./controls.js";
import { openConfirm } from "./look_closely.js";
import { Face } from "./picture.js";
import * as player from "./player.js";

const MOST = 4; // who hide them and are named

export function Visible({ of: s }) {
  const told = useAnswer("covered", { id: s.id }, [state.revision]);
  if (!told) return html`<p id="visible">…</p>`;
  const { bare, covered } = told, // where nobody hides them, and who does all the same
    n = count(bare),
    under = s.visible - n,
    others = covered.filter(({ by }) => state.subjects.has(by)).slice(0, MOST),
    doubt = (words) => html`<b class="doubt">, ${words}</b>`;
  return html`
    <p id="visible">
      <b>${n === s.frames ? t("visible_in_all", { n }) : t("visible_in", { n: s.frames, seen: n })}</b>
      ${under > 0 && doubt(t("under_mask", { n: under }))}
      ${s.unsure > 0 && doubt(t("to_confirm", { n: s.unsure }))}
    </p>
    ${
      s.unsure > 0 &&
      html`<div class="item warn" id="confirm">
      <p class="small">${t("confirm_note")}</p>
      <div class="row"><${Button} id="confirm-look" word="confirm_look" hotkey="V" class="primary" act=${openConfirm} /></div>
    </div>`
    }
    ${others.map((one) => html`<${Covering} key=${one.by} of=${s} ...${one} by=${state.subjects.get(one.by)} />`)}
  `;
}
/** Somebody who hides a kept one all the same: often the same person, found twice. */
function Covering({ of: s, by, frame, n, guessed }) {
  const words = by.id === s.id ? "covered_by_own" : "covered_by";
  const uncover = () => edit("uncover", { id: s.id, other: by.id }, t("uncovered"));
  const chooseBoth = () => {
    select([s.id, by.id]);
    player.show(frame);
  };
  return html`<div class="item small" data-covers=${by.id}>
    <div class="row one-line">
      <${Face} of=${by.best} class="tiny" />
      <span>${t(words, { who: title(s), by: title(by), n })}</span>
    </div>
    <div class="row">
      <${Button} word="show" act=${() => player.reveal(frame)} />
      ${guessed ? html`<${Button} word="uncover" hotkey="T" data-uncovers act=${uncover} />` : html`<${Button} word="choose_both_button" act=${chooseBoth} />`}
    </div>
    <p class="muted">${t(guessed ? "covered_guess" : "covered_note")}</p>
  </div>`;
}
/** Take the mask away of whoever hides the chosen one without being sure to be there. */
export const uncoverFirst = () => document.querySelector("[data-uncovers]")?.click();
