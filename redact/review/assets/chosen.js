// What is known of the chosen ones, why it is decided so, and what can be corrected, their masks too.
import { html } from "./html.js";
import { begin, count, edit, kindOf, maskOf, partIn, select, state, title } from "./store.js";
import { clock, span, t } from "./words.js";
import { Button, Choices, Field, Radios } from "./controls.js";
import { beginHere, certainty, endHere, joinChosen, only, split, Tag } from "./gallery.js";
import { Face } from "./picture.js";
import * as player from "./player.js";
import { Why } from "./reason.js";
import { Visible } from "./visible.js";

export function Chosen() {
  const [s, ...others] = state.chosen;
  if (!s)
    return html`<p>${t("choose_someone")}</p>
      <p class="muted small">${t("nobody_missing")}</p>
      <${MoreOf} />`;
  if (others.length) return html`<${Several} who=${state.chosen} />`;
  const kept = ["keep", "none"].includes(kindOf(s));
  return html`
    <${Who} of=${s} />
    ${kept ? html`<${Visible} key=${s.id} of=${s} />` : html`<${Gaps} of=${s} />`}
    <${Why} who=${[s]} />
    ${state.kept === s.id && html`<div class="row"><${Button} id="only" word="only_this" class="wide" act=${() => only(s.id)} /></div>`}
    <${MoreOf} who=${s} kept=${kept} />
  `;
}
/** What is seldom needed. */
const MoreOf = ({
  who,
  kept,
}) => html`<details id="more" open=${state.more} ontoggle=${(e) => (state.more = e.target.open)}>
  <summary>${t("more")}</summary>
  ${who && html`<${Corrections} of=${who} kept=${kept} />`}
  <label for="brightness">${t("sight")}</label>
  <input type="range" id="brightness" class="wide" min="0.25" max="4" step="0.05" value=${state.brightness}
    oninput=${(e) => (state.brightness = Number(e.target.value))} />
  <p class="small muted">${t("sight_note")}</p>
</details>`;
function Corrections({ of: s, kept }) {
  const here = partIn(s),
    follow = { frame: state.frame, track: here?.id };
  return html`
    <${Field} id="name" draft=${`name/${s.id}`} label=${t("name")} value=${s.name} maxlength="80"
      placeholder=${title({ ...s, name: "" })} take=${(name) => edit("rename", { id: s.id, name })} />
    ${!kept && here && html`<${Mask} of=${s} track=${here.id} />`}
    <h3>${t("correct")}</h3>
    <div class="two">
      <${Button} word="span_start" hotkey="[" act=${() => beginHere(s)} />
      <${Button} word="span_end" hotkey="]" act=${() => endHere(s)} />
      <${Button} word="split" hotkey="S" title="split_title" act=${() => split(s)}
        disabled=${!here || here.first >= state.frame} />
      <${Button} word="follow_from" title="follow_title" disabled=${!here} act=${() => begin("follow", follow, t("following"))} />
      ${s.origin === "manual" && html`<${Button} id="remove" word="remove" act=${() => edit("remove", { ids: [s.id] }, t("removed"))} />`}
    </div>
    ${s.tracks.length > 1 && html`<${Parts} of=${s} />`}
  `;
}
function Who({ of: s }) {
  const share = t("percent", { n: Math.min(99, Math.round(100 * s.score)) }),
    sure = s.certainty === "by hand" ? certainty(s) : `${certainty(s)} (${share})`;
  return html`<div class="who">
    <${Face} of=${s.best} />
    <div>
      <h2>${title(s)}</h2>
      <${Tag} of=${s} />
      <div class="small muted">${span(s.from, s.to)}</div>
      <div class="small muted">${sure}</div>
    </div>
  </div>
  ${s.alone.length > 0 && html`<p class="small muted" id="presence">${t(`presence.${s.kind}`, { seen: s.pictures, n: count(s.alone) })}</p>`}`;
}
/** Where somebody who is hidden has no mask between two parts: what can be done about it. */
const Gaps = ({ of: s }) =>
  s.gaps.map(({ before, after, first, last }) => {
    const [from, to] = [first, last].map((frame) => clock(state.times[frame], 2));
    return html`<div class="item warn" data-gap=${before}>
      <div>${t("gap", { from, to, n: last - first + 1 })}</div>
      <p class="small">${t("gap_note")}</p>
      <div class="row">
        <${Button} word="gap_follow" class="primary" data-bridge act=${() => begin("bridge", { before, after }, t("following"))} />
        <${Button} word="show" act=${() => player.show(first)} />
      </div>
    </div>`;
  });
function Parts({ of: s }) {
  const part = (k) => html`<div class="row small" key=${k.id}>
    <${Button} class="quiet part" act=${() => player.show(k.best[1])}>
      <${Face} of=${k.best} /> ${span(state.times[k.first], state.times[k.last])}
    <//>
    <${Button} word="separate" act=${() => edit("separate", { track: k.id }, t("separated"))} />
  </div>`;
  return html`<h3>${t("parts_title")}</h3>
    <p class="small muted">${t("parts_note")}</p>
    ${[...s.tracks].sort((a, b) => a.first - b.first).map(part)}`;
}
const face = (s) =>
  html`<button key=${s.id} title=${title(s)} aria-label=${title(s)} onclick=${() => select(s.id)}><${Face} of=${s.best} /></button>`;
const Several = ({ who }) => html`
  <h2>${t("chosen", { n: who.length })}</h2>
  <div class="alike">${who.slice(0, 24).map(face)}</div>
  <div class="row"><${Button} id="join" word="join" hotkey="J" class="primary" act=${joinChosen} /></div>
  <p class="small muted">${t("join_note")}</p>
  <${Why} who=${who} />
`;

/** Change a mask, in the picture on the screen or in all of its pictures. */
export const changeMask = (what) =>
  edit(
    "mask",
    { frame: state.frame, reach: state.reach, ...what },
    t(`mask_changed.${state.reach}`),
  );
function Mask({ of: s, track }) {
  const found = { track, frame: state.frame, reach: state.reach },
    changed = s.key_pictures.some(([of]) => of === track);
  return html`<h3>${t("mask")}</h3>
    ${s.smaller > 0 && html`<p class="small doubt" id="is-smaller">${t("is_smaller", { n: s.smaller })}</p>`}
    <${Choices} id="mask-reach" class="wide" label=${t("mask_reach")} value=${state.reach} take=${(name) => (state.reach = name)}
      values=${["picture", "all"]} words="reach" />
    <div class="row" id="mask-shape">
      <span class="group" role="radiogroup" aria-label=${t("mask_shape")}>
        <${Radios} values=${["ellipse", "box"]} words="shape" value=${maskOf(track)?.outline}
          take=${(outline) => changeMask({ track, outline })} />
      </span>
      <${Button} id="mask-found" word="back_to_found" disabled=${!changed} act=${() => edit("as_found", found, t("mask_found_again"))} />
    </div>
    <p class="small muted">${t("mask_hint")}</p>`;
}
