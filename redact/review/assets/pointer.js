// The mouse over the picture: pointing, choosing, drawing, moving.
import { signal } from "./html.js";
import { point, select, state } from "./store.js";
import { changeMask } from "./mask.js";
import {
  NO_MARGIN,
  boxOf,
  chosenHere,
  corners,
  handles,
  inside,
  marginOf,
  maskOf,
  rectOf,
  subjectIdOf,
} from "./places.js";
import * as player from "./player.js";

const STILL = 4, // pixels within which a hand does not move
  LEAST_DRAWN = 5;
/** Where the mouse is, while it is over the picture; what it drags, with the `rect` that is drawn or
 *  moved; and what it would do there. */
export const mouse = signal(null),
  drag = signal(null),
  cursor = signal("");
const on = ({ currentTarget, clientX, clientY }) => {
  const { left, top } = currentTarget.getBoundingClientRect();
  return [clientX - left, clientY - top];
};
/** Every mask under the mouse, the one that is meant most probably first: in a crowd, whose middle is
 *  nearest; of a small one on a large one, the small one. Small ones may be missed by some pixels. */
function hits(x, y) {
  const away = (shown) => {
    const [a, b, w, h] = maskOf(shown);
    return Math.hypot(x - a - w / 2, y - b - h / 2) + Math.max(w, h) / 4;
  };
  const slack = ([, , w, h]) => Math.max(0, 12 - Math.min(w, h)) / 2 + 2;
  return state.boxes
    .filter((shown) => inside(x, y, maskOf(shown), slack(maskOf(shown))))
    .sort((a, b) => away(a) - away(b));
}
/** Whose body is under the mouse where nothing else is: of several, the smallest. */
function bodyAt(x, y) {
  const area = ({ box: [a, b, c, d] }) => (c - a) * (d - b),
    here = state.bodies.filter(
      ({ subject, box }) => subject && inside(x, y, rectOf(box, NO_MARGIN)),
    );
  return here.sort((a, b) => area(a) - area(b))[0]?.subject;
}
const whoseAt = (x, y) => {
  const [shown] = hits(x, y);
  return shown ? subjectIdOf(shown) : bodyAt(x, y) || 0;
};

/** A second click on the same spot means the next one who is there. */
let clicked = { x: -9, y: -9, n: 0, frame: -1 };
function choice(x, y) {
  const subjects = [...new Set(hits(x, y).map(subjectIdOf))],
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
  const shown = chosenHere();
  if (!shown) return null;
  const start = maskOf(shown),
    corner = handles(start).findIndex(([a, b]) => Math.abs(x - a) < 8 && Math.abs(y - b) < 8);
  if (corner >= 0) return { kind: "resize", shown, start, corner };
  return inside(x, y, start) ? { kind: "move", shown, start } : null;
}

export function down(event) {
  if (event.button) return;
  const [x, y] = on(event),
    held = grip(x, y),
    add = event.ctrlKey || event.metaKey || event.shiftKey;
  event.currentTarget.setPointerCapture(event.pointerId);
  if (state.drawing) drag.value = { kind: "draw", x, y };
  else if (held && (held.kind === "resize" || !add)) {
    // A mask is moved in the picture in which it was taken hold of, and that one stays on screen.
    drag.value = { ...held, frame: state.frame, x, y };
    player.goTo(state.frame);
  } else drag.value = { kind: whoseAt(x, y) ? "click" : "pan", add, x, y };
}
const between = (x1, y1, x2, y2) => [
  Math.min(x1, x2),
  Math.min(y1, y2),
  Math.abs(x2 - x1),
  Math.abs(y2 - y1),
];
export function move(event) {
  const [x, y] = (mouse.value = on(event)),
    { kind, start, corner, moved, ...from } = drag.value ?? {};
  if (!kind) {
    point(whoseAt(x, y));
    cursor.value = grip(x, y) ? "moving" : state.pointed ? "pointing" : "";
    return;
  }
  const [dx, dy] = [x - from.x, y - from.y];
  if (Math.hypot(dx, dy) < STILL && !moved) return;
  const now = { ...drag.value, moved: true };
  if (kind === "draw") now.rect = between(from.x, from.y, x, y);
  else if (kind === "move") now.rect = [start[0] + dx, start[1] + dy, start[2], start[3]];
  else if (kind === "resize") {
    const all = corners(start),
      [a, b] = all[corner];
    now.rect = between(a + dx, b + dy, ...all[3 - corner]);
  } else if (kind === "pan") {
    player.pan(dx, dy);
    Object.assign(now, { x, y });
  }
  drag.value = now;
}
export async function up() {
  const { kind, rect, shown, frame, moved, x, y, add } = drag.value ?? {};
  if (kind === "draw") {
    if (rect?.[2] > LEAST_DRAWN && rect[3] > LEAST_DRAWN) offer(boxOf(rect, marginOf(null)));
  } else if (shown && moved) {
    const box = boxOf(rect, marginOf(shown));
    drag.value = null;
    state.previewed = box;
    await changeMask({ track: shown.track, frame, box });
    state.previewed = null;
  } else if (!moved && kind === "pan") select([]);
  else if (kind && !moved) select(choice(x, y), { add });
  drag.value = null;
}
export function leave() {
  mouse.value = null;
  point(0);
}
export function wheel(event) {
  event.preventDefault();
  player.zoomAt(Math.exp(-event.deltaY / 400), ...on(event));
}

/** Ask what is to become of a box that was drawn. */
function offer(box) {
  state.drawing = false;
  state.drawn = box;
}
export function setDrawing(yes) {
  if (yes) {
    player.stop();
    state.drawn = null;
  }
  state.drawing = yes;
}
/** A box in the middle of what is seen, to be moved by keys. */
export function offerMiddle() {
  const { width, height } = state.room,
    side = Math.min(width, height) / 6;
  offer(boxOf([(width - side) / 2, (height - side) / 2, side, side], marginOf(null)));
}
/** Where on the screen a menu of this size belongs that is about the box that was drawn. */
export function beside(wide, tall) {
  const { width, height } = state.room,
    [x, y, , h] = rectOf(state.drawn, marginOf(null)),
    below = y + h + 8;
  const left = Math.max(8, Math.min(x, width - wide - 8)),
    top = below + tall < height ? below : Math.max(8, y - tall - 8);
  return { left: `${left}px`, top: `${top}px` };
}
