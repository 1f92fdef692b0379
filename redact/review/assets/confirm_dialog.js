// All pictures in which nobody is sure of a kept one, beside such in which they surely are: one key
// confirms what is in view, but for those that a person marked as somebody else.
import { post } from "./api.js";
import { html, useEffect, useRef, useSignal } from "./html.js";
import { inTurn, state, taken, title, toast } from "./store.js";
import { clock, t } from "./words.js";
import { playStretch, sayOf, stretches } from "./confirm.js";
import { Button } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { nearest } from "./list.js";
import { Face, fetchAhead } from "./picture.js";

const LOOK = 60, // milliseconds that each picture is on the screen at least, so that it was looked at
  TRIES = 30, // tenths of a second until pictures that are still on their way are left to the next time
  SURE = 6, // pictures above the others
  TILE = [104, 122], // pixels of a picture with its gap, and what stands around all of them
  AROUND = [60, 300];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
/** As many as fit, so that nothing has to be scrolled to. */
function room() {
  const [wide, tall] = [0.96 * innerWidth, 0.94 * innerHeight].map((size, i) =>
    Math.floor((size - AROUND[i]) / TILE[i]),
  );
  return Math.max(12, wide * tall);
}
/** The first stretches of all, as far as there is room for them and the picture before each. */
function firstOf(all, most) {
  const shown = [];
  let left = most;
  for (const one of all) {
    if (left < 2) break;
    const pictures = one.pictures.slice(0, left - 1);
    shown.push({ ...one, last: pictures.at(-1), pictures });
    left -= pictures.length + 1;
  }
  return shown;
}
/** Runs of a track from pictures of it. */
function runsOf(track, pictures) {
  const runs = [];
  for (const n of pictures)
    if (runs.at(-1)?.[2] === n - 1) runs.at(-1)[2] = n;
    else runs.push([track, n, n]);
  return runs;
}
/** Pictures in which somebody surely is, the best first, the others spread evenly: track and picture. */
function surest(s) {
  const spread = Array.from(
      { length: SURE - 1 },
      (_, i) => s.shown[Math.floor((i * s.shown.length) / (SURE - 1))],
    ),
    middles = new Set(spread.filter(Boolean).map(([a, b]) => (a + b) >> 1));
  return [s.best, ...[...middles].map((n) => [nearest(s, n).id, n])];
}
/** The picture before a stretch, where they surely are in it; else the best one. */
function sureBefore(s, { first }) {
  const sure = s.shown.some(([a, b]) => a < first && first <= b + 1);
  return sure ? [nearest(s, first - 1).id, first - 1] : s.best;
}

export function ConfirmDialog() {
  const s = state.one,
    all = s ? stretches() : [],
    others = useSignal(new Set()), // pictures of somebody else
    drawn = useRef({}), // when each picture came on the screen
    shown = firstOf(all, room()),
    pictures = shown.flatMap((one) => one.pictures),
    marked = pictures.filter((n) => others.value.has(n)).length;
  const [busy, anchor] = [useRef(false), useRef(null)]; // with Shift, all from the anchor on are marked
  useEffect(() => {
    if (!all.length) closeDialog();
  }, [all.length]);
  const missing = () => pictures.some((n) => !(n in drawn.current));
  /** A picture is there; once all are, those that are shown next are fetched. */
  function came(n) {
    drawn.current[n] ??= performance.now();
    if (missing()) return;
    for (const { track, pictures } of firstOf(all, 2 * room()))
      for (const frame of pictures) fetchAhead("face", { track, frame });
  }
  /** Say it of what came on the screen; the rest is shown next. */
  async function answer(same) {
    if (busy.current) return;
    busy.current = true;
    for (let i = 0; i < TRIES && missing(); i++) await wait(100);
    const there = pictures.filter((n) => n in drawn.current);
    if (there.length) await say(there, same);
    else toast(t("refused.not_looked"), true);
    others.value = new Set();
    busy.current = false;
  }
  async function say(there, same) {
    const since = Math.min(...there.map((n) => drawn.current[n]));
    await wait(since + LOOK * there.length - performance.now());
    const seen = shown.map(({ track, pictures }) => {
      const frames = pictures.filter((n) => there.includes(n));
      return { view: "closely", speed: "still", frames, subject: track };
    });
    await inTurn(async () => taken(await post("seen", { shown: seen }))).catch(() => {});
    const runs = (marked) =>
      shown.flatMap(({ track, pictures }) => {
        const said = pictures.filter((n) => there.includes(n) && others.value.has(n) === marked);
        return runsOf(track, said);
      });
    await sayOf(runs(false), same, runs(true));
  }
  const mark = (n, shift) => {
    const from = shift && anchor.current !== null ? anchor.current : n,
      now = new Set(others.value),
      yes = !now.has(n);
    for (const other of pictures)
      if (other >= Math.min(from, n) && other <= Math.max(from, n))
        yes ? now.add(other) : now.delete(other);
    [others.value, anchor.current] = [now, n];
  };
  const play = (one) => {
    closeDialog();
    playStretch(one);
  };
  function keys(event) {
    if (event.repeat) return event.preventDefault(); // a key that is held down answers once
    ({ y: () => answer(true), r: () => answer(false) })[event.key.toLowerCase()]?.();
  }
  if (!s || !all.length) return null;
  const tile = (track, n) => {
    const other = others.value.has(n);
    return html`<${Button} key=${n} class="picture" title="somebody_else" named data-frame=${n} pressed=${other}
      act=${(e) => mark(n, e.shiftKey)}>
      <${Face} of=${[track, n]} drawn=${() => came(n)} />
      <span>${other ? t("somebody_else") : clock(state.times[n], 2)}</span>
    <//>`;
  };
  const before = (
    one,
  ) => html`<${Button} class="picture sure" title="confirm_play" named act=${() => play(one)}>
    <${Face} of=${sureBefore(s, one)} />
    <span>▸ ${clock(state.times[one.first], 2)}</span>
  <//>`;
  return html`<div class="faces" onkeydown=${keys}>
    <h2 id="dialog-title">${t("confirm_title", { who: title(s) })}</h2>
    <div class="row">
      <div class="alike">${surest(s).map((of) => html`<${Face} key=${of} of=${of} />`)}</div>
      <p class="small muted">${t("confirm_pictures")}</p>
    </div>
    <p class="small" role="status">${t("to_confirm", { n: s.unsure })}</p>
    <div class="strip">${shown.map((one) => html`${before(one)}${one.pictures.map((n) => tile(one.track, n))}`)}</div>
    <div class="actions">
      <${Button} word="close" class="quiet" act=${closeDialog} />
      <${Button} id="none-same" word="confirm_none" hotkey="R" act=${() => answer(false)} />
      <${Button} id="all-same" hotkey="Y" class="primary" autofocus act=${() => answer(true)}>
        ${marked ? t("confirm_but", { n: marked }) : t("confirm_all", { n: pictures.length })}<kbd>Y</kbd>
      <//>
    </div>
  </div>`;
}
