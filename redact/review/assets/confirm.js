// One who is kept, where nobody is sure of it: played slowly and large, to be confirmed or not.
import { chosen, edit, on, state, toast } from "./store.js";
import { t } from "./words.js";
import * as player from "./player.js";
import { allTold } from "./seen.js";

const SLOWER = 4,
  LEAST = 220; // times as slow as it plays; milliseconds a picture, so that it counts as looked at
const TALL = 0.4; // share of the height that a face gets
const NEAR = 0.5; // seconds: what lies closer together is played, and answered, as one
let playing = null,
  lens = null,
  wait = 0;

/** Where nobody is sure of the chosen one: track, first and last picture. */
const unsure = () => (chosen().length === 1 ? chosen()[0].confirm || [] : []);
/** The stretches of the chosen one that wait for a word. Between two looks of a network lie a few
 *  pictures each: to answer for every such gap by itself would be dozens of keys a minute. */
export function stretches() {
  const joined = [],
    at = new Map(); // track → its last stretch
  for (const [track, first, last] of unsure()) {
    const before = at.get(track);
    if (before && state.times[first] - state.times[before[2]] <= NEAR) before[2] = last;
    else {
      at.set(track, [track, first, last]);
      joined.push(at.get(track));
    }
  }
  return joined;
}
export const isConfirming = () => Boolean(playing);
/** The stretch that is being asked about. */
export const asked = () => playing && [playing.track, playing.first, playing.last];

/** Play a stretch, or the first that waits; pressed again in the midst of one, from its beginning. */
export function playStretch(stretch = null) {
  const next =
    stretch ||
    (playing && asked()) ||
    stretches().find(([, first]) => first >= state.frame) ||
    stretches()[0];
  if (!next) return toast(t(chosen().length === 1 ? "nothing_to_confirm" : "choose_first"));
  const [track, first, last] = next;
  lens ||= { ...player.lens };
  if (state.view === "result") player.setView("outlines");
  playing = { track, first, last, far: first - 1, begun: false };
  player.stop();
  player.show(first);
}
/** Play whatever stretch of pictures slowly and large, with nothing to answer. */
export const playAround = (track, first, last) => playStretch([track, first, last]);

function shown() {
  if (!playing) return;
  const { track, first, last } = playing,
    n = state.frame;
  playing.begun ||= n === first; // until then, a picture that was asked for before may still come
  if (!playing.begun) return;
  if (n < first || n > last) return end(); // somebody went elsewhere
  enlarge(state.boxes.find((box) => box[0] === track));
  if (n === playing.far + 1) playing.far = n;
  clearTimeout(wait);
  if (n === last) return;
  const usual = 1000 * (state.times[n + 1] - state.times[n]),
    own = unsure().filter(([of]) => of === track);
  const slowly = !own.length || own.some(([, a, b]) => a <= n && n <= b); // the rest of it is surely the same
  const pace = slowly ? Math.max(LEAST, SLOWER * usual) : usual;
  wait = setTimeout(() => {
    if (playing && state.frame === n) player.show(n + 1);
  }, pace);
}
function enlarge(box) {
  if (!box) return;
  const [, x1, y1, x2, y2] = box,
    { sy } = player.place(),
    tall = (y2 - y1) * (sy / player.lens.zoom);
  const view = document.getElementById("viewport").clientHeight;
  player.look(
    Math.max(1, Math.min(16, (TALL * view) / Math.max(tall, 1))),
    (x1 + x2) / 2 / state.clip.width,
    (y1 + y2) / 2 / state.clip.height,
  );
}
export function end() {
  if (!playing) return;
  clearTimeout(wait);
  playing = null;
  if (lens) player.look(lens.zoom, lens.x, lens.y);
  lens = null;
}

/** It is the same one in what was played so far, or it is not; then on to the next stretch. */
export async function answer(same) {
  if (!playing) return stretches().length ? playStretch() : toast(t("nothing_to_confirm"));
  const { track, first, last, far } = playing,
    until = same ? Math.max(first, Math.min(far, last)) : last;
  clearTimeout(wait);
  const mine = playing;
  await allTold(); // what was on the screen, the last picture too: nothing else can be confirmed
  const told = await edit(
    "confirm",
    { track, first, last: until, same },
    t(same ? "confirmed" : "not_here", { n: until - first + 1 }),
  );
  if (!told || playing !== mine) return;
  if (stretches().length) {
    playing = null;
    playStretch(stretches().find(([, from]) => from > until) || stretches()[0]);
  } else {
    end();
    toast(t("all_confirmed"));
  }
}
on("frame", shown);
on("wanted", (n) => {
  if (playing && !playing.begun && n !== playing.first) end();
});
on("select", () => {
  if (playing && !chosen().some((s) => s.tracks.some((k) => k.id === playing.track))) end();
});
