// Drawing and moving by keys alone: arrows move, with Shift they make larger and smaller.
import { edit, state } from "./store.js";
import { t } from "./words.js";
import * as overlay from "./overlay.js";

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PIXELS = 2; // of the source, a press
let moved = null,
  timer = 0;

const shifted = ([x1, y1, x2, y2], [dx, dy], size) =>
  size
    ? [x1, y1, Math.max(x1 + 4, x2 + dx), Math.max(y1 + 4, y2 + dy)]
    : [x1 + dx, y1 + dy, x2 + dx, y2 + dy];

/** Take a key that draws or moves; whether it was one. */
export function nudge(event) {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === "Enter" && state.drawing) {
    overlay.offerMiddle();
    return true;
  }
  const way = WAYS[event.key],
    step = Math.max(PIXELS, Math.round(state.clip.width / 240));
  if (!way) return false;
  const by = way.map((v) => v * step);
  if (state.drawn) {
    state.drawn = shifted(state.drawn, by, event.shiftKey);
    return true;
  }
  const box = event.altKey && overlay.chosenBox();
  if (!box) return false;
  moved ||= { track: box[0], frame: state.frame, box: box.slice(1, 5) };
  moved.box = shifted(moved.box, by, event.shiftKey);
  state.previewed = moved.box;
  clearTimeout(timer);
  timer = setTimeout(placed, 450); // many presses are one step to take back
  return true;
}
async function placed() {
  const what = moved;
  moved = null;
  await edit("place", what, t("moved_here"));
  state.previewed = null;
}
