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

/** What a mask looks like by its kind; that of a box that is nobody's yet, as a region's. */
export const kindOf = (shown) =>
  state.clip.kinds[shown && subjectOf(shown)?.target] ?? state.clip.kinds.region;
/** The margin of a mask: a share of its width and height, or of the root of its area
 *  (`redact.mask_size.with_margin`). */
export const marginOf = (shown) => ({
  share: shown?.margin ?? state.clip.margin,
  ofRoot: kindOf(shown).of_root,
});
export const NO_MARGIN = { share: 0, ofRoot: 0 };
/** Of a box in source pixels, with a margin. */
export function rectOf([x1, y1, x2, y2], { share, ofRoot }) {
  const { left, top, sx, sy } = player.place(),
    [w, h] = [x2 - x1, y2 - y1],
    root = ofRoot * share * Math.sqrt(w * h),
    [dx, dy] = ofRoot ? [root, root] : [w * share, h * share];
  return [left + (x1 - dx) * sx, top + (y1 - dy) * sy, (w + 2 * dx) * sx, (h + 2 * dy) * sy];
}
/** The other way round. */
export function boxOf(rect, { share, ofRoot }) {
  const { left, top, sx, sy } = player.place(),
    [x, y, w, h] = [(rect[0] - left) / sx, (rect[1] - top) / sy, rect[2] / sx, rect[3] / sy],
    part = ofRoot * share,
    side = share / (1 + 2 * share),
    // Solves root² = (w - 2 · part · root) · (h - 2 · part · root), of which it is `part` times.
    root = (part * w * h) / (part * (w + h) + Math.hypot(part * (w - h), Math.sqrt(w * h)) || 1),
    [dx, dy] = ofRoot ? [root, root] : [w * side, h * side];
  return [x + dx, y + dy, x + w - dx, y + h - dy];
}
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
export const inside = (x, y, [a, b, w, h], slack = 0) =>
  x >= a - slack && x <= a + w + slack && y >= b - slack && y <= b + h + slack;
export const meet = ([a, b, c, d], [e, f, g, h]) =>
  a < e + g && e < a + c && b < f + h && f < b + d;
