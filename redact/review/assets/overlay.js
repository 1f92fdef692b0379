// Outlines over the picture, and who is in them.
import { html } from "./html.js";
import { state, title } from "./store.js";
import { t } from "./words.js";
import { momentHere } from "./moments.js";
import { chosenHere, corners, handles, meet, onScreen, subjectIdOf, subjectOf } from "./places.js";
import { textHere } from "./texts.js";
import * as player from "./player.js";

const CROWD = 30; // more than that in view, and their numbers would hide the people
const SIGN = { keep: "✓ ", "false alarm": "∅ " };
const shifted = ([x, y]) => ({ left: `${x}px`, top: `${y}px` });

/** How many masks lie in what is seen of the picture, if they are too many to be numbered. */
export function crowd() {
  const { width, height } = state.room,
    seen = state.masks.filter(({ at }) => meet(onScreen(at), [0, 0, width, height]));
  return seen.length > CROWD ? seen.length : 0;
}
const rankOf = (id) => (id === state.pointed ? 2 : state.selected.includes(id) ? 1 : 0);
const rank = (mask) => rankOf(subjectIdOf(mask));

export function Outlines() {
  const all = state.view === "outlines",
    many = crowd() > 0,
    masks = state.masks.filter((mask) => all || rank(mask)).sort((a, b) => rank(a) - rank(b)),
    bodies = all ? state.bodies : [],
    wanted = state.moving?.mask || state.drawn,
    found =
      state.tab === "findings" && state.shot.findings.find((f) => f.number === state.finding)?.box,
    marked = found || momentHere()?.box || textHere();
  const tags = [
    ...[...masks].reverse().map((mask) => tagOf(mask, many)),
    ...bodies.map((body) => tagOfBody(body, many)),
  ].filter(Boolean);
  return html`<svg id="outlines" class="outlines" aria-hidden="true">
      ${bodies.map((body) => html`<${Line} kind=${rankOf(body.subject) ? "body strong" : "body"} rect=${onScreen(body.box)} />`)}
      ${masks.map((mask) => html`<${Mask} key=${mask.track} of=${mask} />`)}
      ${wanted && html`<${Line} kind="dashed" rect=${onScreen(wanted)} />`}
      ${marked && html`<${Brackets} rect=${onScreen(marked)} />`}
    </svg>
    ${found && html`<b class="label place" style=${shifted(above(onScreen(found)))} aria-hidden="true">${state.finding}</b>`}
    ${placed(tags).map(({ id, words, look, spot }) => html`<span key=${id} class=${`label ${look}`} style=${shifted(spot)} aria-hidden="true">${words}</span>`)}`;
}
const above = ([x, y, , h]) => [x - 6, y > 30 ? y - 28 : y + h + 10];
/** A shape is drawn twice, wide and dark below its colour, so that it stands out from any picture. */
export const Line = ({ kind, rect: [x, y, w, h], rx = 0, ry = rx }) =>
  html`<g class=${kind}>${["below", "line"].map((name) => html`<rect class=${name} x=${x} y=${y} width=${w} height=${h} rx=${rx} ry=${ry} />`)}</g>`;
/** The edge of a mask (redact/render/shapes.py). */
function Mask({ of: mask }) {
  const strong = rank(mask) > 0,
    dim = (state.pointed || state.selected.length) && !strong,
    rect = onScreen(mask.at),
    round = mask.outline === "ellipse" ? rect.slice(2).map((side) => side / 2) : [],
    [rx = mask.radius * player.place().sx, ry] = round;
  return html`<${Line} kind=${`mask ${mask.state} ${strong ? "strong" : dim ? "dim" : ""}`} rect=${rect} rx=${rx} ry=${ry} />`;
}
/** Around what is looked at: brackets, so that nothing of it is hidden. */
function Brackets({ rect: [x, y, w, h] }) {
  const around = [x - 6, y - 6, w + 12, h + 12],
    [wide, tall] = [around[2], around[3]].map((side) => Math.min(18, side / 3));
  const d = corners(around)
    .map(([a, b], i) => `M${a + (i % 2 ? -wide : wide)} ${b}H${a}V${b + (i < 2 ? tall : -tall)}`)
    .join("");
  return html`<g class="place"><path class="below" d=${d} /><path class="line" d=${d} /></g>`;
}
/** Who is in a mask; in a crowd only who was chosen, or decided about. */
function tagOf(mask, many) {
  const subject = subjectOf(mask),
    strong = rank(mask) > 0,
    sign = SIGN[subject?.decision] ?? "";
  if (!subject || (many && !strong && !sign)) return null;
  const words = sign + (strong ? title(subject) : subject.id) + (mask.sure ? "" : "?");
  const look = strong ? "strong" : subject.decision.replace(" ", "-");
  return { id: mask.track, words, look, rect: onScreen(mask.at) };
}
/** Of whom nothing is hidden here. */
function tagOfBody({ subject: id, box }, many) {
  const subject = state.subjects.get(id),
    strong = rankOf(id) > 0;
  if (!subject || (many && !strong)) return null;
  const words = t("nothing_hidden", { who: title(subject) });
  return { id: `body-${id}`, words, look: strong ? "strong" : "", rect: onScreen(box) };
}
/** Tags beside their boxes, none on another or on somebody else; of those that are strong none is left
 *  out, be it on its own box. */
function placed(tags) {
  const taken = [];
  const spotFor = ({ words, look, rect }) => {
    const [x, y, w, h] = rect,
      strong = look === "strong",
      [wide, tall] = [String(words).length * (strong ? 8.2 : 7.2) + 10, strong ? 20 : 17],
      within = (left) => Math.max(0, Math.min(state.room.width - wide, left)),
      [left, right] = [within(x), within(x + w - wide)];
    const spots = [
      ...[y - tall - 2, y + h + 2].flatMap((top) => [left, right].map((at) => [at, top])),
      ...[x + w + 2, x - wide - 2].map((at) => [within(at), y]),
    ].filter(([, top]) => top >= 0 && top + tall <= state.room.height);
    const others = [...taken, ...tags.map((tag) => tag.rect).filter((other) => other !== rect)];
    const free = spots.find((spot) => !others.some((other) => meet([...spot, wide, tall], other)));
    const spot = free || (strong && [within(x + (w - wide) / 2), Math.max(0, y)]);
    if (spot) taken.push([...spot, wide, tall]);
    return spot;
  };
  return tags.map((tag) => ({ ...tag, spot: spotFor(tag) })).filter(({ spot }) => spot);
}

/** What the corners of the chosen mask are moved by: by the mouse, or, focused, by arrows. */
export function Handles() {
  const mask = chosenHere(),
    at = mask && !state.playing ? handles(onScreen(mask.at)) : [];
  return at.map(
    (corner, i) =>
      html`<button key=${i} class="handle" data-corner=${i} style=${shifted(corner)} aria-label=${t(`corner.${i}`)} />`,
  );
}
