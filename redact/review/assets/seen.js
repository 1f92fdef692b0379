// What was on screen, told to the server in small lots: frame, view, speed, chosen subject.
import { post } from "./api.js";
import { effect } from "./html.js";
import { inTurn, maskOf, state, taken } from "./store.js";
import { momentHere } from "./moments.js";
import { inside, onScreen } from "./overlay.js";

const GLANCE = 200; // milliseconds; what a jump takes away sooner, nobody has looked at
let lots = new Map(),
  marks = new Map(), // of risky moments that were in view
  glance = 0,
  timer = 0,
  latest = null;

export function noteSeen(frame, speed) {
  settle(frame);
  if (document.visibilityState !== "visible") return;
  const subject = state.selected.length === 1 ? state.selected[0] : null;
  latest = { frame, speed, view: state.view, subject, since: performance.now() };
  timer ||= setTimeout(flush, 1500);
}
const young = () => latest && performance.now() - latest.since < GLANCE;
/** Note the latest picture, now that `next` takes its place: dragged over, or passed with a held key,
 *  it only flew by. From one picture to the very next is a step. */
function settle(next) {
  if (!latest) return;
  const { frame, view, subject } = latest,
    flew = latest.speed === "still" && young() && Math.abs(next - frame) > 1,
    speed = flew ? "fast" : latest.speed,
    key = `${view}/${speed}/${subject}`;
  if (!lots.has(key)) lots.set(key, { view, speed, subject, frames: [] });
  lots.get(key).frames.push(frame);
  latest = null;
}
/** Tell it now; where the page is `ending`, without waiting for what was asked before. */
export async function flush(ending = false) {
  clearTimeout(timer);
  timer = 0;
  if (!young()) settle(latest?.frame);
  else timer = setTimeout(flush, GLANCE);
  const sent = { shown: [...lots.values()], marks: [...marks.values()] };
  [lots, marks] = [new Map(), new Map()];
  if (!sent.shown.length && !sent.marks.length) return;
  const send = async () => taken(await post("seen", sent));
  await (ending === true ? send() : inTurn(send)).catch(() => {}); // the page is ending
}

/** Whether the mark of a risky moment is in what is seen of its picture; without a place, all of it. */
function isInView({ box, track }) {
  const place = box ?? maskOf(track)?.at;
  if (!place) return state.lens.zoom === 1;
  const [x, y, w, h] = onScreen(place);
  return inside(x + w / 2, y + h / 2, [0, 0, state.room.width, state.room.height]);
}
function noteMark() {
  const moment = momentHere();
  if (!moment || moment.seen || !isInView(moment) || document.visibilityState !== "visible") return;
  const { frame, why, track } = moment;
  marks.set(`${frame}/${why}/${track}`, [frame, why, track]);
  state.moments = state.moments.map((one) => (one === moment ? { ...one, seen: true } : one));
  timer ||= setTimeout(flush, 1500);
}
// A moment was seen once its picture has stood still for a glance, with its mark in view.
effect(() => {
  void [state.shot, state.lens, state.moments, state.moment];
  clearTimeout(glance);
  if (!state.playing && !state.dialog && !state.opening) glance = setTimeout(noteMark, GLANCE);
});
