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
  if (event.key === "Enter" && overlay.isDrawing() && !overlay.drawnBox()) {
    overlay.offerMiddle();
    return true;
  }
  const way = WAYS[event.key],
    step = Math.max(PIXELS, Math.round(state.clip.width / 240));
  if (!way || event.target.closest("select")) return false;
  const by = way.map((v) => v * step);
  if (overlay.drawnBox()) {
    overlay.redraw(shifted(overlay.drawnBox(), by, event.shiftKey));
    return true;
  }
  if (!event.altKey) return false;
  const box = moved?.box || overlay.chosenBox();
  if (!box) return false;
  moved = {
    track: box[0],
    frame: moved?.frame ?? state.frame,
    box: [box[0], ...shifted(box.slice(1, 5), by, event.shiftKey), ...box.slice(5)],
  };
  overlay.preview(moved.box.slice(1, 5));
  clearTimeout(timer);
  timer = setTimeout(placed, 450); // many presses are one step to take back
  return true;
}
async function placed() {
  const { track, frame, box } = moved;
  moved = null;
  await edit("place", { track, frame, box: box.slice(1, 5) }, t("moved_here"));
  overlay.preview(null);
}
