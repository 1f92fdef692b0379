// The list of keys.
import { make } from "./store.js";
import { keyNames, t } from "./words.js";

const dialog = document.getElementById("dialog");
const GROUPS = {
  move: [
    ["Space", "play"],
    ["← →", "step1"],
    ["Shift ← →", "step10"],
    ["Home End", "ends"],
    ["C", "next_change"],
    ["N", "next_moment"],
    ["F", "next_finding"],
  ],
  look: [
    ["1 2 3", "view"],
    ["+ − 0", "zoom"],
  ],
  decide: [
    ["↑ ↓", "choose_next"],
    ["Ctrl A", "choose_all"],
    ["H", "hide"],
    ["K", "keep"],
    ["X", "no_face"],
    ["O", "only_this"],
    ["V", "confirm_play"],
    ["Y", "confirm_yes"],
    ["R", "confirm_no"],
    ["T", "uncover"],
  ],
  correct: [
    ["D", "draw"],
    ["Enter", "draw_enter"],
    ["Alt ← → ↑ ↓", "nudge"],
    ["Alt Shift ←…", "nudge_size"],
    ["J", "join"],
    ["S", "split"],
    ["[ ]", "span_keys"],
    ["Ctrl Z", "undo"],
    ["Ctrl Shift Z", "redo"],
  ],
  other: [
    ["Esc", "escape"],
    ["?", "keys"],
  ],
};
const listed = (...groups) =>
  groups.flatMap((group) => [
    make("h3", {}, t(`keys.${group}`)),
    ...GROUPS[group].map(([key, word]) =>
      make("p", {}, make("span", {}, make("kbd", {}, keyNames(key))), make("span", {}, t(word))),
    ),
  ]);
export function showKeys() {
  dialog.className = "help";
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, t("keys")),
    make(
      "div",
      { class: "keys" },
      make("div", {}, ...listed("move", "look", "decide")),
      make("div", {}, ...listed("correct", "other")),
    ),
    make(
      "div",
      { class: "actions" },
      make("button", { class: "primary", onclick: () => dialog.close() }, t("close")),
    ),
  );
  dialog.showModal();
  dialog.scrollTop = 0; // the button at its end has the focus
}
dialog.addEventListener("close", () => {
  dialog.className = "";
});
