// Where masks, bodies and handles lie on the screen, as rectangles: left, top, width, height, in CSS
// pixels of the viewport.
import { state } from "./store.js";
import * as player from "./player.js";

export const subjectIdOf = ({ track }) => state.ofTrack.get(track) ?? track;
export const subjectOf = (mask) => state.subjects.get(subjectIdOf(mask));
/** The mask of the chosen one in this picture, if there is one and it is here. */
export const chosenHere = () =>
  state.selected.length === 1
    ? state.masks.find((mask) => subjectIdOf(mask) === state.selected[0])
    : null;

/** Of left, top, right and bottom in source pixels. */
export function onScreen([x1, y1, x2, y2]) {
  const { left, top, sx, sy } = player.place();
  return [left + x1 * sx, top + y1 * sy, (x2 - x1) * sx, (y2 - y1) * sy];
}
/** The other way round. */
export function inSource([x, y, w, h]) {
  const { left, top, sx, sy } = player.place(),
    [x1, y1] = [(x - left) / sx, (y - top) / sy];
  return [x1, y1, x1 + w / sx, y1 + h / sy];
}

export const corners = ([x, y, w, h]) => [
  [x, y],
  [x + w, y],
  [x, y + h],
  [x + w, y + h],
];
/** What the corners of a mask are moved by: of a small one they stand outside, or they would hide
 *  who is in it. */
export function handles([x, y, w, h]) {
  const out = Math.max(0, 28 - Math.min(w, h)) / 2;
  return corners([x - out, y - out, w + 2 * out, h + 2 * out]);
}
export const inside = (x, y, [a, b, w, h], slack = 0) =>
  x >= a - slack && x <= a + w + slack && y >= b - slack && y <= b + h + slack;
export const meet = ([a, b, c, d], [e, f, g, h]) =>
  a < e + g && e < a + c && b < f + h && f < b + d;
