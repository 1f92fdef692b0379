// What each key does, and the list of them.
import { html } from "./html.js";
import { redo, select, state, undo } from "./store.js";
import { keyNames, t } from "./words.js";
import { Button } from "./controls.js";
import { closeDialog } from "./dialog.js";
import * as excerpt from "./excerpt.js";
import * as findings from "./findings.js";
import { askFinish } from "./finish.js";
import * as list from "./gallery.js";
import { openConfirm } from "./look_closely.js";
import { nextMoment } from "./moments.js";
import * as player from "./player.js";
import * as pointer from "./pointer.js";
import { writeByKey } from "./reason.js";
import { setMark } from "./sound.js";
import * as texts from "./texts.js";
import { uncoverFirst } from "./visible.js";

export const showKeys = () => (state.dialog = { kind: "keys" });
function escape() {
  state.drawn = null;
  pointer.setDrawing(false);
  setMark(null);
  select([]);
}
/** Texts are chosen in a list of their own, and findings shown one by one; the same keys decide. */
const decide = (decision) => () =>
    ([texts, findings].find((one) => one.areMeant()) ?? list).decide(decision),
  one = (act) => () => state.one && act(state.one),
  step = (by) => (e) => player.step(e.shiftKey ? 10 * by : by),
  choose = (by) => (e) => (state.tab === "texts" ? texts : list).chooseNext(by, e.shiftKey),
  toView = (view, i) => ({ [i + 1]: () => player.setView(view) });
const { larger, resetZoom, smaller } = player;
/** By group: what is printed on the key, what it does in words, and the function that does it, or
 *  one for each key of several; the first word that is printed is the key. Those without a function
 *  are taken by `moveByKey`, or with Ctrl by `WITH_CTRL`. */
const KEYS = {
  move: [
    ["Space", "play", { " ": player.playOrStop }],
    ["← →", "step1", { ArrowLeft: step(-1), ArrowRight: step(1) }],
    ["Shift ← →", "step10"],
    ["Home End", "ends", { Home: () => player.goTo(0), End: () => player.goTo(state.frames - 1) }],
    ["N", "next_moment", nextMoment],
    ["F", "next_finding", () => findings.nextFinding()],
  ],
  look: [
    ["1 2 3", "view", Object.assign({}, ...player.VIEWS.map(toView))],
    ["+ − 0", "zoom", { "+": larger, "=": larger, "-": smaller, 0: resetZoom }],
  ],
  decide: [
    ["↑ ↓", "choose_next", { ArrowUp: choose(-1), ArrowDown: choose(1) }],
    ["Ctrl A", "choose_all"],
    ["H", "hide", decide("hide")],
    ["K", "keep", decide("keep")],
    ["X", "no_face", decide("false alarm")],
    ["W", "write_reason", () => findings.writeReason()],
    ["V", "confirm_look", openConfirm],
    ["T", "uncover", uncoverFirst],
  ],
  correct: [
    ["D", "draw", () => pointer.setDrawing(!state.drawing && !state.drawn)],
    ["Enter", "draw_enter"],
    ["Alt ← → ↑ ↓", "nudge"],
    ["Alt Shift ←…", "nudge_size"],
    ["J", "join", list.joinChosen],
    ["S", "split", one(list.split)],
    ["[ ]", "span_keys", { "[": one(list.beginHere), "]": one(list.endHere) }],
    ["Ctrl Z", "undo"],
    ["Ctrl Shift Z", "redo"],
  ],
  other: [
    ["I", "excerpt_in", excerpt.beginHere],
    ["O", "excerpt_out", excerpt.endHere],
    ["A", "excerpt_around", one(excerpt.around)],
    ["C", "still", excerpt.saveStill],
    ["Ctrl Enter", "finish"],
    ["Esc", "escape", { Escape: escape }],
    ["?", "keys", showKeys],
  ],
};
const actionsOf = ([printed, , does]) =>
  typeof does === "function" ? { [printed.split(" ")[0].toLowerCase()]: does } : does;
const ACTIONS = Object.assign({}, ...Object.values(KEYS).flat().map(actionsOf));
const WITH_CTRL = {
  a: list.chooseAll,
  z: (e) => (e.shiftKey ? redo() : undo()),
  Enter: () => askFinish(),
};

/** Keys that go on while they are held down; what another one does, it does once. */
const HELD = /^(Arrow|[-+=]$)/;
/** What is pressed: where the row of digits types other signs, as in France, its digit counts. */
function nameOf({ key, code }) {
  const name = key.length === 1 ? key.toLowerCase() : key;
  return name in ACTIONS ? name : (/^Digit(\d)$/.exec(code)?.[1] ?? name);
}

let byMouse = false;
export function listen() {
  document.addEventListener("pointerdown", () => (byMouse = true), true);
  document.addEventListener("change", ({ target }) => {
    if (byMouse && target.matches("select, [type=range]")) target.blur(); // and the keys are keys again
  });
  document.addEventListener("keydown", (event) => {
    byMouse = false;
    if (state.opening) return;
    if (!state.dialog && writeByKey(event)) return;
    if (!state.dialog) return pressed(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    // By itself it closes a moment later, and the next key would be lost; but somebody decides.
    if (!state.clip?.ask_who) closeDialog();
  });
}
function pressed(event) {
  const { key, target } = event,
    name = nameOf(event),
    // With Alt or AltGr on many keyboards; with Ctrl or Cmd alone, the browser goes back.
    typed = /^[[\]]$/.test(key) && !event.metaKey && (event.altKey || !event.ctrlKey),
    ctrl = !typed && (event.ctrlKey || event.metaKey);
  if (target.closest("input, select") && target === document.activeElement) {
    // Esc, or Enter where it means nothing else, leaves a field, and the keys are keys again.
    if (key === "Escape" || (key === "Enter" && target.matches("[type=text]"))) target.blur();
    return;
  }
  if (!pointer.moveByKey(event)) {
    const act = ctrl ? WITH_CTRL[name] : (typed || !event.altKey) && ACTIONS[name];
    if (!act || (!ctrl && [" ", "Enter"].includes(key) && target.closest("button, summary")))
      return;
    if (!event.repeat || HELD.test(name)) act(event);
  }
  event.preventDefault();
}

const Row = ([key, word]) =>
  html`<p key=${key}><span><kbd>${keyNames(key)}</kbd></span><span>${t(word)}</span></p>`;
const Group = ([name, rows]) =>
  html`<section key=${name}><h3>${t(`keys.${name}`)}</h3>${rows.map(Row)}</section>`;
export const KeysDialog = () => html`
  <h2 id="dialog-title">${t("keys")}</h2>
  <div class="keys">${Object.entries(KEYS).map(Group)}</div>
  <div class="actions"><${Button} word="close" class="primary" act=${closeDialog} /></div>
`;
