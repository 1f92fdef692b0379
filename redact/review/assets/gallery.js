// One card a subject; filters; choosing many; deciding. Of an hour's thousands, only the cards in
// view and some around them are in the page.
import { html, signal, useLayoutEffect, useRef } from "./html.js";
import { kindOf, point, select, state, title } from "./store.js";
import { number, reasonWords, span, t } from "./words.js";
import { Button } from "./button.js";
import { Choices } from "./field.js";
import { Face } from "./faces.js";
import {
  chooseRange,
  decide,
  FILTERS,
  goTo,
  kind,
  kinds,
  listed,
  MARKS,
  ofKind,
  ORDERS,
} from "./list.js";

export const Gallery = () => html`
  <section id="gallery" aria-labelledby="gallery-title">
    <div class="head">
      <h2 id="gallery-title">${t("people")}</h2>
      <span id="gallery-count" class="muted small">
        ${t("of_all", { n: listed().length, all: state.subjects.size })}
      </span>
    </div>
    <${Filters} />
    <p id="nobody" class="empty" hidden=${listed().length > 0}>
      ${t(state.subjects.size ? "nobody_here" : "nobody_found")}
    </p>
    <${Cards} />
    <${Decide} />
  </section>
`;
function Filters() {
  const offered = ["all", ...kinds.value].map((name) => [
    name,
    name === "all" ? t("every_kind") : t(`target.${name}`),
  ]);
  return html`
    <div id="filters" role="group" aria-label=${t("filters")}>
      ${Object.keys(FILTERS).map(
        (
          name,
        ) => html`<${Button} pressed=${state.filter === name} data-filter=${name} act=${() => (state.filter = name)}>
          ${t(`filter.${name}`)}
          ${name !== "here" && html`<b>${number(ofKind.value.filter(FILTERS[name]).length)}</b>`}
        <//>`,
      )}
    </div>
    <div id="order">
      <${Choices} id="kinds" aria-label=${t("kinds")} values=${offered} value=${kind()} take=${(name) => (state.kind = name)} />
      <${Choices} id="sort" aria-label=${t("sort")} values=${ORDERS.map((name) => [name, t(`sort.${name}`)])}
        value=${state.sort} take=${(name) => (state.sort = name)} />
    </div>
  `;
}

const AROUND = 12,
  ENDS = 13; // pixels above and below all of them
const view = signal({ top: 0, height: 0 }),
  row = signal(79); // pixels of a card with its gap, until one was measured
let anchor = 0;

function Cards() {
  const box = useRef(),
    all = listed(),
    chosen = state.selected.at(-1);
  const measure = () => {
    const { scrollTop: top, clientHeight: height } = box.current;
    if (top !== view.value.top || height !== view.value.height) view.value = { top, height };
  };
  useLayoutEffect(() => {
    measure();
    new ResizeObserver(measure).observe(box.current);
  }, []);
  useLayoutEffect(() => {
    const [one, other] = box.current.children,
      measured = other ? other.offsetTop - one.offsetTop : 0;
    if (measured > 0) row.value = measured;
  });
  // Whoever was chosen elsewhere, or drawn, is brought into view.
  useLayoutEffect(() => {
    const at = all.findIndex((s) => s.id === chosen) * row.value,
      below = at + row.value + ENDS - box.current.clientHeight;
    if (at < 0) return;
    if (box.current.scrollTop > at) box.current.scrollTop = at;
    else if (box.current.scrollTop < below) box.current.scrollTop = below;
    measure();
  }, [chosen, all.length]);
  const most = all.length * row.value + ENDS - view.value.height,
    top = Math.max(0, Math.min(view.value.top, most)),
    first = Math.max(0, Math.floor(top / row.value) - AROUND),
    last = Math.min(all.length, Math.ceil((top + view.value.height) / row.value) + AROUND);
  const room = (at) => ({
    // for those that are not in the page
    marginTop: at === first ? `${first * row.value}px` : "",
    marginBottom: at === last - 1 ? `${(all.length - last) * row.value}px` : "",
  });
  return html`<div id="cards" ref=${box} role="listbox" aria-multiselectable="true" tabindex="0"
    aria-label=${t("people")} aria-activedescendant=${chosen ? `card-${chosen}` : null}
    onscroll=${measure} onpointerleave=${() => point(0)}>
    ${all
      .slice(first, last)
      .map(
        (s, i) =>
          html`<${Card} key=${s.id} subject=${s} at=${first + i + 1} of=${all.length} style=${room(first + i)} />`,
      )}
  </div>`;
}
function Card({ subject: s, at, of, style }) {
  const kind = kindOf(s),
    sure = certainty(s),
    reason = reasonWords(s.reason),
    parts = s.tracks.length > 1 ? ` · ${t("parts", { n: s.tracks.length })}` : "";
  const click = (event) => {
    if (event.shiftKey && anchor) return chooseRange(anchor, s.id);
    const add = event.ctrlKey || event.metaKey;
    select(s.id, { add });
    anchor = s.id;
    if (!add) goTo(s);
  };
  return html`<div id=${`card-${s.id}`} class=${s.id === state.pointed ? "card pointed" : "card"} role="option"
    style=${style} data-id=${s.id} data-kind=${kind}
    aria-selected=${String(state.selected.includes(s.id))} aria-posinset=${at} aria-setsize=${of}
    onclick=${click} onpointermove=${() => point(s.id)}>
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
  html`<span class=${`tag ${kindOf(of)}`}>${MARKS[kindOf(of)]} ${stateWords(of)}</span>`;

function Decide() {
  const kinds = new Set(state.chosen.map((s) => (s.cut ? "cut" : kindOf(s)))), // that is no button's
    button = (id, kind, word, hotkey, decision) =>
      html`<${Button} id=${id} word=${word} hotkey=${hotkey} disabled=${!kinds.size}
        pressed=${kinds.size === 1 && kinds.has(kind)} act=${() => decide(decision)} />`;
  return html`<div id="decide" role="group" aria-label=${t("decide")}>
    ${button("d-hide", "hide", "hide", "H", "hide")}
    ${button("d-keep", "keep", "keep", "K", "keep")}
    ${button("d-none", "none", "no_face", "X", "false alarm")}
  </div>`;
}
