// One card a subject; filters; choosing many; deciding.
import { html } from "./html.js";
import { kindOf, point, select, state, title } from "./store.js";
import { number, reasonWords, span, t } from "./words.js";
import { Button } from "./controls.js";
import { Face } from "./picture.js";
import { Rows, useClicks } from "./rows.js";
import * as list from "./list.js";

export const Gallery = () => html`
  <section id="gallery" aria-labelledby="gallery-title">
    <div class="head">
      <h2 id="gallery-title">${t("people")}</h2>
      <span id="gallery-count" class="muted small">
        ${t("of_all", { n: list.listed().length, all: state.subjects.size })}
      </span>
    </div>
    <${Filters} />
    <p id="nobody" class="empty" hidden=${list.listed().length > 0}>
      ${t(state.subjects.size ? "nobody_here" : "nobody_found")}
    </p>
    <${Cards} />
    <${Decide} />
  </section>
`;
function Filters() {
  const count = (name) =>
    html`<b>${number([...state.subjects.values()].filter(list.FILTERS[name]).length)}</b>`;
  const filter = (name) => html`<${Button} pressed=${state.filter === name} data-filter=${name}
    act=${() => (state.filter = name)}>${t(`filter.${name}`)} ${count(name)}<//>`;
  return html`<div id="filters" role="group" aria-label=${t("filters")}>${Object.keys(list.FILTERS).map(filter)}</div>`;
}

const TALL = 79; // pixels of a card with its gap
let anchor = 0; // the card from which Shift chooses

function Cards() {
  const clicks = useClicks((id, event) => {
    if (event.shiftKey && anchor) return list.chooseRange(anchor, id);
    const add = event.ctrlKey || event.metaKey;
    select(id, { add });
    anchor = id;
    if (!add) list.goTo(state.subjects.get(id));
  });
  return html`<${Rows} key=${state.filter} id="cards" role="listbox" aria-multiselectable="true" tabindex="0"
    aria-label=${t("people")} aria-activedescendant=${state.selected.length ? `card-${state.selected.at(-1)}` : null}
    onpointerleave=${() => point(0)} ...${clicks} all=${list.listed()} chosen=${state.subjects.get(state.selected.at(-1))} tall=${TALL}
    row=${(s, at) => html`<${Card} key=${s.id} subject=${s} at=${at} of=${list.listed().length} />`} />`;
}
function Card({ subject: s, at, of }) {
  const kind = kindOf(s),
    sure = certainty(s),
    reason = reasonWords(s.reason),
    parts = s.tracks.length > 1 ? ` · ${t("parts", { n: s.tracks.length })}` : "";
  return html`<div id=${`card-${s.id}`} class=${s.id === state.pointed ? "card pointed" : "card"} role="option"
    data-id=${s.id} data-kind=${kind}
    aria-selected=${String(state.selected.includes(s.id))} aria-posinset=${at} aria-setsize=${of}
    onpointermove=${() => point(s.id)}>
    <${Face} of=${s.best} />
    <div>
      <div class="title"><span>${title(s)}</span><${Tag} of=${s} /></div>
      <div class="line">${span(s.from, s.to) + parts}</div>
      <div class=${s.certainty === "unsure" ? "line doubt" : "line"}>
        ${reason ? `${sure} · ${reason}` : sure}
      </div>
    </div>
  </div>`;
}
/** How surely somebody was seen, in words. */
export const certainty = (s) =>
  s.certainty === "by hand" ? t("by_hand") : t(`certainty.${s.certainty}`);
const stateWords = (s) => t(s.cut ? "state_cut" : `state.${kindOf(s)}`);
/** What is decided about somebody. */
export const Tag = ({ of }) =>
  html`<span class=${`tag ${kindOf(of)}`}>${list.MARKS[kindOf(of)]} ${stateWords(of)}</span>`;

function Decide() {
  const now = new Set(state.chosen.map((s) => (s.cut ? "cut" : kindOf(s)))), // that is no button's
    button = (kind, word, hotkey, decision) =>
      html`<${Button} id=${`d-${kind}`} word=${word} hotkey=${hotkey} disabled=${!now.size}
        pressed=${now.size === 1 && now.has(kind)} act=${() => list.decide(decision)} />`;
  return html`<div id="decide" role="group" aria-label=${t("decide")}>
    ${button("hide", "hide", "H", "hide")} ${button("keep", "keep", "K", "keep")}
    ${button("none", "no_face", "X", "false alarm")}
  </div>`;
}
