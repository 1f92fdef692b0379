// Everybody who was found, as the list and the timeline show them; choosing and deciding by keys.
import { computed } from "./html.js";
import { edit, inTurn, kindOf, KINDS, partIn, select, state, toast } from "./store.js";
import { t } from "./words.js";
import { forget } from "./controls.js";
import * as player from "./player.js";
import { askReason, draftOf, reasonFor } from "./reason.js";

export const MARKS = { keep: "✓", hide: "■", none: "∅", open: "○" };
export const FILTERS = {
  all: () => true,
  open: (s) => kindOf(s) === "open",
  here: (s) => partIn(s),
};
const byTime = (a, b) => a.first - b.first || a.id - b.id;
const order = computed(() =>
  [...state.subjects.values()].filter(FILTERS[state.filter]).sort(byTime),
);
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
/** Choose all between two in the list. */
export function chooseRange(from, to) {
  const ids = listed().map((s) => s.id),
    [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y);
  select(ids.slice(Math.max(0, a), b + 1));
}
/** Choose two who may be the same, in a picture in which both can be compared. */
export function chooseBoth(one, other, frame) {
  select([one.id, other.id]);
  player.show(frame);
}
/** Go to somebody's best picture, unless there is a mask of them in this one: what is corrected
 *  next is corrected in the picture that was looked at. */
export function goTo(subject) {
  player.stop();
  if (!partIn(subject, state.wanted)) player.show(subject.best[1]);
}

/** Hide, keep, or say that it is no face: for all that are chosen; once the reason is written, on to
 *  the next undecided one. */
export async function decide(decision) {
  const who = state.chosen;
  if (!who.length) return toast(t("choose_first"), true);
  const ids = who.map((s) => s.id),
    reason = reasonFor(who, decision),
    words = { hide: "decided_hide", keep: "decided_keep", "false alarm": "decided_none" },
    here = who.map((s) => partIn(s)).filter(Boolean),
    seen = decision === "false alarm" ? here.map((part) => [part.id, state.frame]) : [];
  const waits = askReason(who, KINDS[decision], () => onToNext(who));
  const decided = () => {
    if (state.drafts[draftOf(ids)] === reason) forget(draftOf(ids));
    if (!waits) onToNext(who);
  };
  const done = t(words[decision], { n: ids.length });
  const told = await edit("decide", { ids, decision, reason, seen }, done, decided);
  if (!told && !state.dialog) state.outstanding = null;
}
async function onToNext(who) {
  await inTurn(async () => {}); // what was pressed before it was answered
  const isOpen = (s) => kindOf(state.subjects.get(s.id) ?? s) === "open";
  const next = listed().find((s) => byTime(s, who.at(-1)) > 0) || listed()[0];
  if (state.filter !== "open" || who.some(isOpen) || !next) return;
  select(next.id);
  goTo(next);
}
/** Hide everybody about whom nobody has decided, once somebody was kept. */
export const only = (id) => edit("only", { id }, t("decided_only"));

export const joinChosen = () => edit("merge", { ids: state.selected }, t("joined"), joined);
function joined() {
  select(Math.min(...state.selected.filter((id) => state.subjects.has(id))));
  const open = state.one && ["keep", "none"].includes(kindOf(state.one)) ? [] : state.one?.gaps;
  const n = (open || []).reduce((sum, g) => sum + g.last - g.first + 1, 0);
  if (n) toast(t("joined_gap", { n }));
}
/** The part of somebody that is in a picture, or else the one that is nearest in time. */
export function nearest(s, frame = state.frame) {
  const away = (k) => Math.max(0, k.first - frame, frame - k.last);
  return s.tracks.reduce((a, b) => (away(b) < away(a) ? b : a));
}
export const split = (s) =>
  edit("split", { track: nearest(s).id, frame: state.frame }, t("split_done"));
export const beginHere = (s) => spanned(s, state.frame, nearest(s).last);
export const endHere = (s) => spanned(s, nearest(s).first, state.frame);
/** Let the nearest part of somebody begin or end elsewhere. */
const spanned = (s, first, last) => edit("span", { track: nearest(s).id, first, last }, t("done"));
