// Drawing and moving by keys alone: arrows move, with Shift they make larger and smaller.
import { changeMask } from "./mask.js";
import { state } from "./store.js";
import { chosenHere } from "./places.js";
import { offerMiddle } from "./pointer.js";

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PIXELS = 2; // of the source, a press
let moved = null,
  timer = 0;

/** A corner moved by itself; no side passes the other one. */
function pulled([x1, y1, x2, y2], [dx, dy], corner) {
  const left = corner % 2 === 0,
    top = corner < 2;
  return [
    left ? Math.min(x1 + dx, x2 - 4) : x1,
    top ? Math.min(y1 + dy, y2 - 4) : y1,
    left ? x2 : Math.max(x2 + dx, x1 + 4),
    top ? y2 : Math.max(y2 + dy, y1 + 4),
  ];
}
const shifted = ([x1, y1, x2, y2], [dx, dy], size) =>
  size
    ? [x1, y1, Math.max(x1 + 4, x2 + dx), Math.max(y1 + 4, y2 + dy)]
    : [x1 + dx, y1 + dy, x2 + dx, y2 + dy];

/** Take a key that draws or moves; whether it was one. */
export function nudge(event) {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === "Enter" && state.drawing) {
    offerMiddle();
    return true;
  }
  const way = WAYS[event.key],
    held = event.repeat ? 4 : 1, // across the picture in seconds
    step = held * Math.max(PIXELS, Math.round(state.clip.width / 240));
  if (!way) return false;
  const by = way.map((v) => v * step);
  if (state.drawn) {
    state.drawn = shifted(state.drawn, by, event.shiftKey);
    return true;
  }
  const corner = event.target.dataset?.corner,
    shown = (event.altKey || corner) && chosenHere();
  if (!shown) return false;
  moved ||= { track: shown.track, frame: state.frame, box: shown.box };
  moved.box = corner
    ? pulled(moved.box, by, Number(corner))
    : shifted(moved.box, by, event.shiftKey);
  state.previewed = moved.box;
  clearTimeout(timer);
  timer = setTimeout(placed, 450); // many presses are one step to take back
  return true;
}
async function placed() {
  const what = moved;
  moved = null;
  await changeMask(what);
  state.previewed = null;
}
