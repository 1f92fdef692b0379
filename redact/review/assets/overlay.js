// Outlines over the picture; pointing, choosing, drawing, moving. The canvas is drawn by hand, from
// the state alone.
import { effect } from "./html.js";
import { point, select, state, title } from "./store.js";
import { changeMask } from "./mask.js";
import { t } from "./words.js";
import { momentHere } from "./moments.js";
import { textHere } from "./texts.js";
import * as player from "./player.js";

const CROWD = 30; // more than that in view, and their numbers would hide the people
const FONT = 'system-ui, "DejaVu Sans", sans-serif';
const RADIUS = 120, // of the magnifier, in pixels
  LARGER = 4;
let canvas = null,
  viewport = null,
  mouse = null,
  pen = null,
  drag = null;

const DASH = { followed: [9, 5], interpolated: [3, 4], padded: [2, 5], held: [12, 4, 2, 4] };
// On the picture, which is neither light nor dark, the bright ones are used in both themes.
const BRIGHT = {
  detected: "#4fdc82",
  followed: "#62b6ff",
  interpolated: "#ffc84a",
  padded: "#d49bff",
  held: "#ff7a62",
  manual: "#ffffff",
};
const MARK = { keep: ["✓ ", "#8df0b2"], "false alarm": ["∅ ", "#ffd48a"] };
const idOf = (box) => state.ofTrack.get(box[0]) ?? box[0];
const subjectOf = (box) => state.subjects.get(idOf(box));
/** The box of the chosen one in this picture, if there is one. */
export const chosenBox = () =>
  state.selected.length === 1 ? state.boxes.find((box) => idOf(box) === state.selected[0]) : null;

