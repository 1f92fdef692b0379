// Everybody who was found, as the list and the timeline show them; choosing and deciding by keys.
import { computed } from "./html.js";
import { edit, framesOf, kindOf, partIn, select, state, title, toast, undo } from "./store.js";
import { isOwnReason, t } from "./words.js";
import { forget } from "./controls.js";
import * as player from "./player.js";

export const MARKS = { keep: "✓", hide: "■", none: "∅", open: "○" };
const BY = {
  time: (a, b) => a.first - b.first || a.id - b.id,
  doubt: (a, b) => (a.score ?? 1) - (b.score ?? 1) || BY.time(a, b),
  long: (a, b) => b.to - b.from - (a.to - a.from) || BY.time(a, b),
};
export const ORDERS = Object.keys(BY);
export const FILTERS = {
  all: () => true,
  open: (s) => kindOf(s) === "open",
  unsure: (s) => s.certainty === "unsure",
  none: (s) => kindOf(s) === "none" && !s.cut,
  here: (s) => partIn(s),
};
export const kinds = computed(() => [
  ...new Set([...state.subjects.values()].map((s) => s.target)),
]);
/** The kind that is shown, as long as there is one of it. */
export const kind = () => (kinds.value.includes(state.kind) ? state.kind : "all");
export const ofKind = computed(() =>
  [...state.subjects.values()].filter((s) => kind() === "all" || s.target === kind()),
);
const order = computed(() => ofKind.value.filter(FILTERS[state.filter]).sort(BY[state.sort]));
/** Everybody whom the filter shows, in order. */
export const listed = () => order.value;
/** By what the list is chosen and ordered. */
export const shownBy = () => `${state.filter}/${kind()}/${state.sort}`;

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

/** Hide, keep, or say that it is no face: for all that are chosen; then on to the next undecided one. */
export async function decide(decision) {
  const who = state.chosen;
  if (!who.length) return toast(t("choose_first"), true);
  const ids = who.map((s) => s.id),
    reason = reasonFor(who, decision),
    words = { hide: "decided_hide", keep: "decided_keep", "false alarm": "decided_none" };
  const done = t(words[decision], { n: ids.length });
  if (!(await edit("decide", { ids, decision, reason }, done))) return;
  forget(draftOf(ids));
  if (state.filter !== "open") return;
  const next = listed().find((s) => BY[state.sort](s, who.at(-1)) > 0) || listed()[0];
  if (!next) return;
  select(next.id);
  goTo(next);
}
export async function only(id) {
  const reason = reasonFor([state.subjects.get(id)], "keep");
  if (await edit("only", { id, reason }, t("decided_only"))) forget(draftOf([id]));
}
/** Where the reason is kept that is being written for those. */
export const draftOf = (ids) => `why/${ids}`;
/** What was written for those that are chosen, or stands with each already, be it before anybody
 *  decided; never what was written of another decision. */
const reasonFor = (who, decision) =>
  state.drafts[draftOf(who.map((s) => s.id))] ??
  (who.every((s) => [decision, ""].includes(s.decision)) ? reasonOf(who) : "");
/** The reason that a person gave for all of those. */
export const reasonOf = ([first, ...others]) =>
  others.every((s) => s.reason === first.reason) && !isOwnReason(first.reason) ? first.reason : "";

export async function joinChosen() {
  if (!(await edit("merge", { ids: state.selected }, t("joined")))) return;
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
/** Let the nearest part of somebody begin or end elsewhere; and say in how many pictures nobody
 *  hides them any more. */
async function spanned(s, first, last) {
  const part = nearest(s),
    hidden = new Set(framesOf([...s.tracks.filter((k) => k !== part), { first, last }])),
    isShown = (at) => s.shown.some(([a, b]) => a <= at && at <= b),
    n = framesOf([part]).filter((at) => !hidden.has(at) && !isShown(at)).length;
  if (!(await edit("span", { track: part.id, first, last }))) return;
  if (!n) return toast(t("done"));
  const words = t(part.first < first ? "open_before" : "open_after", { who: title(s), n });
  toast(words, false, { id: "undo-span", word: "undo", act: undo });
}
