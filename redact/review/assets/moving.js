// Moving a mask or one of its corners, by mouse or by keys; and drawing one by keys alone. Until it is
// placed, `state.moving` says where: as a dashed line, left, top, right and bottom in source pixels.
import { changeMask } from "./mask.js";
import { chosenHere } from "./places.js";
import { offerOne } from "./pointer.js";
import { state } from "./store.js";

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PIXELS = 2, // of the source, a press
  LEAST = 4, // of the source, across and down a mask
  LAST = 3; // the corner at the bottom right
let timer = 0;

/** A mask moved by so many pixels, or one corner of it: no side passes the other one. */
export function moved([x1, y1, x2, y2], [dx, dy], corner = null) {
  if (corner === null) return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
  const [left, top] = [corner % 2 === 0, corner < 2];
  return [
    left ? Math.min(x1 + dx, x2 - LEAST) : x1,
    top ? Math.min(y1 + dy, y2 - LEAST) : y1,
    left ? x2 : Math.max(x2 + dx, x1 + LEAST),
    top ? y2 : Math.max(y2 + dy, y1 + LEAST),
  ];
}
/** Leave it where it was moved to. */
export async function place() {
  const what = state.moving;
  await changeMask(what);
  if (state.moving === what) state.moving = null;
}

/** Take a key that draws or moves; whether it was one. */
export function moveByKey(event) {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === "Enter" && state.drawing) {
    offerOne();
    return true;
  }
  const way = WAYS[event.key],
    held = event.target.dataset?.corner,
    corner = held ? Number(held) : event.shiftKey ? LAST : null,
    fast = event.repeat ? 4 : 1; // across the picture in seconds
  if (!way) return false;
  const by = way.map((v) => v * fast * Math.max(PIXELS, Math.round(state.clip.width / 240)));
  if (state.drawn) {
    state.drawn = moved(state.drawn, by, corner);
    return true;
  }
  const mask = (event.altKey || held) && chosenHere();
  if (!mask) return false;
  const { frame, moving } = state,
    goesOn = moving?.track === mask.track && moving.frame === frame;
  clearTimeout(timer);
  if (moving && !goesOn) place();
  state.moving = {
    track: mask.track,
    frame,
    mask: moved(goesOn ? moving.mask : mask.at, by, corner),
  };
  timer = setTimeout(place, 450); // many presses are one step to take back
  return true;
}
