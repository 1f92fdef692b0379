// Outlines over the picture; pointing, choosing, drawing, moving.
import { change, edit, make, on, point, select, state, tell, toast, title } from "./store.js";
import { t } from "./words.js";
import * as player from "./player.js";

const canvas = document.getElementById("overlay"),
  viewport = document.getElementById("viewport"),
  menu = document.getElementById("draw-menu");
const pen = canvas.getContext("2d");
const CROWD = 30; // more than that in view, and their numbers would hide the people
let crowded = false;
let drawing = false,
  drag = null,
  drawn = null,
  previewed = null;

const DASH = {
  detected: [],
  manual: [],
  followed: [9, 5],
  interpolated: [3, 4],
  padded: [2, 5],
  held: [12, 4, 2, 4],
};
const idOf = (box) => state.ofTrack.get(box[0]) ?? box[0];
const subjectOf = (box) => state.subjects.get(idOf(box));

/** On screen a box is as large as the mask that is drawn over it: what is seen there is hidden. */
function rectOf([, x1, y1, x2, y2]) {
  const { left, top, sx, sy } = player.place(),
    dx = (x2 - x1) * state.clip.margin,
    dy = (y2 - y1) * state.clip.margin;
  return [
    left + (x1 - dx) * sx,
    top + (y1 - dy) * sy,
    (x2 - x1 + 2 * dx) * sx,
    (y2 - y1 + 2 * dy) * sy,
  ];
}
function boxOf([x, y, w, h]) {
  const { left, top, sx, sy } = player.place(),
    share = state.clip.margin / (1 + 2 * state.clip.margin),
    dx = w * share,
    dy = h * share;
  return [
    (x + dx - left) / sx,
    (y + dy - top) / sy,
    (x + w - dx - left) / sx,
    (y + h - dy - top) / sy,
  ];
}

export function paint() {
  const width = viewport.clientWidth,
    height = viewport.clientHeight,
    ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (!state.clip) return;
  const taken = [],
    inView = state.boxes.filter((box) => {
      const [x, y, w, h] = rectOf(box);
      return x + w > 0 && y + h > 0 && x < width && y < height;
    });
  crowded = inView.length > CROWD;
  const first = (box) =>
    state.selected.includes(idOf(box)) ? 2 : idOf(box) === state.pointed ? 3 : 0;
  const boxes = [...state.boxes].sort((a, b) => first(a) - first(b));
  for (const box of boxes) if (state.view === "outlines" || first(box)) outline(box, first(box));
  for (const box of [...boxes].reverse())
    if (state.view === "outlines" || first(box)) label(box, first(box), taken);
  if (drag?.rect) dashed(drag.rect);
  for (const box of [drawn, previewed]) if (box) dashed(rectOf([0, ...box]));
  if (state.tab === "findings") foundHere();
  const place = asked()?.[5];
  if (place) brackets(place, "");
  note();
}

/** The risky moment that was gone to, while its picture is shown. */
const asked = () =>
  state.moment === state.frame ? state.moments.find(([frame]) => frame === state.frame) : null;

function note() {
  const node = document.getElementById("notice");
  const words = asked() ? [t(`why.${asked()[1]}`)] : [];
  if (state.damaged) words.push(t("damaged_here"));
  // Of a slow machine: what is on screen is what it was before.
  if (state.shownView && state.shownView !== state.view) words.push(t("loading"));
  else if (state.view === "result") words.push(t("as_it_will_be"));
  if (drawing) words.push(t("draw_hint"));
  else if (clicked.n > 1 && clicked.frame === state.frame && state.selected.length === 1)
    words.push(t("stacked", { n: clicked.n }));
  else if (crowded && state.view === "outlines" && !drawn)
    words.push(t("crowded", { n: state.boxes.length }));
  node.hidden = !words.length;
  node.textContent = words.join(" · ");
}

