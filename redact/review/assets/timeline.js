// A lane a subject, and above them time, cuts, damage, findings, what was seen, and the sound.
import { css, kindOf, on, select, state, tell, title } from "./store.js";
import { clock, t } from "./words.js";
import * as player from "./player.js";
import { frameAt } from "./store.js";
import { mark, setMark, wave } from "./sound.js";
import { goTo, listed, MARKS } from "./gallery.js";

const scroller = document.getElementById("lanes"),
  canvas = document.getElementById("lanes-canvas"),
  space = document.getElementById("lanes-space");
const pen = canvas.getContext("2d");
const NAMES = 150,
  RULER = 36,
  SOUND = 32,
  LEAST = 17,
  MOST = 26;
let LANE = LEAST; // higher where there are few
const range = { from: 0, to: 1 };
let order = [],
  hover = null,
  dragging = null;

export function reset() {
  range.from = 0;
  range.to = state.duration;
  layout();
}
const head = () => RULER + (state.clip.sound ? SOUND : 0);
const xOf = (seconds) =>
  NAMES + ((seconds - range.from) / (range.to - range.from)) * (canvas.clientWidth - NAMES - 10);
const timeOf = (x) =>
  range.from + ((x - NAMES) / (canvas.clientWidth - NAMES - 10)) * (range.to - range.from);
const endOf = (frame) => state.times[frame + 1] ?? state.duration;

export function layout() {
  if (!state.clip) return;
  order = listed();
  const tall = scroller.clientHeight;
  LANE = Math.max(
    LEAST,
    Math.min(MOST, Math.floor((tall - head() - 6) / Math.max(1, order.length))),
  );
  const whole = head() + order.length * LANE + 6;
  space.style.height = `${Math.max(0, whole)}px`;
  const ratio = devicePixelRatio;
  canvas.style.height = `${tall}px`;
  canvas.width = Math.round(scroller.clientWidth * ratio);
  canvas.height = Math.round(tall * ratio);
  draw();
}

function bar(a, b, y, h, fill) {
  const x1 = Math.max(NAMES, xOf(a)),
    x2 = Math.min(canvas.clientWidth - 6, xOf(b));
  if (x2 <= NAMES || x1 >= canvas.clientWidth) return;
  pen.fillStyle = fill;
  pen.fillRect(x1, y, Math.max(x2 - x1, 1.5), h);
}

let due = 0;
export const draw = () => {
  due ||= requestAnimationFrame(() => {
    due = 0;
    now();
  });
};
function now() {
  if (!state.clip || !canvas.width) return;
  const ratio = devicePixelRatio,
    width = canvas.clientWidth,
    height = canvas.clientHeight,
    top = scroller.scrollTop;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = css("--card");
  pen.fillRect(0, 0, width, height);
  const first = Math.max(0, Math.floor(top / LANE) - 1);
  for (let i = first; i < order.length; i++) {
    const y = head() + i * LANE - top;
    if (y > height) break;
    lane(order[i], y, width);
  }
  pen.fillStyle = css("--card");
  pen.fillRect(0, 0, width, head());
  ruler(width);
  if (state.clip.sound) soundRow(width);
  const x = xOf(state.times[state.frame]);
  pen.fillStyle = css("--accent");
  if (x >= NAMES) {
    pen.fillRect(x - 0.75, 0, 1.5, height);
    pen.beginPath();
    pen.moveTo(x - 6, 0);
    pen.lineTo(x + 6, 0);
    pen.lineTo(x, 8);
    pen.fill();
  }
}

