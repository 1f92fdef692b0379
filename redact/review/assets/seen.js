// What was on screen, told to the server in small lots: frame, view, speed, chosen subject.
import { post } from "./api.js";
import { state, taken } from "./store.js";

let lots = new Map(), timer = 0;

export function noteSeen(frame, speed) {
  if (document.visibilityState !== "visible") return;
  const subject = state.selected.length === 1 ? state.selected[0] : 0;
  const key = `${state.view}/${speed}/${subject}`;
  if (!lots.has(key)) lots.set(key, { view: state.view, speed, subject: subject || null, frames: [] });
  lots.get(key).frames.push(frame);
  timer ||= setTimeout(flush, 1500);
}
export async function flush() {
  clearTimeout(timer);
  timer = 0;
  const shown = [...lots.values()];
  lots = new Map();
  if (shown.length) try { taken(await post("seen", { shown })); } catch { /* the page is ending */ }
}
