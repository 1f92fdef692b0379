// Where masks, bodies and handles lie on the screen, as rectangles: left, top, width, height, in CSS
// pixels of the viewport. On screen a box is as large as the mask that is drawn over it.
import { state } from "./store.js";
import * as player from "./player.js";

export const subjectIdOf = ({ track }) => state.ofTrack.get(track) ?? track;
export const subjectOf = (shown) => state.subjects.get(subjectIdOf(shown));
/** What is shown of the chosen one in this picture, if there is one and it is here. */
export const chosenHere = () =>
  state.selected.length === 1
    ? state.boxes.find((shown) => subjectIdOf(shown) === state.selected[0])
    : null;

/** Of a box in source pixels, with a margin in shares of its size; 0 for the box alone. */
export function rectOf([x1, y1, x2, y2], margin) {
  const { left, top, sx, sy } = player.place(),
    [dx, dy] = [(x2 - x1) * margin, (y2 - y1) * margin];
  return [
    left + (x1 - dx) * sx,
    top + (y1 - dy) * sy,
    (x2 - x1 + 2 * dx) * sx,
    (y2 - y1 + 2 * dy) * sy,
  ];
}
/** The other way round. */
export function boxOf([x, y, w, h], margin) {
  const { left, top, sx, sy } = player.place(),
    share = margin / (1 + 2 * margin),
    [dx, dy] = [w * share, h * share];
  return [
    (x + dx - left) / sx,
    (y + dy - top) / sy,
    (x + w - dx - left) / sx,
    (y + h - dy - top) / sy,
  ];
}
export const marginOf = (shown) => shown?.margin ?? state.clip.margin;
export const maskOf = (shown) => rectOf(shown.box, marginOf(shown));

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