function lane(subject, y, width) {
  const kind = kindOf(subject),
    picked = state.selected.includes(subject.id),
    pointed = subject.id === state.pointed;
  if (picked || pointed) {
    pen.fillStyle = css("--accent-soft");
    pen.fillRect(0, y, width, LANE);
  }
  pen.fillStyle = css("--text");
  pen.font = `${picked ? "600 " : ""}12px system-ui, "DejaVu Sans", sans-serif`;
  pen.save();
  pen.beginPath();
  pen.rect(0, y, NAMES - 8, LANE);
  pen.clip();
  pen.fillText(`${MARKS[kind]} ${title(subject)}`, 12, y + LANE / 2 + 4);
  pen.restore();
  for (const track of subject.tracks) {
    for (const [a, b, what] of track.runs) {
      const strong = what === "detected" || what === "manual";
      // Strong states are tall, guessed ones low: told apart without colour.
      const tall = strong ? LANE - 6 : Math.round(LANE * 0.3);
      bar(state.times[a], endOf(b), y + (LANE - tall) / 2, tall, css(`--${what}`));
    }
  }
  // Striped where nobody has looked at the picture yet.
  for (const track of subject.tracks)
    for (const [a, b] of state.unseen) {
      if (b >= track.first && a <= track.last)
        bar(
          state.times[Math.max(a, track.first)],
          endOf(Math.min(b, track.last)),
          y + 3,
          LANE - 6,
          stripes(pen),
        );
    }
  for (const [a, b] of subject.shown) bar(state.times[a], endOf(b), y + LANE - 3, 2, css("--text"));
}

/** Stripes in the colour of the ground, which leave half of what they are drawn over. */
export function stripes(pen) {
  const tile = new OffscreenCanvas(6, 6),
    brush = tile.getContext("2d");
  brush.strokeStyle = css("--card");
  brush.lineWidth = 2.2;
  for (const x of [-6, 0, 6]) {
    brush.beginPath();
    brush.moveTo(x - 1, 7);
    brush.lineTo(x + 7, -1);
    brush.stroke();
  }
  return pen.createPattern(tile, "repeat");
}

function ruler(width) {
  pen.fillStyle = css("--muted");
  pen.font = '11px system-ui, "DejaVu Sans", sans-serif';
  const span = range.to - range.from,
    rough = span / Math.max(2, (width - NAMES) / 90);
  const step =
    [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].find(
      (s) => s >= rough,
    ) || 3600;
  for (let s = Math.ceil(range.from / step) * step; s <= range.to; s += step) {
    const x = xOf(s);
    pen.fillRect(x, 14, 1, 4);
    const words = clock(s, step < 1 ? 2 : 0);
    if (x + 3 + pen.measureText(words).width <= width) pen.fillText(words, x + 3, 12); // none is cut off
  }
  pen.fillText(t("row_seen"), 12, 29);
  pen.fillStyle = css("--lane");
  pen.fillRect(NAMES, 22, width - NAMES - 6, 6);
  for (const [a, b] of state.seen) bar(state.times[a], endOf(b), 22, 6, css("--seen"));
  for (const cut of state.clip.cuts) bar(state.times[cut], state.times[cut], 16, 16, css("--text"));
  for (const n of state.clip.unchecked) bar(state.times[n], endOf(n), 30, 3, css("--held"));
  for (const finding of state.findings)
    diamond(xOf((state.times[finding.first] + state.times[finding.last]) / 2), finding.answer);
}
function diamond(x, answered) {
  pen.beginPath();
  pen.moveTo(x, 18);
  pen.lineTo(x + 6, 25);
  pen.lineTo(x, 32);
  pen.lineTo(x - 6, 25);
  pen.closePath();
  pen.fillStyle = answered ? css("--card") : css("--warn");
  pen.fill();
  pen.strokeStyle = css("--warn");
  pen.lineWidth = 1.5;
  pen.stroke();
}

function soundRow(width) {
  const y = RULER,
    middle = y + SOUND / 2 - 1;
  pen.fillStyle = css("--muted");
  pen.fillText(t("row_sound"), 12, middle + 4);
  pen.fillStyle = css("--lane");
  pen.fillRect(NAMES, y, width - NAMES - 6, SOUND - 3);
  if (wave.peaks) {
    pen.fillStyle = css("--muted");
    for (let x = NAMES; x < width - 6; x++) {
      const a = Math.floor(timeOf(x) * wave.rate),
        b = Math.max(a + 1, Math.floor(timeOf(x + 1) * wave.rate));
      let loud = 0;
      for (let i = a; i < b; i++) loud = Math.max(loud, wave.peaks[i] || 0);
      const tall = Math.max(1, Math.sqrt(loud / 255) * (SOUND - 6));
      pen.fillRect(x, middle - tall / 2, 1, tall);
    }
  }
  for (const m of state.muted) {
    bar(m.start / 1000, m.end / 1000, y, SOUND - 3, css("--warn-soft"));
    const x = Math.max(NAMES, xOf(m.start / 1000));
    pen.fillStyle = css("--warn");
    pen.fillText(m.how === "tone" ? "♪" : "✕", x + 2, middle + 4);
    pen.fillRect(x, y, 1, SOUND - 3);
  }
  if (mark.start != null) {
    pen.globalAlpha = 0.45;
    bar(mark.start, mark.end, y, SOUND - 3, css("--accent"));
    pen.globalAlpha = 1;
  }
}

