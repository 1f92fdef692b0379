// What is known of the chosen ones, why it is decided so, and what can be corrected.
import { get } from "./api.js";
import { html, useEffect, useMemo, useSignal } from "./html.js";
import { begin, count, edit, framesOf, kindOf, partIn, select, state, title } from "./store.js";
import { clock, span, t } from "./words.js";
import { Button, Field } from "./controls.js";
import { Sight } from "./brightness.js";
import { Face, Faces } from "./picture.js";
import { certainty, Tag } from "./gallery.js";
import { Legend } from "./legend.js";
import { beginHere, chooseBoth, endHere, joinChosen, only, split } from "./list.js";
import { Mask } from "./mask.js";
import { Why } from "./reason.js";
import { Visible } from "./visible.js";
import * as player from "./player.js";

export function Chosen() {
  const [s, ...others] = state.chosen;
  if (!s)
    return html`<p>${t("choose_someone")}</p>
      <p class="muted small">${t("nobody_missing")}</p>
      ${state.details && html`<${Legend} />`}
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
  who: s,
  kept,
}) => html`<details id="more" open=${state.more} ontoggle=${(e) => (state.more = e.target.open)}>
  <summary>${t("more")}</summary>
  ${
    s &&
    html`<${Looked} of=${s} />
    <${Field} id="name" draft=${`name/${s.id}`} label=${t("name")} value=${s.name} maxlength="80"
      placeholder=${title({ ...s, name: "" })} take=${(name) => edit("rename", { id: s.id, name })} />
    ${!kept && html`<${Mask} of=${s} />`}
    <${Correct} of=${s} />
    ${s.tracks.length > 1 && html`<${Parts} of=${s} />`}
    ${state.more && html`<${Alike} key=${s.id} of=${s} />`}`
  }
  <${Sight} />
</details>`;
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
/** In how many of its pictures somebody has looked. */
function Looked({ of: s }) {
  const own = useMemo(() => framesOf(s.tracks), [s.tracks]),
    seen = own.filter((at) => state.wasSeen[at]).length;
  return html`<p class="small" id="looked">${t("looked", { n: own.length, seen })}</p>`;
}
function Correct({ of: s }) {
  const here = partIn(s);
  const followFrom = () => begin("follow", { frame: state.frame, track: here.id }, t("following"));
  const remove = () => edit("remove", { ids: [s.id] }, t("removed"));
  return html`<h3>${t("correct")}</h3>
    <div class="two">
      <${Button} word="span_start" hotkey="[" act=${() => beginHere(s)} />
      <${Button} word="span_end" hotkey="]" act=${() => endHere(s)} />
      <${Button} word="split" hotkey="S" title="split_title" act=${() => split(s)}
        disabled=${!here || here.first >= state.frame} />
      <${Button} word="follow_from" title="follow_title" disabled=${!here} act=${followFrom} />
      ${s.origin === "manual" && html`<${Button} id="remove" word="remove" act=${remove} />`}
    </div>`;
}
/** Where somebody who is hidden has no mask between two parts: what can be done about it. */
const Gaps = ({ of: s }) =>
  s.gaps.map(({ before, after, first, last }) => {
    const fill = (how) => () => begin("bridge", { before, after, how }),
      [from, to] = [clock(state.times[first], 2), clock(state.times[last], 2)];
    return html`<div class="item warn" data-gap=${before}>
      <div>${t("gap", { from, to, n: last - first + 1 })}</div>
      <p class="small">${t("gap_note")}</p>
      <div class="row">
        <${Button} word="gap_follow" class="primary" data-bridge="follow" act=${fill("follow")} />
        <${Button} word="gap_hold" data-bridge="hold" act=${fill("hold")} />
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
/** Who looks like somebody: by and by, for in a crowd it takes a while until all have a picture. */
function Alike({ of: s }) {
  const alike = useSignal([]);
  useEffect(() => {
    let timer = 0,
      over = false;
    const ask = async () => {
      const told = await get("alike", { id: s.id }).catch(() => null);
      if (!told || over) return;
      alike.value = told.alike;
      if (!told.every) timer = setTimeout(ask, 500);
    };
    ask();
    return () => clearTimeout(timer, (over = true));
  }, []);
  const found = alike.value.map(([id]) => state.subjects.get(id)).filter(Boolean);
  if (!found.length) return null;
  return html`<h3>${t("alike")}</h3>
    <p class="small muted">${t("alike_note")}</p>
    <${Faces} who=${found} act=${(other) => chooseBoth(s, other, other.best[1])} words=${(other) => t("choose_both", { who: title(other) })} />`;
}
const Several = ({ who }) => html`
  <h2>${t("chosen", { n: who.length })}</h2>
  <${Faces} who=${who.slice(0, 24)} act=${(s) => select(s.id)} />
  <div class="row"><${Button} id="join" word="join" hotkey="J" class="primary" act=${joinChosen} /></div>
  <p class="small muted">${t("join_note")}</p>
  <${Why} who=${who} />
`;
