// What mouse and keys do on the picture: point, choose, draw, move. Until a mask is placed, `state.moving`
// says where it is: as a dashed line, left, top, right and bottom in source pixels.
import { signal } from "./html.js";
import { point, select, state } from "./store.js";
import { changeMask } from "./chosen.js";
import { momentHere } from "./moments.js";
import { chosenHere, handles, inside, inSource, onScreen, subjectIdOf } from "./overlay.js";
import * as player from "./player.js";

const STILL = 4, // pixels within which a hand does not move
  LEAST_DRAWN = 5;
/** What the mouse would do where it is. */
export const cursor = signal("");
let drag = null; // since a button was pressed: what is done, and where it began
const on = ({ currentTarget, clientX, clientY }) => {
  const { left, top } = currentTarget.getBoundingClientRect();
  return [clientX - left, clientY - top];
};
/** Everybody under the mouse, the one who is meant most probably first: in a crowd, whose middle is
 *  nearest; of a small mask on a large one, the small one. Small ones may be missed by some pixels. Where
 *  there is no mask, whose body is there: of several, the smallest. */
function hits(x, y) {
  const away = ([a, b, w, h]) => Math.hypot(x - a - w / 2, y - b - h / 2) + Math.max(w, h) / 4,
    slack = ([, , w, h]) => Math.max(0, 12 - Math.min(w, h)) / 2 + 2,
    area = ([, , w, h]) => w * h;
  const masks = state.masks
    .map((mask) => ({ id: subjectIdOf(mask), rect: onScreen(mask.at) }))
    .filter(({ rect }) => inside(x, y, rect, slack(rect)))
    .sort((one, other) => away(one.rect) - away(other.rect));
  if (masks.length) return [...new Set(masks.map(({ id }) => id))];
  const bodies = state.bodies
    .map(({ subject, box }) => ({ id: subject, rect: onScreen(box) }))
    .filter(({ id, rect }) => id && inside(x, y, rect))
    .sort((one, other) => area(one.rect) - area(other.rect));
  return bodies.slice(0, 1).map(({ id }) => id);
}

/** What of the chosen one is under the mouse: a corner of its mask, or the mask, which moves even
 *  where another lies on it. */
function grip(x, y) {
  const mask = chosenHere();
  if (!mask) return null;
  const rect = onScreen(mask.at),
    corner = handles(rect).findIndex(([a, b]) => Math.abs(x - a) < 8 && Math.abs(y - b) < 8);
  if (corner >= 0) return { mask, corner };
  return inside(x, y, rect) ? { mask, corner: null } : null;
}

export function down(event) {
  if (event.button) return;
  const [x, y] = on(event),
    held = grip(x, y),
    add = event.ctrlKey || event.metaKey || event.shiftKey;
  event.currentTarget.setPointerCapture(event.pointerId);
  if (state.drawing) drag = { kind: "draw", x, y };
  else if (held && (held.corner !== null || !add)) {
    // A mask is moved in the picture in which it was taken hold of, and that one stays on screen.
    drag = { kind: "mask", ...held, frame: state.frame, x, y };
    player.goTo(state.frame);
  } else drag = { kind: hits(x, y).length ? "click" : "pan", add, x, y };
}
export function move(event) {
  const [x, y] = on(event);
  if (!drag) {
    point(hits(x, y)[0] ?? 0);
    cursor.value = grip(x, y) ? "moving" : state.pointed ? "pointing" : "";
    return;
  }
  const { kind, mask, corner, frame } = drag,
    [dx, dy] = [x - drag.x, y - drag.y];
  if (Math.hypot(dx, dy) < STILL && !drag.moved) return;
  drag.moved = true;
  if (kind === "draw") {
    const rect = [Math.min(x, drag.x), Math.min(y, drag.y), Math.abs(dx), Math.abs(dy)];
    state.moving = { mask: inSource(rect) };
  } else if (kind === "mask") {
    const { sx, sy } = player.place();
    state.moving = { track: mask.track, frame, mask: moved(mask.at, [dx / sx, dy / sy], corner) };
  } else if (kind === "pan") {
    player.pan(dx, dy);
    Object.assign(drag, { x, y });
  }
}
export function up() {
  const { kind, moved, x, y, add } = drag ?? {};
  drag = null;
  if (kind === "draw") {
    const [, , w, h] = moved ? onScreen(state.moving.mask) : [0, 0, 0, 0];
    if (w > LEAST_DRAWN && h > LEAST_DRAWN) offer(state.moving.mask);
    state.moving = null;
  } else if (kind === "mask" && moved) place();
  else if (kind && !moved) select(hits(x, y)[0] ?? [], { add });
}
export function wheel(event) {
  event.preventDefault();
  player.zoomAt(Math.exp(-event.deltaY / 400), ...on(event));
}

/** Ask what is to become of a mask that was drawn. */
function offer(mask) {
  state.drawing = false;
  state.drawn = mask;
}
export function setDrawing(yes) {
  if (yes) {
    player.stop();
    state.drawn = null;
  }
  state.drawing = yes;
}
/** A mask to be moved by keys: where a risky moment points to, or in the middle of what is seen. */
function offerOne() {
  const { width, height } = state.room,
    side = Math.min(width, height) / 6,
    middle = [(width - side) / 2, (height - side) / 2, side, side];
  offer(momentHere()?.box ?? inSource(middle));
}

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PIXELS = 2, // of the source, a press
  LEAST = 4, // of the source, across and down a mask
  LAST = 3; // the corner at the bottom right
let timer = 0;

/** A mask moved by so many pixels, or one corner of it: no side passes the other one. */
function moved([x1, y1, x2, y2], [dx, dy], corner) {
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
async function place() {
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
    corner = event.shiftKey ? LAST : null,
    fast = event.repeat ? 4 : 1; // across the picture in seconds
  if (!way) return false;
  const by = way.map((v) => v * fast * Math.max(PIXELS, Math.round(state.clip.width / 240)));
  if (state.drawn) {
    state.drawn = moved(state.drawn, by, corner);
    return true;
  }
  const mask = event.altKey && chosenHere();
  if (!mask) return false;
  const { frame, moving } = state,
    { track } = mask,
    goesOn = moving?.track === track && moving.frame === frame;
  clearTimeout(timer);
  if (moving && !goesOn) place();
  state.moving = { track, frame, mask: moved(goesOn ? moving.mask : mask.at, by, corner) };
  timer = setTimeout(place, 450); // many presses are one step to take back
  return true;
}