/** On screen a box is as large as the mask that is drawn over it: what is seen there is hidden. */
function rectOf([x1, y1, x2, y2], margin = state.clip.margin) {
  const { left, top, sx, sy } = player.place(),
    [dx, dy] = [(x2 - x1) * margin, (y2 - y1) * margin];
  return [
    left + (x1 - dx) * sx,
    top + (y1 - dy) * sy,
    (x2 - x1 + 2 * dx) * sx,
    (y2 - y1 + 2 * dy) * sy,
  ];
}
const marginOf = (box) => box?.[8] ?? state.clip.margin;
const rectAt = (box) => rectOf(box.slice(1), marginOf(box));
function boxOf([x, y, w, h], margin = state.clip.margin) {
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

/** Those whose masks lie in what is seen of the picture, if they are too many to be numbered. */
export function crowd() {
  const seen = state.boxes.filter((box) => {
    const [x, y, w, h] = rectAt(box);
    return x + w > 0 && y + h > 0 && x < viewport.clientWidth && y < viewport.clientHeight;
  });
  return seen.length > CROWD ? seen.length : 0;
}
export function paint() {
  const { clientWidth: width, clientHeight: height } = viewport,
    ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (!state.clip) return;
  const rank = (box) =>
    state.selected.includes(idOf(box)) ? 2 : idOf(box) === state.pointed ? 3 : 0;
  const boxes = state.boxes
    .filter((box) => state.view === "outlines" || rank(box))
    .sort((a, b) => rank(a) - rank(b));
  const many = crowd() > 0,
    taken = [];
  if (state.view === "outlines") for (const body of state.bodies) bodyOutline(body, many, taken);
  for (const box of boxes) outline(box, rank(box));
  for (const box of boxes.reverse()) label(box, rank(box), many, taken);
  if (drag?.rect) dashed(drag.rect);
  if (state.drawn) dashed(rectOf(state.drawn));
  const asked = state.smaller?.asked,
    wanted = state.previewed || (asked?.frame === state.frame && asked.box);
  if (wanted) dashed(rectOf(wanted, marginOf(chosenBox())));
  placeHandles();
  const finding = state.tab === "findings" && placeOf(state.finding, state.frame);
  if (finding) brackets(finding, `${state.finding}`);
  const place = momentHere()?.[5] || textHere();
  if (place) brackets(place, "");
  if (state.magnified && mouse) player.magnify(pen, mouse, RADIUS, LARGER);
}

/** Where something lies that is looked at, with its number: brackets, so that nothing is hidden. */
function brackets(box, words) {
  const { left, top, sx, sy } = player.place(),
    [x1, y1] = [left + box[0] * sx - 6, top + box[1] * sy - 6],
    [x2, y2] = [left + box[2] * sx + 6, top + box[3] * sy + 6],
    arm = Math.min(18, (x2 - x1) / 3, (y2 - y1) / 3);
  for (const [wide, colour] of [
    [6, "#000b"],
    [3, "#ff5b45"],
  ]) {
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.beginPath();
    for (const [x, dx] of [
      [x1, arm],
      [x2, -arm],
    ])
      for (const [y, dy] of [
        [y1, arm],
        [y2, -arm],
      ]) {
        pen.moveTo(x + dx, y);
        pen.lineTo(x, y);
        pen.lineTo(x, y + dy);
      }
    pen.stroke();
  }
  if (!words) return;
  pen.font = `600 13px ${FONT}`;
  const y = y1 > 24 ? y1 - 22 : y2 + 4;
  plate([x1, y, pen.measureText(words).width + 12, 19], "#ff5b45");
  pen.fillStyle = "#10151f";
  pen.fillText(words, x1 + 6, y + 14);
}
function plate(rect, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(...rect, 4);
  pen.fill();
}
/** A finding's place in a picture: between two that are known, on the way from one to the other. */
function placeOf(number, frame) {
  const found = state.findings.find((f) => f.number === number);
  if (!found || frame < found.first || frame > found.last) return null;
  const before = found.places.findLast(([n]) => n <= frame) || found.places[0],
    after = found.places.find(([n]) => n >= frame) || found.places.at(-1),
    share = after[0] > before[0] ? (frame - before[0]) / (after[0] - before[0]) : 0;
  return before[1].map((v, i) => v + share * (after[1][i] - v));
}
function dashed(rect) {
  for (const [wide, colour, dash] of [
    [4, "#000a", []],
    [2, "#fff", [7, 5]],
  ]) {
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.setLineDash(dash);
    pen.strokeRect(...rect);
  }
  pen.setLineDash([]);
}

/** Somebody of whom nothing is hidden here: a thin line, with who it is where that is known. */
function bodyOutline([id, ...corners], many, taken) {
  const chosen = id > 0 && (state.selected.includes(id) || id === state.pointed),
    rect = unmasked(corners),
    subject = state.subjects.get(id);
  for (const [wide, colour] of [
    [chosen ? 4 : 3, "#0009"],
    [chosen ? 2 : 1, "#fff"],
  ]) {
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.setLineDash([2, 4]);
    pen.strokeRect(...rect);
  }
  pen.setLineDash([]);
  if (subject && (!many || chosen))
    tag(t("nothing_hidden", { who: title(subject) }), rect, chosen, "#fff", taken);
}
/** A box as it is, without the margin of a mask. */
function unmasked([x1, y1, x2, y2]) {
  const { left, top, sx, sy } = player.place();
  return [left + x1 * sx, top + y1 * sy, (x2 - x1) * sx, (y2 - y1) * sy];
}

function outline(box, rank) {
  const rect = rectAt(box),
    dim = (state.pointed || state.selected.length) && !rank;
  pen.globalAlpha = dim ? 0.7 : 1;
  for (const [wide, colour, dash] of [
    [rank ? 5 : 3.5, "#000b", []],
    [rank ? 3 : 1.75, BRIGHT[box[5]], DASH[box[5]] || []],
  ]) {
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.setLineDash(dash);
    edge(box, ...rect);
  }
  pen.setLineDash([]);
  if (rank === 2 && state.selected.length === 1)
    for (const [x, y] of handles(...rect)) {
      pen.fillStyle = "#fff";
      pen.strokeStyle = "#000";
      pen.lineWidth = 1;
      pen.fillRect(x - 4, y - 4, 8, 8);
      pen.strokeRect(x - 4, y - 4, 8, 8);
    }
  pen.globalAlpha = 1;
}
/** Of a small box they stand outside, or they would hide who is in it. */
function handles(x, y, w, h) {
  const out = Math.max(0, 28 - Math.min(w, h)) / 2;
  return corners(x - out, y - out, w + 2 * out, h + 2 * out);
}
/** The same for whoever has no mouse: a button lies on each, to be focused and moved by arrows. */
function placeHandles() {
  const box = chosenBox(),
    at = box && !state.playing ? handles(...rectAt(box)) : [];
  for (const [i, button] of [...viewport.querySelectorAll(".handle")].entries()) {
    button.hidden = !at.length;
    if (at.length) Object.assign(button.style, { left: `${at[i][0]}px`, top: `${at[i][1]}px` });
  }
}
const corners = (x, y, w, h) => [
  [x, y],
  [x + w, y],
  [x, y + h],
  [x + w, y + h],
];
/** The edge of the mask (redact/render/shapes.py). */
function edge(box, x, y, w, h) {
  pen.beginPath();
  const kind = state.clip.kinds[subjectOf(box)?.target] || { outline: "box" },
    outline = box[9] || kind.outline,
    rounding = box[9] ? 0 : kind.rounding;
  if (outline === "ellipse") pen.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
  else pen.roundRect(x, y, w, h, rounding * Math.min(w, h) || 0);
  pen.stroke();
}
function label(box, rank, many, taken) {
  const subject = subjectOf(box),
    [mark, colour] = MARK[subject?.decision] || ["", "#fff"];
  if (!subject || (many && !rank && !mark)) return;
  const words = mark + (rank ? title(subject) : subject.id) + (box[6] ? "" : "?");
  tag(words, rectAt(box), rank, colour, taken);
}
/** Words beside a box, where no others lie. */
function tag(words, [x, y, w, h], rank, colour, taken) {
  pen.font = `600 ${rank ? 13 : 11.5}px ${FONT}`;
  const wide = pen.measureText(words).width + 9,
    tall = rank ? 19 : 16;
  const limit = (v) => Math.max(0, Math.min(viewport.clientWidth - wide, v));
  const spots = [
    [limit(x), y - tall - 2],
    [limit(x), y + h + 2],
    [limit(x + w - wide), y - tall - 2],
  ].filter((s) => s[1] >= 0);
  const free = spots.find(
    ([a, b]) =>
      !taken.some(([c, d, e, f]) => a < c + e && c < a + wide && b < d + f && d < b + tall),
  );
  const spot = free || (rank ? spots[0] || [limit(x), Math.max(0, y)] : null);
  if (!spot) return; // no two numbers lie on each other: the pointed-at one is always shown
  taken.push([...spot, wide, tall]);
  plate([...spot, wide, tall], rank ? "#fff" : "#000c");
  pen.fillStyle = rank ? "#10151f" : colour;
  pen.fillText(words, spot[0] + 4.5, spot[1] + tall - (rank ? 5 : 4));
}

const inside = (x, y, [a, b, w, h], slack = 0) =>
  x >= a - slack && x <= a + w + slack && y >= b - slack && y <= b + h + slack;
/** Every box under the mouse, the one that is meant most probably first: in a crowd, whose middle is
 *  nearest; of a small one on a large one, the small one. Small ones may be missed by some pixels. */
function hits(x, y) {
  const away = (box) => {
    const [a, b, w, h] = rectAt(box);
    return Math.hypot(x - a - w / 2, y - b - h / 2) + Math.max(w, h) / 4;
  };
  const slack = (box) => Math.max(0, 12 - Math.min(...rectAt(box).slice(2))) / 2 + 2;
  return state.boxes
    .filter((box) => inside(x, y, rectAt(box), slack(box)))
    .sort((a, b) => away(a) - away(b));
}
/** A second click on the same spot means the next one who is there. */
let clicked = { x: -9, y: -9, n: 0, frame: -1 };
function choice(x, y) {
  const subjects = [...new Set(hits(x, y).map(idOf))],
    now = subjects.indexOf(state.selected[0]);
  if (!subjects.length) return bodyAt(x, y);
  const again =
    Math.hypot(x - clicked.x, y - clicked.y) < 4 && clicked.frame === state.frame && now >= 0;
  clicked = { x, y, n: subjects.length, frame: state.frame };
  return subjects[again ? (now + 1) % subjects.length : 0];
}
/** Whose body is under the mouse where nothing else is: of several, the smallest. */
function bodyAt(x, y) {
  const area = ([, a, b, c, d]) => (c - a) * (d - b),
    here = state.bodies.filter(([id, ...corners]) => id && inside(x, y, unmasked(corners)));
  return here.sort((a, b) => area(a) - area(b))[0]?.[0];
}
/** How many lie where the chosen one was clicked at in this picture. */
export const stacked = () => (state.one && clicked.frame === state.frame ? clicked.n : 0);
/** What of the chosen one is under the mouse: a corner of its box, or the box, which moves even where
 *  another lies on it. */
function grip(x, y) {
  const box = chosenBox();
  if (!box) return null;
  const rect = rectAt(box),
    corner = handles(...rect).findIndex(([a, b]) => Math.abs(x - a) < 8 && Math.abs(y - b) < 8);
  if (corner >= 0) return { kind: "resize", box, start: rect, corner };
  return inside(x, y, rect) ? { kind: "move", box, start: rect } : null;
}
const at = (event) => {
  const r = canvas.getBoundingClientRect();
  return [event.clientX - r.left, event.clientY - r.top];
};

export function down(event) {
  if (event.button) return;
  const [x, y] = at(event),
    held = grip(x, y),
    add = event.ctrlKey || event.metaKey || event.shiftKey;
  canvas.setPointerCapture(event.pointerId);
  if (state.drawing) drag = { kind: "draw" };
  else if (held && (held.kind === "resize" || !add)) {
    // A mask is moved in the picture in which it was taken hold of, and that one stays on screen.
    drag = { ...held, frame: state.frame };
    player.goTo(state.frame);
  } else drag = { kind: hits(x, y).length || bodyAt(x, y) ? "click" : "pan", add };
  Object.assign(drag, { x, y });
}
const between = (x1, y1, x2, y2) => [
  Math.min(x1, x2),
  Math.min(y1, y2),
  Math.abs(x2 - x1),
  Math.abs(y2 - y1),
];
export function move(event) {
  const [x, y] = (mouse = at(event));
  if (state.magnified) paint();
  if (!drag) {
    const [box] = hits(x, y);
    const whose = box ? idOf(box) : bodyAt(x, y) || 0;
    point(whose);
    canvas.className = state.drawing ? "drawing" : grip(x, y) ? "moving" : whose ? "pointing" : "";
    return;
  }
  const [dx, dy] = [x - drag.x, y - drag.y];
  if (Math.hypot(dx, dy) < 4 && !drag.moved) return;
  drag.moved = true;
  if (drag.kind === "draw") drag.rect = between(drag.x, drag.y, x, y);
  else if (drag.kind === "move") {
    const [a, b, w, h] = drag.start;
    drag.rect = [a + dx, b + dy, w, h];
  } else if (drag.kind === "resize") {
    const all = corners(...drag.start),
      [a, b] = all[drag.corner];
    drag.rect = between(a + dx, b + dy, ...all[3 - drag.corner]);
  } else if (drag.kind === "pan") {
    player.pan(dx, dy);
    Object.assign(drag, { x, y });
  }
  paint();
}
export async function up() {
  const done = drag;
  drag = null;
  if (!done) return;
  const { kind, rect } = done;
  if (kind === "draw") {
    if (rect?.[2] > 5 && rect[3] > 5) offer(boxOf(rect));
  } else if (kind !== "click" && kind !== "pan" && done.moved) {
    const { box, frame } = done;
    await changeMask({ track: box[0], frame, box: boxOf(rect, marginOf(box)) });
  } else if (!done.moved) {
    if (kind === "pan") select([]);
    else select(choice(done.x, done.y), { add: done.add });
  }
  paint();
}
export function leave() {
  mouse = null;
  point(0);
  paint();
}
export function wheel(event) {
  event.preventDefault();
  player.zoomAt(Math.exp(-event.deltaY / 400), ...at(event));
}

/** Ask what is to become of a box that was drawn. */
export function offer(box) {
  state.drawing = false;
  state.drawn = box;
}
export function setDrawing(yes) {
  if (yes) {
    player.stop();
    state.drawn = null;
  }
  state.drawing = yes;
  canvas.className = yes ? "drawing" : "";
}
/** A box in the middle of what is seen, to be moved by keys. */
export function offerMiddle() {
  const { clientWidth: width, clientHeight: height } = viewport,
    side = Math.min(width, height) / 6;
  offer(boxOf([(width - side) / 2, (height - side) / 2, side, side]));
}
/** Where on the screen a menu of this size belongs that is about the box that was drawn. */
export function beside(wide, tall) {
  const [x, y, , h] = rectOf(state.drawn),
    below = y + h + 8;
  const left = Math.max(8, Math.min(x, viewport.clientWidth - wide - 8)),
    top = below + tall < viewport.clientHeight ? below : Math.max(8, y - tall - 8);
  return { left: `${left}px`, top: `${top}px` };
}
/** Begin to draw into the page: a canvas that fills its viewport. */
export function attach(parts) {
  ({ viewport, canvas } = parts);
  pen = canvas.getContext("2d");
  canvas.addEventListener("wheel", wheel, { passive: false });
  effect(() => state.theme && paint());
}
