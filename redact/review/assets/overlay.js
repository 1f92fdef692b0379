// Outlines over the picture. The canvas is drawn by hand, from the state alone.
import { effect } from "./html.js";
import { state, title } from "./store.js";
import { t } from "./words.js";
import { FONT, freshPen } from "./canvas.js";
import { momentHere } from "./moments.js";
import {
  NO_MARGIN,
  chosenHere,
  corners,
  handles,
  kindOf,
  marginOf,
  maskOf,
  rectOf,
  subjectIdOf,
  subjectOf,
} from "./places.js";
import { textHere } from "./texts.js";
import * as player from "./player.js";
import * as pointer from "./pointer.js";

const CROWD = 30; // more than that in view, and their numbers would hide the people
const RADIUS = 120, // of the magnifier, in pixels
  LARGER = 4;
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
const PLACE = "#ff5b45", // what is to be looked at
  DARK = "#10151f";
let canvas = null,
  viewport = null,
  pen = null,
  taken = []; // where words stand already

/** How many masks lie in what is seen of the picture, if they are too many to be numbered. */
export function crowd() {
  const { clientWidth: width, clientHeight: height } = viewport;
  const seen = state.boxes.filter((shown) => {
    const [x, y, w, h] = maskOf(shown);
    return x + w > 0 && y + h > 0 && x < width && y < height;
  });
  return seen.length > CROWD ? seen.length : 0;
}
const rankOf = (id) => (id === state.pointed ? 2 : state.selected.includes(id) ? 1 : 0);
const rank = (shown) => rankOf(subjectIdOf(shown));

export function paint() {
  pen = freshPen(canvas, viewport.clientWidth, viewport.clientHeight);
  if (!state.clip) return;
  const all = state.view === "outlines",
    many = crowd() > 0,
    boxes = state.boxes.filter((shown) => all || rank(shown)).sort((a, b) => rank(a) - rank(b));
  taken = [];
  if (all) for (const body of state.bodies) bodyOutline(body, many);
  for (const shown of boxes) outline(shown);
  for (const shown of boxes.reverse()) label(shown, many);
  if (pointer.dragged()) dashed(pointer.dragged());
  if (state.drawn) dashed(rectOf(state.drawn, marginOf(null)));
  const asked = state.smaller?.asked,
    wanted = state.previewed || (asked?.frame === state.frame && asked.box);
  if (wanted) dashed(rectOf(wanted, marginOf(chosenHere())));
  placeHandles();
  const finding = state.tab === "findings" && placeOf(state.finding, state.frame);
  if (finding) brackets(finding, `${state.finding}`);
  const place = momentHere()?.box || textHere();
  if (place) brackets(place, "");
  if (state.magnified && pointer.mouse()) player.magnify(pen, pointer.mouse(), RADIUS, LARGER);
}

/** Draw a line twice: wide and dark below, and on that in its colour, so that it stands out from any
 *  picture. Each is given as width, colour and dashes. */
