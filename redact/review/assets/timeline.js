// A lane a subject, and above them time, cuts, damage, findings, what was seen, and the sound. Shapes lie
// in seconds, and are stretched to the window.
import { html, useMemo, useRef } from "./html.js";
import { frameAt, kindOf, point, select, state, title } from "./store.js";
import { clock, t } from "./words.js";
import { span } from "./excerpt.js";
import { showFinding } from "./findings.js";
import { goTo, listed, MARKS } from "./gallery.js";
import * as player from "./player.js";
import { Rows } from "./rows.js";
import { setMark } from "./sound.js";
import { saidAt } from "./spoken.js";

const LABELS = 9, // at most, of times
  STEPS = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600],
  BARS = 800; // of the sound
const long = () => state.span.to - state.span.from;
const percent = (seconds) => `${(100 * seconds) / long()}%`;
const at = (seconds) => percent(seconds - state.span.from);
const endOf = (frame) => state.times[frame + 1] ?? state.duration;
const box = (from, to, top, bottom) => `M${from} ${top}H${to}V${bottom}H${from}z`;
/** Runs of frames as the path of boxes, between two shares of the height. */
const boxes = (runs, top, bottom) =>
  runs.map(([a, b]) => box(state.times[a], endOf(b), top, bottom)).join("");
function Over({ children }) {
  const view = `${state.span.from} 0 ${long()} 1`;
  return html`<svg class="over" viewBox=${view} preserveAspectRatio="none" aria-hidden="true">${children}</svg>`;
}

export function Timeline() {
  const strip = useRef(), // where time is: from its left to its right all that is seen
    mouse = useMouse(strip),
    chosen = state.subjects.get(state.selected.at(-1)),
    lane = (subject) => html`<${Lane} key=${subject.id} of=${subject} />`;
  return html`<section id="timeline" aria-label=${t("timeline")} inert=${Boolean(state.opening)} ...${mouse}>
    <div class="lane ruler"><span>${t("timeline")}</span><div ref=${strip}><${Ruler} /></div></div>
    ${state.clip?.sound > 0 && html`<div class="lane sound"><span>${t("row_sound")}</span><div><${Sound} /></div></div>`}
    <${Rows} key=${state.filter} id="lanes" tabindex="0" role="group" aria-label=${t("timeline")} all=${listed()} chosen=${chosen} tall=${20} row=${lane} />
    <div class="time"><${Now} /></div>
  </section>`;
}
function Now() {
  return html`<i id="now" style=${{ left: at(state.times[state.frame] ?? 0) }} />`;
}
/** Somebody's time: a bar for each part, a line where only the body was seen, and below where nothing
 *  is hidden. */
function Lane({ of: s }) {
  const { times } = state,
    picked = state.selected.includes(s.id) || s.id === state.pointed,
    parts = s.tracks.map((k) => [k.first, k.last]);
  const paths = useMemo(
    () => html`<path class="bar" d=${boxes(parts, 0.2, 0.8)} />
      <path class="alone" d=${boxes(s.alone, 0.46, 0.54)} />
      <path class="shown" d=${boxes(s.shown, 0.9, 1)} />`,
    [s, times],
  );
  return html`<div class=${picked ? "lane picked" : "lane"} data-lane=${s.id}>
    <span>${MARKS[kindOf(s)]} ${title(s)}</span>
    <div><${Over}>${paths}<//></div>
  </div>`;
}
function Ruler() {
  const step = STEPS.find((s) => s >= long() / LABELS) || STEPS.at(-1),
    first = Math.ceil(state.span.from / step),
    n = Math.max(0, Math.ceil(state.span.to / step - 0.5) - first), // the last one has room for its words
    labels = Array.from({ length: n }, (_, i) => (first + i) * step);
  const label = (s) =>
    html`<small key=${s} style=${{ left: at(s) }}>${clock(s, step < 1 ? 2 : 0)}</small>`;
  const middle = (f) => (state.times[f.first] + state.times[f.last]) / 2,
    cuts = state.clip?.cuts.map((n) => `M${state.times[n]} .4V1`).join(""),
    damaged = state.clip?.unchecked.map((n) => [n, n]) ?? [];
  const diamond = (f) => html`<button key=${f.number} class=${f.answer ? "found answered" : "found"}
    style=${{ left: at(middle(f)) }} aria-label=${t("finding_n", { n: f.number })} onclick=${() => showFinding(f.number)} />`;
  return html`${labels.map(label)}
    <${Over}><path class="seen" d=${boxes(state.seen, 0.6, 0.78)} /><path class="damaged" d=${boxes(damaged, 0.85, 0.95)} />
      <path class="cuts" d=${cuts} />
      ${span() && html`<path class="excerpt" d=${box(...span(), 0, 0.2)} />`}<//>
    ${state.findings.map(diamond)}`;
}
function Sound() {
  const { peaks, from, rate } = state.wave ?? {},
    each = long() / BARS;
  const bar = (_, i) => {
    const s = state.span.from + i * each,
      a = Math.max(0, Math.floor((s - from) * rate)),
      b = Math.max(a + 1, Math.floor((s + each - from) * rate)),
      high = 0.46 * Math.sqrt(Math.max(0, ...peaks.subarray(a, b)) / 255);
    return `M${s} ${0.48 - high}V${0.52 + high}`;
  };
  const wave = peaks && Array.from({ length: BARS }, bar).join(""),
    place = (start, end) => ({ left: at(start), width: percent(end - start) });
  return html`<${Over}><path class="wave" d=${wave} /><//>
    ${state.muted.map((m) => html`<i key=${m.number} class="silent" style=${place(m.start / 1000, m.end / 1000)}>${m.how === "tone" ? "♪" : "✕"}</i>`)}
    ${saidAt().map(([a, b]) => html`<i key=${`said${a}`} class="said" style=${place(a, b)} />`)}
    ${state.mark && html`<i class="marked" style=${place(state.mark.start, state.mark.end)} />`}`;
}

/** What the mouse does there: it goes to a time, chooses whose lane it is in, or marks sound. */
function useMouse(strip) {
  const dragging = useRef(null);
  const timeOf = ({ clientX }) => {
    const { left, width } = strip.current.getBoundingClientRect();
    return state.span.from + ((clientX - left) / width) * long();
  };
  const subjectOf = ({ target }) =>
    state.subjects.get(Number(target.closest("[data-lane]")?.dataset.lane));
  return {
    onpointerdown(event) {
      if (event.target.closest("button")) return;
      const subject = subjectOf(event),
        time = timeOf(event);
      event.currentTarget.setPointerCapture(event.pointerId);
      if (subject) select(subject.id, { add: event.ctrlKey || event.metaKey });
      if (time < state.span.from) return subject && goTo(subject);
      dragging.current = event.target.closest(".sound") ? { sound: time } : {};
      if ("sound" in dragging.current) setMark(null);
      else player.goTo(frameAt(time));
    },
    onpointermove(event) {
      const time = timeOf(event);
      if (!dragging.current) point(subjectOf(event)?.id ?? 0);
      else if ("sound" in dragging.current) setMark(dragging.current.sound, time);
      else player.show(frameAt(time));
    },
    onpointerup() {
      if (dragging.current?.sound != null && state.mark) state.tab = "sound";
      dragging.current = null;
    },
    onpointerleave: () => point(0),
  };
}
