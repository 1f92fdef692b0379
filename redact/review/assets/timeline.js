// A lane a subject, and above them time, cuts, damage, findings, what was seen, and the sound. The
// canvas is drawn by hand, from the state alone.
import { effect, html, signal, useLayoutEffect, useRef } from "./html.js";
import { css, frameAt, kindOf, point, select, state, title } from "./store.js";
import { clock, t } from "./words.js";
import { FONT, freshPen, mouseOn } from "./canvas.js";
import { showFinding } from "./findings.js";
import { goTo, listed, MARKS } from "./list.js";
import * as player from "./player.js";
import { setMark } from "./sound.js";

const NAMES = 150,
  RULER = 36,
  SOUND = 32,
  EDGE = 6, // pixels at the right
  LEAST = 17, // pixels of a lane, and the most where there are few
  MOST = 26,
  STEPS = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const range = signal({ from: 0, to: 0 }), // seconds that are seen; all of them as long as it is empty
  size = signal({ width: 0, height: 0, top: 0 });
let canvas = null,
  scroller = null,
  pen = null,
  dragging = null,
  due = 0;

export function Timeline() {
  const [lanes, picture] = [useRef(), useRef()];
  const measure = () => {
    const { clientWidth: width, clientHeight: height, scrollTop: top } = scroller;
    size.value = { width, height, top };
  };
  useLayoutEffect(() => {
    [scroller, canvas] = [lanes.current, picture.current];
    new ResizeObserver(measure).observe(scroller);
    canvas.addEventListener("wheel", wheel, { passive: false });
    measure();
    effect(() => {
      if (state.clip && state.theme && size.value.width) draw();
    });
    effect(() => follow(state.times[state.frame]));
  }, []);
  useLayoutEffect(reveal, [state.selected]);
  const whole = head() + listed().length * lane() + EDGE;
  return html`<section id="timeline" aria-label=${t("timeline")} inert=${Boolean(state.opening)}>
    <div id="lanes" ref=${lanes} onscroll=${measure}>
      <div id="lanes-space" style=${{ height: `${whole}px` }} />
      <canvas id="lanes-canvas" ref=${picture} tabindex="0" aria-label=${t("timeline")}
        style=${{ height: `${size.value.height}px` }} onpointerdown=${down} onpointermove=${move}
        onpointerup=${up} onpointerleave=${() => point(0)} ondblclick=${() => (range.value = { from: 0, to: 0 })} />
    </div>
  </section>`;
}
const head = () => RULER + (state.clip?.sound ? SOUND : 0);
/** Pixels of a lane: higher where there are few. */
const lane = () => {
  const room = Math.floor((size.value.height - head() - EDGE) / Math.max(1, listed().length));
  return Math.max(LEAST, Math.min(MOST, room));
};
const seen = () => (range.value.to ? range.value : state.span);
const wide = () => size.value.width - NAMES - EDGE - 4;
const xOf = (seconds) => NAMES + ((seconds - seen().from) / (seen().to - seen().from)) * wide();
const timeOf = (x) => seen().from + ((x - NAMES) / wide()) * (seen().to - seen().from);
const endOf = (frame) => state.times[frame + 1] ?? state.duration;

function bar(a, b, y, h, fill) {
  const x1 = Math.max(NAMES, xOf(a)),
    x2 = Math.min(size.value.width - EDGE, xOf(b));
  if (x2 <= NAMES || x1 >= size.value.width) return;
  pen.fillStyle = fill;
  pen.fillRect(x1, y, Math.max(x2 - x1, 1.5), h);
}
/** Whatever it is made of is read at once, so that a change of it is noticed; drawn with the next
 *  picture of the screen. */
