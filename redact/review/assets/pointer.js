// The mouse over the picture: pointing, choosing, drawing, moving.
import { signal } from "./html.js";
import { point, select, state } from "./store.js";
import { momentHere } from "./moments.js";
import { moved, place } from "./moving.js";
import { chosenHere, handles, inSource, inside, onScreen, subjectIdOf } from "./places.js";
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
/** Every mask under the mouse, the one that is meant most probably first: in a crowd, whose middle is
 *  nearest; of a small one on a large one, the small one. Small ones may be missed by some pixels. */
function hits(x, y) {
  const away = ([a, b, w, h]) => Math.hypot(x - a - w / 2, y - b - h / 2) + Math.max(w, h) / 4,
    slack = ([, , w, h]) => Math.max(0, 12 - Math.min(w, h)) / 2 + 2;
  return state.masks
    .map((mask) => ({ mask, rect: onScreen(mask.at) }))
    .filter(({ rect }) => inside(x, y, rect, slack(rect)))
    .sort((one, other) => away(one.rect) - away(other.rect))
    .map(({ mask }) => subjectIdOf(mask));
}
/** Whose body is under the mouse where nothing else is: of several, the smallest. */
function bodyAt(x, y) {
  const area = ({ box: [a, b, c, d] }) => (c - a) * (d - b),
    here = state.bodies.filter(({ subject, box }) => subject && inside(x, y, onScreen(box)));
  return here.sort((a, b) => area(a) - area(b))[0]?.subject;
}
const whoseAt = (x, y) => hits(x, y)[0] ?? bodyAt(x, y) ?? 0;

/** A second click on the same spot means the next one who is there. */
let clicked = { x: -9, y: -9, n: 0, frame: -1 };
function choice(x, y) {
  const subjects = [...new Set(hits(x, y))],
    now = subjects.indexOf(state.selected[0]);
  if (!subjects.length) return bodyAt(x, y);
  const near = Math.hypot(x - clicked.x, y - clicked.y) < STILL,
    again = near && clicked.frame === state.frame && now >= 0;
  clicked = { x, y, n: subjects.length, frame: state.frame };
  return subjects[again ? (now + 1) % subjects.length : 0];
}
/** How many lie where the chosen one was clicked at in this picture. */
export const stacked = () => (state.one && clicked.frame === state.frame ? clicked.n : 0);

/** What of the chosen one is under the mouse: a corner of its mask, or the mask, which moves even
 *  where another lies on it. */
function grip(x, y) {
  const mask = chosenHere(),
    rect = mask && onScreen(mask.at);
  if (!mask) return null;
  const corner = handles(rect).findIndex(([a, b]) => Math.abs(x - a) < 8 && Math.abs(y - b) < 8);
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
  } else drag = { kind: whoseAt(x, y) ? "click" : "pan", add, x, y };
}
export function move(event) {
  const [x, y] = on(event);
  if (!drag) {
    point(whoseAt(x, y));
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
    const { sx, sy } = player.place(),
      { track, at } = mask;
    state.moving = { track, frame, mask: moved(at, [dx / sx, dy / sy], corner) };
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
  else if (kind && !moved) select(kind === "pan" ? [] : choice(x, y), { add });
}
export const leave = () => point(0);
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
export function offerOne() {
  const { width, height } = state.room,
    side = Math.min(width, height) / 6,
    middle = [(width - side) / 2, (height - side) / 2, side, side];
  offer(momentHere()?.box ?? inSource(middle));
}
