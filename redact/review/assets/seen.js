// What was on screen, told to the server in small lots: frame, view, speed, chosen subject.
import { post } from "./api.js";
import { inTurn, state, taken } from "./store.js";

let lots = new Map(), timer = 0;

export function noteSeen(frame, speed) {
  if (document.visibilityState !== "visible") return;
  const subject = state.selected.length === 1 ? state.selected[0] : 0;
  const key = `${state.view}/${speed}/${subject}`;
  if (!lots.has(key)) lots.set(key, { view: state.view, speed, subject: subject || null, frames: [] });
  lots.get(key).frames.push(frame);
  timer ||= setTimeout(flush, 1500);
}
/** Tell it now; where the page is `ending`, without waiting for what was asked before. */
export async function flush(ending = false) {
  clearTimeout(timer);
  timer = 0;
  const shown = [...lots.values()];
  lots = new Map();
  const send = async () => taken(await post("seen", { shown }));
  if (shown.length) try { await (ending === true ? send() : inTurn(send)); } catch { /* the page is ending */ }
}
