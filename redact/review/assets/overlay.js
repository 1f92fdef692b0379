// Outlines over the picture, and who is in them. Places on the screen are rectangles: left, top, width,
// height, in CSS pixels of the viewport.
import { html } from "./html.js";
import { state, title } from "./store.js";
import { t } from "./words.js";
import { momentHere } from "./moments.js";
import * as player from "./player.js";
import { textHere } from "./texts.js";

export const subjectIdOf = ({ track }) => state.ofTrack.get(track) ?? track;
/** The mask of the chosen one in this picture, if there is one and it is here. */
export const chosenHere = () =>
  state.one && state.masks.find((mask) => subjectIdOf(mask) === state.one.id);

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
/** Of a place that is looked at: so far outside that nothing of it is hidden. */
const around = ([x, y, w, h]) => [x - 6, y - 6, w + 12, h + 12];
const corners = ([x, y, w, h]) => [0, 1, 2, 3].map((i) => [x + (i % 2) * w, y + (i >> 1) * h]);
/** What the corners of a mask are moved by: of a small one they stand outside, or they would hide
 *  who is in it. */
export function handles([x, y, w, h]) {
  const out = Math.max(0, 28 - Math.min(w, h)) / 2;
  return corners([x - out, y - out, w + 2 * out, h + 2 * out]);
}
export const inside = (x, y, [a, b, w, h], slack = 0) =>
  x >= a - slack && x <= a + w + slack && y >= b - slack && y <= b + h + slack;
const meet = ([a, b, c, d], [e, f, g, h]) => a < e + g && e < a + c && b < f + h && f < b + d;

const SIGN = { keep: "✓ ", "false alarm": "∅ " };
const shifted = ([x, y]) => ({ left: `${x}px`, top: `${y}px` });
const rankOf = (id) => (id === state.pointed ? 2 : state.selected.includes(id) ? 1 : 0);

export function Outlines() {
  const all = state.view === "outlines",
    rank = (mask) => rankOf(subjectIdOf(mask)),
    masks = state.masks.filter((mask) => all || rank(mask)).sort((a, b) => rank(a) - rank(b)),
    bodies = all ? state.bodies : [],
    wanted = state.moving?.mask || state.drawn,
    shown = state.shot.findings.find(({ number }) => number === state.finding),
    found = state.tab === "findings" && shown?.box,
    marked = found || momentHere()?.box || textHere(),
    tags = [...[...masks].reverse().map(tagOf), ...bodies.map(tagOfBody)].filter(Boolean);
  return html`<svg id="outlines" class="outlines" aria-hidden="true">
      ${bodies.map((body) => html`<${Line} kind=${rankOf(body.subject) ? "body strong" : "body"} rect=${onScreen(body.box)} />`)}
      ${masks.map((mask) => html`<${Mask} key=${mask.track} of=${mask} rank=${rank(mask)} />`)}
      ${wanted && html`<${Line} kind="wanted" rect=${onScreen(wanted)} />`}
      ${marked && html`<${Line} kind="place" rect=${around(onScreen(marked))} rx=${4} />`}
    </svg>
    ${placed(tags).map(({ id, words, strong, look, spot }) => html`<span key=${id} class=${`label ${strong ? "strong" : look}`} style=${shifted(spot)} aria-hidden="true">${words}</span>`)}`;
}
/** A shape is drawn twice, wide and dark below its colour, so that it stands out from any picture. */
const Line = ({ kind, rect: [x, y, w, h], rx = 0, ry = rx }) =>
  html`<g class=${kind}>${["below", "line"].map((name) => html`<rect class=${name} x=${x} y=${y} width=${w} height=${h} rx=${rx} ry=${ry} />`)}</g>`;
/** The edge of a mask (redact/render/shapes.py), dashed where its place is only a guess. */
function Mask({ of: mask, rank }) {
  const dim = (state.pointed || state.selected.length) && !rank ? "dim" : "",
    rect = onScreen(mask.at),
    round = mask.outline === "ellipse" ? rect.slice(2).map((side) => side / 2) : [],
    [rx = mask.radius * player.place().sx, ry] = round,
    kind = `mask ${mask.sure ? "" : "guessed"} ${rank ? "strong" : dim}`;
  return html`<${Line} kind=${kind} rect=${rect} rx=${rx} ry=${ry} />`;
}
/** Who is in a mask. */
function tagOf(mask) {
  const id = subjectIdOf(mask),
    subject = state.subjects.get(id),
    strong = rankOf(id) > 0;
  if (!subject) return null;
  const sign = SIGN[subject.decision] ?? "",
    words = sign + (strong ? title(subject) : id) + (mask.sure ? "" : "?");
  const look = subject.decision.replace(" ", "-");
  return { id: mask.track, words, strong, look, rect: onScreen(mask.at) };
}
/** Of whom nothing is hidden here. */
function tagOfBody({ subject: id, box }) {
  const who = state.subjects.get(id);
  if (!who) return null;
  const words = t("nothing_hidden", { who: title(who) });
  return { id: `body-${id}`, words, strong: rankOf(id) > 0, look: "", rect: onScreen(box) };
}
/** Tags beside their boxes, none on another or on somebody else: in a crowd only those that have room;
 *  of those that are strong none is left out, be it on its own box. */
function placed(tags) {
  const { width, height } = state.room,
    taken = [];
  const spotFor = ({ words, strong, rect }) => {
    const [x, y, w, h] = rect,
      [wide, tall] = [String(words).length * (strong ? 8.2 : 7.2) + 10, strong ? 20 : 17],
      within = (left) => Math.max(0, Math.min(width - wide, left)),
      [left, right] = [within(x), within(x + w - wide)],
      [over, below] = [y - tall - 2, y + h + 2];
    const spots = [
      ...[over, below].flatMap((top) => [left, right].map((at) => [at, top])),
      ...[x + w + 2, x - wide - 2].map((at) => [within(at), y]),
    ].filter(([, top]) => top >= 0 && top + tall <= height);
    const others = [...taken, ...tags.map((tag) => tag.rect).filter((other) => other !== rect)];
    const free = spots.find((spot) => !others.some((other) => meet([...spot, wide, tall], other)));
    const spot = free || (strong && [within(x + (w - wide) / 2), Math.max(0, y)]);
    if (spot) taken.push([...spot, wide, tall]);
    return spot;
  };
  return tags.map((tag) => ({ ...tag, spot: spotFor(tag) })).filter(({ spot }) => spot);
}

/** What the corners of the chosen mask are moved by. */
export function Handles() {
  const mask = chosenHere(),
    at = mask && !state.playing ? handles(onScreen(mask.at)) : [];
  return at.map((corner, i) => html`<i key=${i} class="handle" style=${shifted(corner)} />`);
}
