// What was on screen, told to the server in small lots: frame, view, speed, chosen subject.
import { post } from "./api.js";
import { inTurn, state, taken } from "./store.js";

const GLANCE = 200; // milliseconds; what a jump takes away sooner, nobody has looked at
let lots = new Map(),
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
  const shown = [...lots.values()];
  lots = new Map();
  if (!shown.length) return;
  const send = async () => taken(await post("seen", { shown }));
  await (ending === true ? send() : inTurn(send)).catch(() => {}); // the page is ending
}
