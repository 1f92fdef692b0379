// One who is kept, where nobody is sure of it: a stretch of it is played slowly and large, and confirmed
// or not; see confirm_dialog.js for all stretches at once.
import { edit, maskOf, state, toast } from "./store.js";
import { effect, untracked } from "./html.js";
import { t } from "./words.js";
import * as player from "./player.js";
import { allTold } from "./seen.js";

const SLOWER = 4, // times as slow as it plays
  LEAST = 220, // milliseconds a picture, so that it counts as looked at
  TALL = 0.4; // share of the height that a face gets
let begun = false, // until its first picture came, one that was asked for before may still come
  far = 0, // the last picture that was played
  lens = null, // what was seen before
  wait = 0;

/** Where nobody is sure of the chosen one: stretches that are looked at as one, each with its track,
 *  its first and last picture, and all `pictures` in which they are unsure. */
export const stretches = () => state.one?.confirm ?? [];

/** Play a stretch; pressed again in the midst of one, from its beginning. */
export function playStretch(stretch) {
  lens ||= state.lens;
  player.unmask();
  [begun, far] = [false, stretch.first - 1];
  state.confirming = stretch;
  player.goTo(stretch.first);
}

/** What comes of the picture that is shown now, while a stretch is played. */
function follow() {
  const here = state.confirming,
    n = state.frame;
  if (!here) return;
  const { track, first, last, pictures } = here;
  begun ||= n === first;
  if (!begun) return;
  if (n < first || n > last) return end(); // somebody went elsewhere
  enlarge(maskOf(track)?.at);
  if (n === far + 1) far = n;
  clearTimeout(wait);
  if (n === last) return;
  const usual = 1000 * (state.times[n + 1] - state.times[n]),
    slowly = pictures?.includes(n) ?? true; // in the rest they surely are
  wait = setTimeout(
    () => {
      if (state.confirming === here && state.frame === n) player.show(n + 1);
    },
    slowly ? Math.max(LEAST, SLOWER * usual) : usual,
  );
}
function enlarge(at) {
  if (!at) return;
  const [x1, y1, x2, y2] = at,
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

/** It is the same one in what was played so far, or it is not. */
export async function answer(same) {
  const mine = state.confirming;
  if (!mine) return;
  const { track, first, last } = mine,
    until = same ? Math.max(first, Math.min(far, last)) : last;
  clearTimeout(wait);
  await allTold(); // what was on the screen, the last picture too: nothing else can be confirmed
  if (!(await sayOf([[track, first, until]], same)) || state.confirming !== mine) return;
  end();
  if (stretches().length) openPictures();
}
/** Say of stretches of the chosen one that it is the same one in them, or that it is not, and of
 *  others that it is not. */
export async function sayOf(runs, same, others = []) {
  const [yes, no] = same ? [runs, others] : [[], [...runs, ...others]],
    pictures = (of) => of.reduce((n, [, first, last]) => n + last - first + 1, 0),
    done = same ? t("confirmed", { n: pictures(yes) }) : t("not_here", { n: pictures(no) });
  const told = await edit("confirm", { same: yes, other: no }, done);
  if (told && !stretches().length) toast(t("all_confirmed"));
  return told;
}
/** Show all pictures in which nobody is sure of the chosen one. */
export function openPictures() {
  if (stretches().length) state.dialog = { kind: "confirm" };
  else toast(t(state.one ? "nothing_to_confirm" : "choose_first"));
}
/** Begin: play a stretch anew, where one is played; else show all pictures. */
export const confirmChosen = () =>
  state.confirming ? playStretch(state.confirming) : openPictures();
/** While a stretch is played, go on with each picture. Whoever goes elsewhere, or chooses another
 *  one, ends it. */
export function attach() {
  effect(() => state.shot && untracked(follow));
  effect(() => {
    const wanted = state.wanted;
    untracked(() => state.confirming && !begun && wanted !== state.confirming.first && end());
  });
  effect(() => {
    const own = state.chosen.flatMap((s) => s.tracks.map((k) => k.id));
    untracked(() => state.confirming && !own.includes(state.confirming.track) && end());
  });
}