/** Where the finding lies that is looked at, with its number: brackets, so that nothing is hidden. */
function foundHere() {
  const finding = state.findings.find((f) => f.number === state.finding),
    box = finding && placeOf(finding, state.frame);
  if (box) brackets(box, `${finding.number}`);
}
function brackets(box, words) {
  const { left, top, sx, sy } = player.place(),
    [x1, y1, x2, y2] = [
      left + box[0] * sx - 6,
      top + box[1] * sy - 6,
      left + box[2] * sx + 6,
      top + box[3] * sy + 6,
    ];
  const arm = Math.min(18, (x2 - x1) / 3, (y2 - y1) / 3);
  for (const [wide, colour] of [
    [6, "#000b"],
    [3, "#ff5b45"],
  ]) {
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.beginPath();
    for (const [x, y, dx, dy] of [
      [x1, y1, 1, 1],
      [x2, y1, -1, 1],
      [x1, y2, 1, -1],
      [x2, y2, -1, -1],
    ]) {
      pen.moveTo(x + dx * arm, y);
      pen.lineTo(x, y);
      pen.lineTo(x, y + dy * arm);
    }
    pen.stroke();
  }
  if (!words) return;
  pen.font = '600 13px system-ui, "DejaVu Sans", sans-serif';
  const y = y1 > 24 ? y1 - 22 : y2 + 4;
  pen.fillStyle = "#ff5b45";
  pen.beginPath();
  pen.roundRect(x1, y, pen.measureText(words).width + 12, 19, 4);
  pen.fill();
  pen.fillStyle = "#10151f";
  pen.fillText(words, x1 + 6, y + 14);
}
/** A finding's place in a picture: between two that are known, on the way from one to the other. */
function placeOf(finding, frame) {
  if (frame < finding.first || frame > finding.last) return null;
  const before = finding.places.findLast(([n]) => n <= frame) || finding.places[0],
    after = finding.places.find(([n]) => n >= frame) || finding.places.at(-1);
  const share = after[0] > before[0] ? (frame - before[0]) / (after[0] - before[0]) : 0;
  return before[1].map((v, i) => v + share * (after[1][i] - v));
}

function dashed(rect) {
  pen.lineWidth = 4;
  pen.strokeStyle = "#000a";
  pen.setLineDash([]);
  pen.strokeRect(...rect);
  pen.lineWidth = 2;
  pen.strokeStyle = "#fff";
  pen.setLineDash([7, 5]);
  pen.strokeRect(...rect);
  pen.setLineDash([]);
}

function outline(box, rank) {
  const [x, y, w, h] = rectOf(box);
  const dim = (state.pointed || state.selected.length) && !rank;
  pen.globalAlpha = dim ? 0.7 : 1;
  pen.setLineDash([]);
  pen.lineWidth = rank ? 5 : 3.5;
  pen.strokeStyle = "#000b";
  shape(box, x, y, w, h);
  pen.lineWidth = rank ? 3 : 1.75;
  pen.strokeStyle = bright[box[5]];
  pen.setLineDash(DASH[box[5]] || []);
  shape(box, x, y, w, h);
  pen.setLineDash([]);
  if (rank === 2 && state.selected.length === 1)
    for (const [cx, cy] of handles(x, y, w, h)) {
      pen.fillStyle = "#fff";
      pen.strokeStyle = "#000";
      pen.lineWidth = 1;
      pen.fillRect(cx - 4, cy - 4, 8, 8);
      pen.strokeRect(cx - 4, cy - 4, 8, 8);
    }
  pen.globalAlpha = 1;
}
// On the picture, which is neither light nor dark, the bright ones are used in both themes.
const bright = {
  detected: "#4fdc82",
  followed: "#62b6ff",
  interpolated: "#ffc84a",
  padded: "#d49bff",
  held: "#ff7a62",
  manual: "#ffffff",
};
/** Of a small box they stand outside, or they would hide who is in it. */
function handles(x, y, w, h) {
  const out = Math.max(0, 28 - Math.min(w, h)) / 2;
  return corners(x - out, y - out, w + 2 * out, h + 2 * out);
}
const corners = (x, y, w, h) => [
  [x, y],
  [x + w, y],
  [x, y + h],
  [x + w, y + h],
];

/** The edge of the mask (redact/render/shapes.py). */
function shape(box, x, y, w, h) {
  pen.beginPath();
  const { outline, rounding } = state.clip.kinds[subjectOf(box)?.target] || { outline: "box" };
  if (outline === "ellipse") pen.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
  else pen.roundRect(x, y, w, h, rounding * Math.min(w, h) || 0);
  pen.stroke();
}