function draw() {
  const made = [state.shot, state.selected, state.pointed, state.seen, state.findings, state.muted];
  made.push(state.mark, state.wave, listed(), seen(), t("row_seen"));
  due ||= requestAnimationFrame(() => {
    due = 0;
    now();
  });
}
function now() {
  const { width, height, top } = size.value,
    [above, each] = [head(), lane()],
    all = listed();
  pen = freshPen(canvas, width, height);
  pen.fillStyle = css("--card");
  pen.fillRect(0, 0, width, height);
  const stripes = striped();
  for (let i = Math.max(0, Math.floor(top / each) - 1); i < all.length; i++) {
    const y = above + i * each - top;
    if (y > height) break;
    drawLane(all[i], y, each, stripes);
  }
  pen.fillStyle = css("--card");
  pen.fillRect(0, 0, width, above);
  drawRuler();
  if (state.clip.sound) drawSound();
  const x = xOf(state.times[state.frame]);
  if (x < NAMES) return;
  pen.fillStyle = css("--accent");
  pen.fillRect(x - 0.75, 0, 1.5, height);
  polygon([x - 6, 0], [x + 6, 0], [x, 8]);
  pen.fill();
}
function polygon([x, y], ...others) {
  pen.beginPath();
  pen.moveTo(x, y);
  for (const corner of others) pen.lineTo(...corner);
  pen.closePath();
}