const at = (event) => {
  const r = canvas.getBoundingClientRect();
  return [event.clientX - r.left, event.clientY - r.top];
};
const laneAt = (y) =>
  y < head() ? null : order[Math.floor((y + scroller.scrollTop - head()) / LANE)] || null;
canvas.addEventListener("pointerdown", (event) => {
  const [x, y] = at(event);
  canvas.setPointerCapture(event.pointerId);
  if (state.clip.sound && y >= RULER && y < head() && x >= NAMES) {
    dragging = { sound: timeOf(x) };
    setMark(null);
    return;
  }
  const subject = laneAt(y);
  if (subject) select(subject.id, { add: event.ctrlKey || event.metaKey });
  if (x < NAMES) {
    goTo(subject);
    return;
  }
  player.stop();
  const finding =
    y < RULER &&
    state.findings.find(
      (f) => Math.abs(xOf((state.times[f.first] + state.times[f.last]) / 2) - x) < 7,
    );
  if (finding) {
    tell("finding", finding.number);
    return;
  }
  dragging = { seek: true };
  player.show(frameAt(timeOf(x)));
});
canvas.addEventListener("pointermove", (event) => {
  const [x, y] = at(event);
  if (dragging?.seek) player.show(frameAt(Math.max(0, timeOf(x))));
  else if (dragging) setMark(dragging.sound, timeOf(x));
  else {
    const subject = laneAt(y);
    hover = subject?.id || 0;
    if (hover !== state.pointed) {
      state.pointed = hover;
      tell("point");
    }
  }
});
canvas.addEventListener("pointerup", () => {
  if (dragging && !dragging.seek && mark.start != null) {
    state.tab = "sound";
    tell("tab");
  }
  dragging = null;
});
canvas.addEventListener("pointerleave", () => {
  state.pointed = 0;
  tell("point");
});
canvas.addEventListener("dblclick", reset);
canvas.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.shiftKey && !event.deltaX) return; // else the lanes scroll
    event.preventDefault();
    const [x] = at(event),
      span = range.to - range.from;
    if (event.ctrlKey) {
      const middle = timeOf(x),
        share = (middle - range.from) / span;
      const next = Math.min(state.duration, Math.max(0.5, span * Math.exp(event.deltaY / 300)));
      range.from = Math.max(0, Math.min(state.duration - next, middle - share * next));
      range.to = range.from + next;
    } else {
      const by = ((event.deltaX || event.deltaY) / canvas.clientWidth) * span;
      range.from = Math.max(0, Math.min(state.duration - span, range.from + by));
      range.to = range.from + span;
    }
    draw();
  },
  { passive: false },
);
/** Keep the current frame in sight while playing a long clip. */
function follow() {
  const time = state.times[state.frame],
    span = range.to - range.from;
  if (time < range.from || time > range.to) {
    range.from = Math.max(0, Math.min(state.duration - span, time - span * 0.1));
    range.to = range.from + span;
  }
  draw();
}
function reveal() {
  const i = order.findIndex((s) => s.id === state.selected.at(-1));
  if (i >= 0) {
    const y = i * LANE,
      room = scroller.clientHeight - head() - LANE;
    if (y < scroller.scrollTop || y > scroller.scrollTop + room)
      scroller.scrollTop = Math.max(0, y - room / 2);
  }
  draw();
}
scroller.addEventListener("scroll", draw);
new ResizeObserver(layout).observe(scroller);
for (const name of ["point", "mark", "wave", "theme"]) on(name, draw);
on("select", reveal);
on("frame", follow);
on("plan", layout);
on("filtered", layout);