const MARK = { keep: "✓ ", none: "∅ ", hide: "", open: "" };
function label(box, rank, taken) {
  const subject = subjectOf(box);
  if (!subject) return;
  const kind = { keep: "keep", "false alarm": "none", hide: "hide" }[subject.decision] || "open";
  if (crowded && !rank && kind !== "keep" && kind !== "none") return;
  const doubt = box[6] ? "" : "?";
  const words = rank
    ? `${MARK[kind]}${title(subject)}${doubt}`
    : `${MARK[kind]}${subject.id}${doubt}`;
  pen.font = `600 ${rank ? 13 : 11.5}px system-ui, "DejaVu Sans", sans-serif`;
  const wide = pen.measureText(words).width + 9,
    tall = rank ? 19 : 16,
    [x, y, w, h] = rectOf(box);
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
  pen.fillStyle = rank ? "#fff" : "#000c";
  pen.beginPath();
  pen.roundRect(...spot, wide, tall, 4);
  pen.fill();
  pen.fillStyle = rank
    ? "#10151f"
    : kind === "keep"
      ? "#8df0b2"
      : kind === "none"
        ? "#ffd48a"
        : "#fff";
  pen.fillText(words, spot[0] + 4.5, spot[1] + tall - (rank ? 5 : 4));
}

/** Every box under the mouse, the one that is meant most probably first: in a crowd, whose middle is
 *  nearest; of a small one on a large one, the small one. Small ones may be missed by some pixels. */
function hits(x, y) {
  const found = [];
  for (const box of state.boxes) {
    const [a, b, w, h] = rectOf(box),
      slack = Math.max(0, 12 - Math.min(w, h)) / 2 + 2;
    const away = Math.hypot(x - a - w / 2, y - b - h / 2) + Math.max(w, h) / 4;
    if (x >= a - slack && x <= a + w + slack && y >= b - slack && y <= b + h + slack)
      found.push([away, box]);
  }
  return found.sort((one, other) => one[0] - other[0]).map(([, box]) => box);
}
const hit = (x, y) => hits(x, y)[0] || null;
/** A second click on the same spot means the next one who is there. */
let clicked = { x: -9, y: -9, n: 0, frame: -1 };
function choice(x, y) {
  const subjects = [...new Set(hits(x, y).map(idOf))];
  const again =
    Math.hypot(x - clicked.x, y - clicked.y) < 4 &&
    clicked.frame === state.frame &&
    subjects.includes(state.selected[0]);
  clicked = { x, y, n: subjects.length, frame: state.frame };
  return subjects[again ? (subjects.indexOf(state.selected[0]) + 1) % subjects.length : 0];
}
/** The box of the one that is chosen, under the mouse: it moves, even where another lies on it. */
function ownAt(x, y) {
  if (state.selected.length !== 1) return null;
  return state.boxes.find((box) => {
    const [a, b, w, h] = rectOf(box);
    return idOf(box) === state.selected[0] && x >= a && x <= a + w && y >= b && y <= b + h;
  });
}
function handleAt(x, y) {
  if (state.selected.length !== 1) return null;
  for (const box of state.boxes) {
    if (idOf(box) !== state.selected[0]) continue;
    const rect = rectOf(box),
      at = handles(...rect).findIndex(([cx, cy]) => Math.abs(x - cx) < 8 && Math.abs(y - cy) < 8);
    if (at >= 0) return { box, rect, corner: at };
  }
  return null;
}
const at = (event) => {
  const r = canvas.getBoundingClientRect();
  return [event.clientX - r.left, event.clientY - r.top];
};