function line(below, above, draw) {
  for (const [wide, colour, dash = []] of [below, above]) {
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.setLineDash(dash);
    draw();
  }
  pen.setLineDash([]);
}
const dashed = (rect) => line([4, "#000a"], [2, "#fff", [7, 5]], () => pen.strokeRect(...rect));
/** Where something lies that is looked at, with its number: brackets, so that nothing is hidden. */
function brackets(box, words) {
  const [x, y, w, h] = rectOf(box, NO_MARGIN),
    around = [x - 6, y - 6, w + 12, h + 12],
    [wide, tall] = [around[2], around[3]].map((side) => Math.min(18, side / 3));
  line([6, "#000b"], [3, PLACE], () => {
    pen.beginPath();
    for (const [i, [a, b]] of corners(around).entries()) {
      pen.moveTo(a + (i % 2 ? -wide : wide), b);
      pen.lineTo(a, b);
      pen.lineTo(a, b + (i < 2 ? tall : -tall));
    }
    pen.stroke();
  });
  if (!words) return;
  pen.font = `600 13px ${FONT}`;
  const left = around[0],
    top = around[1] > 24 ? around[1] - 22 : around[1] + around[3] + 4;
  plate([left, top, pen.measureText(words).width + 12, 19], PLACE);
  pen.fillStyle = DARK;
  pen.fillText(words, left + 6, top + 14);
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

/** Somebody of whom nothing is hidden here: a thin line, with who it is where that is known. */
function bodyOutline({ subject: id, box }, many) {
  const strong = id > 0 && rankOf(id) > 0,
    wide = strong ? 2 : 1,
    dots = [2, 4],
    rect = rectOf(box, NO_MARGIN),
    subject = state.subjects.get(id);
  line([wide + 2, "#0009", dots], [wide, "#fff", dots], () => pen.strokeRect(...rect));
  if (subject && (!many || strong))
    tag(t("nothing_hidden", { who: title(subject) }), rect, strong, "#fff");
}
function outline(shown) {
  const rect = maskOf(shown),
    strong = rank(shown) > 0,
    wide = strong ? 3 : 1.75,
    dim = (state.pointed || state.selected.length) && !strong;
  pen.globalAlpha = dim ? 0.7 : 1;
  const colour = [wide, BRIGHT[shown.state], DASH[shown.state]];
  line([strong ? 5 : 3.5, "#000b"], colour, () => edge(shown, rect));
  pen.globalAlpha = 1;
  if (shown === chosenHere()) for (const [x, y] of handles(rect)) square(x, y);
}
function square(x, y) {
  pen.fillStyle = "#000";
  pen.fillRect(x - 5, y - 5, 10, 10);
  pen.fillStyle = "#fff";
  pen.fillRect(x - 4, y - 4, 8, 8);
}
/** The same for whoever has no mouse: a button lies on each, to be focused and moved by arrows. */
function placeHandles() {
  const shown = chosenHere(),
    at = shown && !state.playing ? handles(maskOf(shown)) : [];
  for (const [i, button] of [...viewport.querySelectorAll(".handle")].entries()) {
    button.hidden = !at.length;
    if (at.length) Object.assign(button.style, { left: `${at[i][0]}px`, top: `${at[i][1]}px` });
  }
}
/** The edge of the mask (redact/render/shapes.py). */
function edge(shown, [x, y, w, h]) {
  const usual = kindOf(shown),
    rounding = shown.outline ? 0 : usual.rounding;
  pen.beginPath();
  if ((shown.outline || usual.outline) === "ellipse")
    pen.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
  else pen.roundRect(x, y, w, h, rounding * Math.min(w, h) || 0);
  pen.stroke();
}
function label(shown, many) {
  const subject = subjectOf(shown),
    strong = rank(shown) > 0,
    [mark, colour] = MARK[subject?.decision] || ["", "#fff"];
  if (!subject || (many && !strong && !mark)) return;
  const words = mark + (strong ? title(subject) : subject.id) + (shown.sure ? "" : "?");
  tag(words, maskOf(shown), strong, colour);
}
const meet = ([a, b, c, d], [e, f, g, h]) => a < e + g && e < a + c && b < f + h && f < b + d;
/** Words beside a box, where no others lie. */
function tag(words, [x, y, w, h], strong, colour) {
  pen.font = `600 ${strong ? 13 : 11.5}px ${FONT}`;
  const wide = pen.measureText(words).width + 9,
    tall = strong ? 19 : 16;
  const limit = (v) => Math.max(0, Math.min(viewport.clientWidth - wide, v));
  const above = y - tall - 2;
  const spots = [
    [limit(x), above],
    [limit(x), y + h + 2],
    [limit(x + w - wide), above],
  ].filter(([, top]) => top >= 0);
  const free = spots.find(([a, b]) => !taken.some((words) => meet([a, b, wide, tall], words)));
  const spot = free || (strong ? spots[0] || [limit(x), Math.max(0, y)] : null);
  if (!spot) return; // no two numbers lie on each other: the pointed-at one is always shown
  taken.push([...spot, wide, tall]);
  plate([...spot, wide, tall], strong ? "#fff" : "#000c");
  pen.fillStyle = strong ? DARK : colour;
  pen.fillText(words, spot[0] + 4.5, spot[1] + tall - (strong ? 5 : 4));
}

/** Begin to draw into the page: a canvas that fills its viewport. */
export function attach(parts) {
  ({ viewport, canvas } = parts);
  pointer.attach(canvas, paint);
  effect(() => state.theme && paint());
}
