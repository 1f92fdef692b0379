// What each key does, and the list of them.
import { html } from "./html.js";
import { redo, select, state, undo } from "./store.js";
import { keyNames, t } from "./words.js";
import { Button } from "./button.js";
import * as confirm from "./confirm.js";
import { nextFinding } from "./findings.js";
import * as list from "./list.js";
import { setKey } from "./mask.js";
import { nextMoment, openSheet } from "./moments.js";
import { nudge } from "./nudge.js";
import * as overlay from "./overlay.js";
import * as player from "./player.js";
import * as sight from "./sight.js";
import { setMark } from "./sound.js";
import * as texts from "./texts.js";
import { uncoverFirst } from "./visible.js";

/** The next picture in which something begins: a scene, or another way of knowing where somebody is. */
export function nextChange() {
  const runs = [...state.subjects.values()].flatMap((s) => s.tracks.flatMap((k) => k.runs)),
    later = [...state.clip.cuts, ...runs.map(([first]) => first)].filter((n) => n > state.frame);
  if (later.length) player.goTo(later.reduce((a, b) => Math.min(a, b)));
}
export const showKeys = () => (state.dialog = { kind: "keys" });
function escape() {
  if (state.confirming) return confirm.end();
  state.drawn = null;
  overlay.setDrawing(false);
  setMark(null);
  select([]);
}
/** Texts are chosen in a list of their own, by the same keys. */
const decide = (decision) => (texts.areMeant() ? texts : list).decide(decision),
  inList = () => (state.tab === "texts" ? texts : list);
const of = (act) => () => state.one && act(state.one);
const ACTIONS = {
  " ": player.playOrStop,
  ArrowLeft: (e) => player.step(e.shiftKey ? -10 : -1),
  ArrowRight: (e) => player.step(e.shiftKey ? 10 : 1),
  Home: () => player.goTo(0),
  End: () => player.goTo(state.frames - 1),
  ArrowUp: (e) => inList().chooseNext(-1, e.shiftKey),
  ArrowDown: (e) => inList().chooseNext(1, e.shiftKey),
  1: () => player.setView("outlines"),
  2: () => player.setView("result"),
  3: () => player.setView("original"),
  h: () => decide("hide"),
  k: () => decide("keep"),
  x: () => decide("false alarm"),
  o: of((s) => list.only(s.id)),
  j: list.joinChosen,
  n: nextMoment,
  m: openSheet,
  f: () => nextFinding(),
  c: nextChange,
  v: () => confirm.playStretch(),
  y: () => confirm.answer(true),
  r: () => confirm.answer(false),
  t: uncoverFirst,
  d: () => overlay.setDrawing(!state.drawing && !state.drawn),
  s: of(list.split),
  p: setKey,
  "[": of(list.beginHere),
  "]": of(list.endHere),
  "+": () => player.zoomBy(1.4),
  "=": () => player.zoomBy(1.4),
  "-": () => player.zoomBy(1 / 1.4),
  0: player.resetZoom,
  b: (e) => sight.change("brightness", e.shiftKey),
  e: (e) => sight.change("contrast", e.shiftKey),
  g: (e) => sight.change("gamma", e.shiftKey),
  i: sight.reset,
  l: sight.magnify,
  "?": showKeys,
  Escape: escape,
};
const WITH_CTRL = { z: (e) => (e.shiftKey ? redo() : undo()), a: () => inList().chooseAll() };

export function listen() {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event,
      name = key.length === 1 ? key.toLowerCase() : key,
      ctrl = event.ctrlKey || event.metaKey;
    if (state.opening || state.dialog || target.closest("input, textarea, select")) return;
    if (!nudge(event)) {
      const act = ctrl ? WITH_CTRL[name] : !event.altKey && ACTIONS[name];
      if (!act || ([" ", "Enter"].includes(key) && target.closest("button"))) return;
      act(event);
    }
    event.preventDefault();
  });
}

const GROUPS = [
  {
    move: {
      Space: "play",
      "← →": "step1",
      "Shift ← →": "step10",
      "Home End": "ends",
      C: "next_change",
      N: "next_moment",
      M: "sheet",
      F: "next_finding",
    },
    look: {
      "1 2 3": "view",
      "+ − 0": "zoom",
      "B Shift B": "sight.brightness",
      "E Shift E": "sight.contrast",
      "G Shift G": "sight.gamma",
      I: "sight_reset",
      L: "magnifier",
    },
    decide: {
      "↑ ↓": "choose_next",
      "Ctrl A": "choose_all",
      H: "hide",
      K: "keep",
      X: "no_face",
      O: "only_this",
      V: "confirm_play",
      Y: "confirm_yes",
      R: "confirm_no",
      T: "uncover",
    },
  },
  {
    correct: {
      D: "draw",
      Enter: "draw_enter",
      "Alt ← → ↑ ↓": "nudge",
      "Alt Shift ←…": "nudge_size",
      P: "key_here",
      J: "join",
      S: "split",
      "[ ]": "span_keys",
      "Ctrl Z": "undo",
      "Ctrl Shift Z": "redo",
    },
    other: { Esc: "escape", "?": "keys" },
  },
];
const Group = ({ name, keys }) => html`
  <h3>${t(`keys.${name}`)}</h3>
  ${Object.entries(keys).map(
    ([key, word]) =>
      html`<p key=${key}><span><kbd>${keyNames(key)}</kbd></span><span>${t(word)}</span></p>`,
  )}
`;
export const KeysDialog = () => html`
  <h2 id="dialog-title">${t("keys")}</h2>
  <div class="keys">
    ${GROUPS.map(
      (groups) => html`<div>
        ${Object.entries(groups).map(([name, keys]) => html`<${Group} name=${name} keys=${keys} />`)}
      </div>`,
    )}
  </div>
  <div class="actions"><${Button} word="close" class="primary" act=${() => (state.dialog = null)} /></div>
`;