canvas.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  const [x, y] = at(event);
  canvas.setPointerCapture(event.pointerId);
  const handle = handleAt(x, y),
    box = hit(x, y);
  if (drawing) drag = { kind: "draw", x, y, rect: null };
  else if (handle) drag = { kind: "resize", x, y, ...handle, rect: [...handle.rect] };
  else if (ownAt(x, y) && !event.ctrlKey && !event.metaKey && !event.shiftKey)
    drag = { kind: "move", x, y, box: ownAt(x, y), start: rectOf(ownAt(x, y)), rect: null };
  else
    drag = {
      kind: box ? "click" : "pan",
      x,
      y,
      box,
      add: event.ctrlKey || event.metaKey || event.shiftKey,
    };
  // A mask is moved in the picture in which it was taken hold of, and that one stays on screen.
  if (drag.kind === "move" || drag.kind === "resize") {
    player.stop();
    player.show((drag.frame = state.frame));
  }
});
canvas.addEventListener("pointermove", (event) => {
  const [x, y] = at(event);
  if (!drag) {
    const box = hit(x, y);
    point(box ? idOf(box) : 0);
    canvas.className = drawing
      ? "drawing"
      : handleAt(x, y) || ownAt(x, y)
        ? "moving"
        : box
          ? "pointing"
          : "";
    return;
  }
  const dx = x - drag.x,
    dy = y - drag.y;
  if (Math.hypot(dx, dy) < 4 && !drag.moved) return;
  drag.moved = true;
  if (drag.kind === "draw")
    drag.rect = [Math.min(x, drag.x), Math.min(y, drag.y), Math.abs(dx), Math.abs(dy)];
  else if (drag.kind === "move")
    drag.rect = [drag.start[0] + dx, drag.start[1] + dy, drag.start[2], drag.start[3]];
  else if (drag.kind === "resize") {
    const all = corners(...rectOf(drag.box)),
      fixed = all[3 - drag.corner],
      [px, py] = [all[drag.corner][0] + dx, all[drag.corner][1] + dy];
    drag.rect = [
      Math.min(px, fixed[0]),
      Math.min(py, fixed[1]),
      Math.abs(px - fixed[0]),
      Math.abs(py - fixed[1]),
    ];
  } else if (drag.kind === "pan") {
    player.pan(dx, dy);
    [drag.x, drag.y] = [x, y];
  }
  paint();
});
canvas.addEventListener("pointerup", async () => {
  const done = drag;
  drag = null;
  if (!done) return;
  if (done.kind === "draw") {
    if (done.rect && done.rect[2] > 5 && done.rect[3] > 5) offer(boxOf(done.rect), done.rect);
  } else if ((done.kind === "move" || done.kind === "resize") && done.moved) {
    await edit(
      "place",
      { track: done.box[0], frame: done.frame, box: boxOf(done.rect) },
      t("moved_here"),
    );
  } else if (!done.moved) {
    if (done.box) select(choice(done.x, done.y), { add: done.add });
    else if (done.kind === "pan") select([]);
  }
  paint();
});
canvas.addEventListener("pointerleave", () => point(0));
canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    player.zoomAt(Math.exp(-event.deltaY / 400), ...at(event));
  },
  { passive: false },
);

function offer(box, rect) {
  drawn = box;
  setDrawing(false);
  menu.hidden = false;
  const left = Math.min(rect[0], viewport.clientWidth - menu.offsetWidth - 8),
    below = rect[1] + rect[3] + 8;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below + menu.offsetHeight < viewport.clientHeight ? below : Math.max(8, rect[1] - menu.offsetHeight - 8)}px`;
  document.getElementById("draw-follow").focus();
  paint();
}
export function endDrawn() {
  drawn = null;
  menu.hidden = true;
  paint();
}
export function setDrawing(value) {
  drawing = value;
  if (value) {
    player.stop();
    endDrawn();
  }
  document.getElementById("draw").setAttribute("aria-pressed", value);
  canvas.className = value ? "drawing" : "";
  paint();
}
export const isDrawing = () => drawing || Boolean(drawn);
export const drawnBox = () => drawn;
/** A box in the middle of what is seen, to be moved by keys. */
export function offerMiddle() {
  const width = viewport.clientWidth,
    height = viewport.clientHeight,
    side = Math.min(width, height) / 6;
  redraw(boxOf([(width - side) / 2, (height - side) / 2, side, side]));
}
export const redraw = (box) => offer(box, rectOf([0, ...box]));
/** The box of the chosen one in this picture, if there is one. */
export const chosenBox = () =>
  state.selected.length === 1 ? state.boxes.find((box) => idOf(box) === state.selected[0]) : null;
export function preview(box) {
  previewed = box;
  paint();
}
const target = () => document.getElementById("draw-target").value;
document.getElementById("draw").addEventListener("click", () => setDrawing(!drawing));
document.getElementById("draw-cancel").addEventListener("click", endDrawn);
document.getElementById("draw-follow").addEventListener("click", async () => {
  const box = drawn,
    frame = state.frame;
  endDrawn();
  if (await change("follow", { frame, box, target: target() })) {
    toast(t("following"));
    tell("job");
  } else if (state.frame === frame) redraw(box); // so that it is not lost
});
for (const [id, span] of [
  ["draw-here", () => [state.frame, state.frame]],
  ["draw-still", () => [0, state.frames - 1]],
]) {
  document.getElementById(id).addEventListener("click", async () => {
    const box = drawn,
      frame = state.frame,
      [first, last] = span();
    endDrawn();
    if (
      !(await edit("add", { box, first, last, target: target() }, t("added"))) &&
      state.frame === frame
    )
      redraw(box);
  });
}
export function fillTargets() {
  document
    .getElementById("draw-target")
    .replaceChildren(
      ...state.clip.drawn.map((w) => make("option", { value: w }, t(`target.${w}`))),
    );
}
for (const name of ["frame", "select", "point", "lens", "view", "theme", "tab"]) on(name, paint);
on("plan", paint);
