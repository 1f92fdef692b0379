// The first view of a long video: where in it something is. What is marked on it is searched.
import { get, post } from "./api.js";
import { html, signal, useEffect, useRef } from "./html.js";
import { toast, tried } from "./store.js";
import { clock, said, stageWords, t } from "./words.js";
import { Bar, Button, Field } from "./controls.js";
import { Picture } from "./picture.js";

const ROWS = ["people", "vehicles", "movement", "speech", "cuts", "damage"],
  COLUMNS = 12, // of pictures, above the rows
  STEPS = 240, // of arrow keys from one end to the other
  DRAGGED = 4; // pixels; a click moves less
const KEPT = "redact.marks"; // for when the page is loaded anew
const found = signal(null), // as the server told it last
  marks = signal(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")), // excerpts: start and end
  here = signal(0), // seconds
  begun = signal(null); // where one begins whose end is not marked yet

const length = () => found.value.seconds;
const within = (seconds) => Math.max(0, Math.min(length(), seconds));
const percent = (seconds) => `${(100 * seconds) / length()}%`;
const place = ([from, to]) => ({ left: percent(from), width: percent(to - from) });
function keep(all) {
  marks.value = all;
  sessionStorage.setItem(KEPT, JSON.stringify(all));
}
/** Mark one or more excerpts, to a tenth of a second, outwards; those that touch are one. */
function mark(...more) {
  const tenths = ([a, b]) => [Math.floor(within(a) * 10) / 10, Math.ceil(within(b) * 10) / 10],
    all = [];
  for (const [a, b] of [...marks.value, ...more.map(tenths)].sort(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last && a <= last[1]) last[1] = Math.max(last[1], b);
    else if (a < b) all.push([a, b]);
  }
  keep(all);
}
const without = (one) => keep(marks.value.filter((m) => m !== one));
function beginHere() {
  begun.value = here.value;
}
function endHere() {
  const from = begun.value ?? 0;
  begun.value = null;
  if (from === here.value) return toast(t("mark_empty"), true);
  mark([from, here.value].sort((a, b) => a - b));
}
/** Seconds of a time as it is written, 1:02:03.5; NaN where that is none. */
const secondsOf = (text) =>
  text.split(":").reduce((sum, part) => sum * 60 + Number(part.trim().replace(",", ".") || NaN), 0);

/** `done` is called once the search has begun; `back` leads to the excerpts, where there are some. */
export function Survey({ name, done, back }) {
  const strip = useRef();
  useEffect(() => {
    let gone = false;
    const ask = async () => {
      if (gone) return;
      const told = await get("survey").catch(() => null); // where it is over, that is said elsewhere
      if (gone) return;
      if (told) found.value = told;
      if (!told?.job.over) setTimeout(ask, 1000);
    };
    ask();
    return () => (gone = true);
  }, []);
  useEffect(() => strip.current?.focus(), [!found.value]);
  if (!found.value) return null;
  const { job, excerpts } = found.value,
    sum = marks.value.reduce((all, [a, b]) => all + b - a, 0);
  const search = (cuts) => tried(post("search", { cuts }).then(() => (keep([]), done())));
  return html`<section id="survey">
    <div class="lead">
      <h2>${name}</h2>
      <span class="muted" role="status">${clock(length(), 0)} · ${job.over ? t(job.problem ? "survey_ended" : "surveyed") : stageWords(job)}</span>
      ${!job.over && html`<${Bar} of=${job} />`}
      <span class="grow" />
      ${back && html`<${Button} id="to-excerpts" word="to_excerpts" act=${back} />`}
    </div>
    ${job.problem?.said && html`<p class="small doubt">${said(job.problem)}</p>`}
    <p class="muted">${t("survey_note")}</p>
    <${Strip} bar=${strip} />
    <${Here} />
    <div id="mark-row">
      <${Button} id="mark-in" word="mark_in" hotkey="I" act=${beginHere} />
      <${Button} id="mark-out" word="mark_out" hotkey="O" act=${endHere} />
      <${Button} id="mark-found" word="mark_found" disabled=${!excerpts.length} act=${() => mark(...excerpts)} />
    </div>
    <ul id="marks">${marks.value.map((one) => html`<${Marked} key=${one.join()} of=${one} />`)}</ul>
    <div id="choose-row">
      <${Button} id="search-all" word="search_everything" act=${() => search([])} />
      <${Button} id="search-marked" class="primary" disabled=${!marks.value.length} act=${() => search(marks.value)}>
        ${marks.value.length ? t("search_marked", { n: marks.value.length, time: clock(sum, 0) }) : t("search_none")}<//>
    </div>
  </section>`;
}
/** What the cursor is at: its time, the picture that shows most around it, and what was seen. */
function Here() {
  const { pictures, rows } = found.value,
    at = pictures.findLast(([start]) => start <= here.value) ?? pictures[0];
  return html`<div id="here">
    ${at ? html`<${Picture} path="glance" of=${{ at: at[1] }} width="160" height="90" />` : html`<canvas width="160" height="90" />`}
    <div><b>${clock(here.value)}</b><div class="muted" id="here-what">${whatIs(rows, here.value)}</div></div>
  </div>`;
}
const whatIs = (rows, time) =>
  ROWS.filter((row) => row !== "cuts" && rows[row]?.some(([a, b]) => a <= time && time <= b))
    .map((row) => t(`row.${row}`))
    .join(" · ") || t("row.nothing");

function Strip({ bar }) {
  const { pictures, rows, sound } = found.value,
    now = here.value,
    open = begun.value == null ? [] : [[begun.value, now].sort((a, b) => a - b)];
  const column = (_, i) => {
    const [from, to] = [i, i + 1].map((n) => (n * length()) / COLUMNS),
      inside = pictures.filter(([start]) => from <= start && start < to),
      best = inside.toSorted(([, , p, v], [, , q, w]) => q - p || w - v)[0];
    return html`<div key=${i}><small>${clock(from, 0)}</small>
      ${best ? html`<${Picture} path="glance" of=${{ at: best[1] }} width="160" height="90" />` : html`<canvas width="160" height="90" />`}
    </div>`;
  };
  const row = (name) => html`<div key=${name} data-row=${name}>
    <svg class="over" viewBox=${`0 0 ${length()} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d=${(rows[name] ?? []).map(([a, b]) => `M${a} .15H${b}V.85H${a}z`).join("")} />
    </svg>
    ${name === "speech" && !sound && html`<small class="muted">${t("row.no_sound")}</small>`}
  </div>`;
  return html`<div id="strip">
    <div aria-hidden="true">${ROWS.map((name) => html`<span key=${name}>${t(`row.${name}`)}</span>`)}</div>
    <div ref=${bar} role="slider" tabindex="0" aria-label=${t("survey_strip")} aria-valuemin="0" aria-valuemax=${length()}
      aria-valuenow=${now} aria-valuetext=${`${clock(now)}: ${whatIs(rows, now)}`} onkeydown=${byKey} ...${byMouse(bar)}>
      <div id="glances">${Array.from({ length: COLUMNS }, column)}</div>
      ${ROWS.map(row)}
      ${[...marks.value, ...open].map((one) => html`<i class="marked" style=${place(one)} />`)}
      <i id="now" style=${{ left: percent(now) }} />
    </div>
  </div>`;
}
function byKey(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key],
    step = event.shiftKey ? 0.1 : Math.max(1, Math.round(length() / STEPS));
  const acts = {
    Home: () => (here.value = 0),
    End: () => (here.value = length()),
    i: beginHere,
    o: endHere,
    Escape: () => (begun.value = null),
    Delete: () => keep(marks.value.filter(([a, b]) => here.value < a || here.value > b)),
  };
  const act = by
    ? () => (here.value = within(here.value + by * step))
    : acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}
/** A click moves the cursor; what is dragged over is marked. */
function byMouse(bar) {
  const timeAt = ({ clientX }) => {
    const { left, width } = bar.current.getBoundingClientRect();
    return within(((clientX - left) / width) * length());
  };
  return {
    onpointerdown(event) {
      if (event.button) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      begun.value = null;
      here.value = timeAt(event);
      bar.current.from = [event.clientX, here.value];
    },
    onpointermove(event) {
      const [x, time] = bar.current.from ?? [];
      if (x == null) return;
      here.value = timeAt(event);
      if (Math.abs(event.clientX - x) >= DRAGGED) begun.value = time;
    },
    onpointerup() {
      if (bar.current.from && begun.value != null) endHere();
      bar.current.from = null;
    },
  };
}
function Marked({ of: one }) {
  const field = (i) => {
    const take = (text) => {
      const time = secondsOf(text),
        next = one.with(i, time);
      if (!(time >= 0 && time <= length() && next[0] < next[1]))
        return toast(t("mark_wrong"), true);
      without(one);
      mark(next);
      return true;
    };
    return html`<${Field} id=${`mark-${one[0]}-${i}`} aria-label=${t(i ? "mark_to" : "mark_from")} value=${clock(one[i])} take=${take} />`;
  };
  return html`<li>
    ${field(0)}<span>–</span>${field(1)}
    <span class="muted grow">${clock(one[1] - one[0])}</span>
    <${Button} word="remove" aria-label=${`${t("remove")} ${clock(one[0])}`} act=${() => without(one)} />
  </li>`;
}