function drawLane(subject, y, each, stripes) {
  const picked = state.selected.includes(subject.id);
  if (picked || subject.id === state.pointed) {
    pen.fillStyle = css("--accent-soft");
    pen.fillRect(0, y, size.value.width, each);
  }
  pen.fillStyle = css("--text");
  pen.font = `${picked ? "600 " : ""}12px ${FONT}`;
  pen.save();
  pen.beginPath();
  pen.rect(0, y, NAMES - 8, each);
  pen.clip();
  pen.fillText(`${MARKS[kindOf(subject)]} ${title(subject)}`, 12, y + each / 2 + 4);
  pen.restore();
  for (const { runs } of subject.tracks)
    for (const [a, b, what] of runs) {
      // Strong states are tall, guessed ones low: told apart without colour.
      const tall = ["detected", "manual"].includes(what) ? each - 6 : Math.round(each * 0.3);
      bar(state.times[a], endOf(b), y + (each - tall) / 2, tall, css(`--${what}`));
    }
  // Where only the body is seen, a line.
  for (const [a, b] of subject.alone)
    bar(state.times[a], endOf(b), y + each / 2 - 1, 2, css("--muted"));
  // Striped where nobody has looked at the picture yet.
  for (const { first, last } of subject.tracks)
    for (const [a, b] of state.unseen)
      if (b >= first && a <= last)
        bar(state.times[Math.max(a, first)], endOf(Math.min(b, last)), y + 3, each - 6, stripes);
  for (const [a, b] of subject.shown) bar(state.times[a], endOf(b), y + each - 3, 2, css("--text"));
}
/** Stripes in the colour of the ground, which leave half of what they are drawn over. */
function striped() {
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

function drawRuler() {
  const { width } = size.value,
    { from, to } = seen(),
    rough = (to - from) / Math.max(2, (width - NAMES) / 90),
    step = STEPS.find((s) => s >= rough) || STEPS.at(-1);
  pen.fillStyle = css("--muted");
  pen.font = `11px ${FONT}`;
  for (let s = Math.ceil(from / step) * step; s <= to; s += step) {
    const x = xOf(s),
      words = clock(s, step < 1 ? 2 : 0);
    pen.fillRect(x, 14, 1, 4);
    if (x + 3 + pen.measureText(words).width <= width) pen.fillText(words, x + 3, 12); // none is cut off
  }
  pen.fillText(t("row_seen"), 12, 29);
  pen.fillStyle = css("--lane");
  pen.fillRect(NAMES, 22, width - NAMES - EDGE, 6);
  for (const [a, b] of state.seen) bar(state.times[a], endOf(b), 22, 6, css("--seen"));
  for (const cut of state.clip.cuts) bar(state.times[cut], state.times[cut], 16, 16, css("--text"));
  for (const n of state.clip.unchecked) bar(state.times[n], endOf(n), 30, 3, css("--held"));
  for (const finding of state.findings) {
    const x = middleOf(finding);
    polygon([x, 18], [x + 6, 25], [x, 32], [x - 6, 25]);
    pen.fillStyle = css(finding.answer ? "--card" : "--warn");
    pen.fill();
    pen.strokeStyle = css("--warn");
    pen.lineWidth = 1.5;
    pen.stroke();
  }
}
const middleOf = (finding) => xOf((state.times[finding.first] + state.times[finding.last]) / 2);

function drawSound() {
  const middle = RULER + SOUND / 2 - 1,
    tall = SOUND - 3,
    right = size.value.width - EDGE,
    { peaks, from, rate } = state.wave || {};
  pen.fillStyle = css("--muted");
  pen.fillText(t("row_sound"), 12, middle + 4);
  pen.fillStyle = css("--lane");
  pen.fillRect(NAMES, RULER, right - NAMES, tall);
  pen.fillStyle = css("--muted");
  for (let x = NAMES; peaks && x < right; x++) {
    const a = Math.max(0, Math.floor((timeOf(x) - from) * rate)),
      b = Math.max(a + 1, Math.floor((timeOf(x + 1) - from) * rate)),
      loud = Math.max(0, ...peaks.subarray(a, b)),
      h = Math.max(1, Math.sqrt(loud / 255) * (SOUND - 6));
    pen.fillRect(x, middle - h / 2, 1, h);
  }
  for (const { start, end, how } of state.muted) {
    bar(start / 1000, end / 1000, RULER, tall, css("--warn-soft"));
    const x = Math.max(NAMES, xOf(start / 1000));
    pen.fillStyle = css("--warn");
    pen.fillText(how === "tone" ? "♪" : "✕", x + 2, middle + 4);
    pen.fillRect(x, RULER, 1, tall);
  }
  if (!state.mark) return;
  pen.globalAlpha = 0.45;
  bar(state.mark.start, state.mark.end, RULER, tall, css("--accent"));
  pen.globalAlpha = 1;
}

const subjectAt = (y) =>
  y < head() ? null : listed()[Math.floor((y + size.value.top - head()) / lane())] || null;
function down(event) {
  const [x, y] = mouseOn(canvas, event);
  canvas.setPointerCapture(event.pointerId);
  if (state.clip.sound && y >= RULER && y < head() && x >= NAMES) {
    dragging = { sound: timeOf(x) };
    return setMark(null);
  }
  const subject = subjectAt(y);
  if (subject) select(subject.id, { add: event.ctrlKey || event.metaKey });
  if (x < NAMES) return subject && goTo(subject);
  const finding = y < RULER && state.findings.find((f) => Math.abs(middleOf(f) - x) < 7);
  if (finding) return showFinding(finding.number);
  dragging = {};
  player.goTo(frameAt(timeOf(x)));
}
function move(event) {
  const [x, y] = mouseOn(canvas, event);
  if (!dragging) point(subjectAt(y)?.id || 0);
  else if (dragging.sound == null) player.show(frameAt(Math.max(0, timeOf(x))));
  else setMark(dragging.sound, timeOf(x));
}
function up() {
  if (dragging?.sound != null && state.mark) state.tab = "sound";
  dragging = null;
}
/** Show so many seconds, from a time on. */
function show(from, long) {
  const start = Math.max(state.span.from, Math.min(state.span.to - long, from));
  range.value = { from: start, to: start + long };
}
function wheel(event) {
  if (!event.ctrlKey && !event.shiftKey && !event.deltaX) return; // else the lanes scroll
  event.preventDefault();
  const [x] = mouseOn(canvas, event),
    { from, to } = seen(),
    long = to - from;
  if (!event.ctrlKey)
    return show(from + ((event.deltaX || event.deltaY) / size.value.width) * long, long);
  const middle = timeOf(x),
    next = Math.min(
      state.span.to - state.span.from,
      Math.max(0.5, long * Math.exp(event.deltaY / 300)),
    );
  show(middle - ((middle - from) / long) * next, next);
}
/** Keep the current frame in sight while playing a long clip. */
function follow(time) {
  const { from, to } = range.peek();
  if (to && (time < from || time > to)) show(time - (to - from) * 0.1, to - from);
}
/** Bring the lane of whoever was chosen last into view. */
function reveal() {
  const i = listed().findIndex((s) => s.id === state.selected.at(-1)),
    y = i * lane(),
    room = size.value.height - head() - lane();
  if (i >= 0 && (y < scroller.scrollTop || y > scroller.scrollTop + room))
    scroller.scrollTop = Math.max(0, y - room / 2);
}
