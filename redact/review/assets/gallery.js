// Everybody who was found: one card a subject; filters, choosing many, deciding, joining, correcting.
import { computed, html } from "./html.js";
import {
  edit,
  inTurn,
  kindOf,
  KINDS,
  partIn,
  point,
  select,
  state,
  title,
  toast,
} from "./store.js";
import { number, reasonWords, span, t } from "./words.js";
import { Button, forget } from "./controls.js";
import { Face } from "./picture.js";
import * as player from "./player.js";
import { askReason, draftOf, reasonFor } from "./reason.js";
import { Rows, useClicks } from "./rows.js";

export const MARKS = { keep: "✓", hide: "■", none: "∅", open: "○" };
const FILTERS = {
  all: () => true,
  open: (s) => kindOf(s) === "open",
  here: (s) => partIn(s),
};
const byTime = (a, b) => a.first - b.first || a.id - b.id;
const filtered = (name) => [...state.subjects.values()].filter(FILTERS[name]);
const order = computed(() => filtered(state.filter).sort(byTime));
/** Everybody whom the filter shows, in order. */
export const listed = () => order.value;

/** The one so many places on in a list, from the one of that number; without that, the first. */
export function onFrom(all, id, by) {
  const now = all.findIndex((one) => one.id === id);
  return all[now < 0 ? 0 : Math.max(0, Math.min(all.length - 1, now + by))];
}
/** The next or the one before in the list; with `more`, that one too. */
export function chooseNext(by, more) {
  const next = onFrom(listed(), state.selected.at(-1), by);
  if (!next) return;
  select(more ? [...state.selected.filter((id) => id !== next.id), next.id] : next.id);
  goTo(next);
}
export const chooseAll = () => select(listed().map((s) => s.id));
/** Go to somebody's best picture, unless there is a mask of them in this one: what is corrected
 *  next is corrected in the picture that was looked at. */
export function goTo(subject) {
  player.stop();
  if (!partIn(subject, state.wanted)) player.show(subject.best[1]);
}

const DECIDED = { hide: "decided_hide", keep: "decided_keep", "false alarm": "decided_none" };
/** Hide, keep, or say that it is no face: for all that are chosen; once the reason is written, on to
 *  the next undecided one. */
export async function decide(decision) {
  const who = state.chosen;
  if (!who.length) return toast(t("choose_first"), true);
  const ids = who.map((s) => s.id),
    reason = reasonFor(who, decision),
    here = who.map((s) => partIn(s)).filter(Boolean),
    seen = decision === "false alarm" ? here.map((part) => [part.id, state.frame]) : [],
    waits = askReason(who, KINDS[decision], () => onToNext(who));
  const decided = () => {
    if (state.drafts[draftOf(ids)] === reason) forget(draftOf(ids));
    if (!waits) onToNext(who);
  };
  const done = t(DECIDED[decision], { n: ids.length });
  const told = await edit("decide", { ids, decision, reason, seen }, done, decided);
  if (!told && !state.dialog) state.outstanding = null;
}
async function onToNext(who) {
  await inTurn(async () => {}); // what was pressed before it was answered
  const isOpen = (s) => kindOf(state.subjects.get(s.id) ?? s) === "open",
    next = listed().find((s) => byTime(s, who.at(-1)) > 0) || listed()[0];
  if (state.filter !== "open" || who.some(isOpen) || !next) return;
  select(next.id);
  goTo(next);
}
/** Hide everybody about whom nobody has decided, once somebody was kept. */
export const only = (id) => edit("only", { id }, t("decided_only"));

export const joinChosen = () =>
  edit("merge", { ids: state.selected }, t("joined"), () =>
    select(Math.min(...state.selected.filter((id) => state.subjects.has(id)))),
  );
/** The part of somebody that is in the picture, or else the one that is nearest in time. */
function nearest(s) {
  const away = (k) => Math.max(0, k.first - state.frame, state.frame - k.last);
  return s.tracks.reduce((a, b) => (away(b) < away(a) ? b : a));
}
export const split = (s) =>
  edit("split", { track: nearest(s).id, frame: state.frame }, t("split_done"));
/** Let the nearest part of somebody begin or end here. */
const spanned = ({ id, first, last }, change) =>
  edit("span", { track: id, first, last, ...change }, t("done"));
export const beginHere = (s) => spanned(nearest(s), { first: state.frame });
export const endHere = (s) => spanned(nearest(s), { last: state.frame });

export const Gallery = () => html`
  <section id="gallery" aria-labelledby="gallery-title">
    <div class="head">
      <h2 id="gallery-title">${t("people")}</h2>
      <span id="gallery-count" class="muted small">
        ${t("of_all", { n: listed().length, all: state.subjects.size })}
      </span>
    </div>
    <div id="filters" role="group" aria-label=${t("filters")}>${Object.keys(FILTERS).map(Filter)}</div>
    <p id="nobody" class="empty" hidden=${listed().length > 0}>
      ${t(state.subjects.size ? "nobody_here" : "nobody_found")}
    </p>
    <${Cards} />
    <${Decide} />
  </section>
`;
const Filter = (name) => html`<${Button} pressed=${state.filter === name} data-filter=${name}
  act=${() => (state.filter = name)}>${t(`filter.${name}`)} <b>${number(filtered(name).length)}</b><//>`;

const TALL = 79; // pixels of a card with its gap
function Cards() {
  const clicks = useClicks((id, { ctrlKey, metaKey, shiftKey }) => {
    const add = ctrlKey || metaKey || shiftKey;
    select(id, { add });
    if (!add) goTo(state.subjects.get(id));
  });
  const last = state.selected.at(-1);
  return html`<${Rows} key=${state.filter} id="cards" role="listbox" aria-multiselectable="true" tabindex="0"
    aria-label=${t("people")} aria-activedescendant=${last ? `card-${last}` : null}
    onpointerleave=${() => point(0)} ...${clicks} all=${listed()} chosen=${state.subjects.get(last)} tall=${TALL}
    row=${(s, at) => html`<${Card} key=${s.id} subject=${s} at=${at} of=${listed().length} />`} />`;
}
function Card({ subject: s, at, of }) {
  const sure = certainty(s),
    reason = reasonWords(s.reason),
    parts = s.tracks.length > 1 ? ` · ${t("parts", { n: s.tracks.length })}` : "";
  return html`<div id=${`card-${s.id}`} class=${s.id === state.pointed ? "card pointed" : "card"} role="option"
    data-id=${s.id} data-kind=${kindOf(s)}
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
/** What is decided about somebody. */
export function Tag({ of: s }) {
  const kind = kindOf(s);
  return html`<span class=${`tag ${kind}`}>${MARKS[kind]} ${t(s.cut ? "state_cut" : `state.${kind}`)}</span>`;
}
function Decide() {
  const now = new Set(state.chosen.map((s) => (s.cut ? "cut" : kindOf(s)))), // that is no button's
    button = (kind, word, hotkey, decision) =>
      html`<${Button} id=${`d-${kind}`} word=${word} hotkey=${hotkey} disabled=${!now.size}
        pressed=${now.size === 1 && now.has(kind)} act=${() => decide(decision)} />`;
  return html`<div id="decide" role="group" aria-label=${t("decide")}>
    ${button("hide", "hide", "H", "hide")} ${button("keep", "keep", "K", "keep")}
    ${button("none", "no_face", "X", "false alarm")}
  </div>`;
}
