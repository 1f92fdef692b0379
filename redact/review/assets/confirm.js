// One who is kept, where nobody is sure of it: played slowly and large, to be confirmed or not.
import { shownOf, edit, state, toast } from "./store.js";
import { effect, untracked } from "./html.js";
import { t } from "./words.js";
import * as player from "./player.js";
import { allTold } from "./seen.js";

const SLOWER = 4, // times as slow as it plays
  LEAST = 220, // milliseconds a picture, so that it counts as looked at
  TALL = 0.4, // share of the height that a face gets
  NEAR = 1; // second: what lies closer together is played, and answered, as one
let begun = false, // until its first picture came, one that was asked for before may still come
  far = 0, // the last picture that was played
  lens = null, // what was seen before
  wait = 0;

/** Where nobody is sure of the chosen one: track, first and last picture. */
const unsure = () => state.one?.confirm || [];
/** The stretches of the chosen one that wait for a word. Between two looks of a network lie a few
 *  pictures each: to answer for every such gap by itself would be dozens of keys a minute. */
export function stretches() {
  const joined = [],
    at = new Map(); // track → its last stretch
  for (const [track, first, last] of unsure()) {
    const before = at.get(track);
    if (before && state.times[first] - state.times[before[2]] <= NEAR) before[2] = last;
    else at.set(track, joined[joined.push([track, first, last]) - 1]);
  }
  return joined;
}

/** Play a stretch, or the first that waits; pressed again in the midst of one, from its beginning. */
export function playStretch(stretch = state.confirming || nextStretch(state.frame)) {
  if (!stretch) return toast(t(state.one ? "nothing_to_confirm" : "choose_first"));
  lens ||= state.lens;
  player.unmask();
  [begun, far] = [false, stretch[1] - 1];
  state.confirming = stretch;
  player.goTo(stretch[1]);
}
const nextStretch = (from) =>
  stretches().find(([, first]) => first >= from) || stretches()[0] || null;

/** What comes of the picture that is shown now, while a stretch is played. */
function follow() {
  if (!state.confirming) return;
  const [track, first, last] = state.confirming,
    n = state.frame;
  begun ||= n === first;
  if (!begun) return;
  if (n < first || n > last) return end(); // somebody went elsewhere
  enlarge(shownOf(track)?.box);
  if (n === far + 1) far = n;
  clearTimeout(wait);
  if (n === last) return;
  const usual = 1000 * (state.times[n + 1] - state.times[n]),
    own = unsure().filter(([of]) => of === track);
  const slowly = !own.length || own.some(([, a, b]) => a <= n && n <= b); // the rest is surely the same
  const here = state.confirming;
  wait = setTimeout(
    () => {
      if (state.confirming === here && state.frame === n) player.show(n + 1);
    },
    slowly ? Math.max(LEAST, SLOWER * usual) : usual,
  );
}
function enlarge(box) {
  if (!box) return;
  const [x1, y1, x2, y2] = box,
    { width, height } = state.clip,
    tall = ((y2 - y1) * player.place().sy) / state.lens.zoom;
  const zoom = (TALL * state.room.height) / Math.max(tall, 1);
  player.look(Math.max(1, Math.min(16, zoom)), (x1 + x2) / 2 / width, (y1 + y2) / 2 / height);
}
export function end() {
  if (!state.confirming) return;
  clearTimeout(wait);
  state.confirming = null;
  if (lens) state.lens = lens;
  lens = null;
}

/** It is the same one in what was played so far, or it is not; then on to the next stretch. */
export async function answer(same) {
  const mine = state.confirming;
  if (!mine) return playStretch();
  const [track, first, last] = mine,
    until = same ? Math.max(first, Math.min(far, last)) : last;
  clearTimeout(wait);
  await allTold(); // what was on the screen, the last picture too: nothing else can be confirmed
  const done = t(same ? "confirmed" : "not_here", { n: until - first + 1 });
  const told = await edit("confirm", { track, first, last: until, same }, done);
  if (!told || state.confirming !== mine) return;
  if (stretches().length) return playStretch(nextStretch(until + 1));
  end();
  toast(t("all_confirmed"));
}
/** While a stretch is played, go on with each picture. Whoever goes elsewhere, or chooses another
 *  one, ends it. */
export function attach() {
  effect(() => state.shot && untracked(follow));
  effect(() => {
    const wanted = state.wanted;
    untracked(() => state.confirming && !begun && wanted !== state.confirming[1] && end());
  });
  effect(() => {
    const own = state.chosen.flatMap((s) => s.tracks.map((k) => k.id));
    untracked(() => state.confirming && !own.includes(state.confirming[0]) && end());
  });
}
