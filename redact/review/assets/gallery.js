// One card a subject; filters; choosing many; deciding with one key.
import {
  chosen,
  edit,
  kindOf,
  make,
  on,
  point,
  select,
  state,
  tell,
  title,
  toast,
} from "./store.js";
import { isOwnReason, number, reasonWords, span, t } from "./words.js";
import { drawFace } from "./faces.js";
import * as player from "./player.js";

const $ = (id) => document.getElementById(id);
const box = document.getElementById("cards"),
  filters = document.getElementById("filters");
const BY = {
  time: (a, b) => a.first - b.first || a.id - b.id,
  doubt: (a, b) => (a.score ?? 1) - (b.score ?? 1) || BY.time(a, b),
  long: (a, b) => b.to - b.from - (a.to - a.from) || BY.time(a, b),
};
const sorted = (a, b) => BY[state.sort](a, b);
const nodes = new Map();
const TESTS = {
  all: () => true,
  open: (s) => kindOf(s) === "open",
  unsure: (s) => s.certainty === "unsure",
  none: (s) => kindOf(s) === "none" && !s.cut,
  here: (s) => isIn(s, state.frame),
};
const isIn = (s, n) =>
  s.first <= n && n <= s.last && s.tracks.some((k) => k.first <= n && n <= k.last);

const ofKind = (s) => state.kind === "all" || s.target === state.kind;
export const listed = () =>
  [...state.subjects.values()].filter((s) => ofKind(s) && TESTS[state.filter](s)).sort(sorted);

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries)
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        const subject = state.subjects.get(Number(entry.target.dataset.id));
        if (subject) drawFace(entry.target.querySelector("canvas"), subject.best);
      }
  },
  { root: box, rootMargin: "300px" },
);

function card(subject) {
  const kind = kindOf(subject);
  const sure = subject.certainty === "by hand" ? t("by_hand") : t(`certainty.${subject.certainty}`);
  const parts = subject.tracks.length > 1 ? ` · ${t("parts", { n: subject.tracks.length })}` : "";
  const reason = reasonWords(subject.reason);
  const node = make(
    "div",
    {
      class: "card",
      role: "option",
      id: `card-${subject.id}`,
      data: { id: subject.id, kind },
      "aria-label": `${title(subject)}, ${stateWords(subject)}, ${sure}`,
    },
    make("canvas", { width: 112, height: 112 }),
    make(
      "div",
      {},
      make("div", { class: "title" }, make("span", {}, title(subject)), tag(subject)),
      make("div", { class: "line" }, span(subject.from, subject.to) + parts),
      make(
        "div",
        { class: subject.certainty === "unsure" ? "line doubt" : "line" },
        reason ? `${sure} · ${reason}` : sure,
      ),
    ),
  );
  node.subject = subject;
  seen.observe(node);
  return node;
}
export const MARKS = { keep: "✓", hide: "■", none: "∅", open: "○" };
const stateWords = (subject) => t(subject.cut ? "state_cut" : `state.${kindOf(subject)}`);
export const tag = (subject) => {
  const kind = kindOf(subject);
  return make("span", { class: `tag ${kind}` }, `${MARKS[kind]} ${stateWords(subject)}`);
};

/** Of an hour's thousands, only the cards in view and some around them are in the page. Those that
 *  did not change stay in place, with their pictures. */
const AROUND = 12,
  ENDS = 13; // pixels above and below all of them
let order = [],
  row = 79; // pixels of a card with its gap, until one was measured

export function render() {
  order = listed();
  const nobody = document.getElementById("nobody");
  nobody.hidden = order.length > 0;
  nobody.textContent = t(state.subjects.size ? "nobody_here" : "nobody_found");
  document.getElementById("gallery-count").textContent = t("of_all", {
    n: order.length,
    all: state.subjects.size,
  });
  renderFilters();
  place();
}
function place() {
  const height = box.clientHeight,
    most = order.length * row + ENDS - height,
    top = Math.max(0, Math.min(box.scrollTop, most));
  const first = Math.max(0, Math.floor(top / row) - AROUND),
    last = Math.min(order.length, Math.ceil((top + height) / row) + AROUND);
  const wanted = order.slice(first, last).map((subject, i) => {
    let node = nodes.get(subject.id);
    if (node?.subject !== subject) nodes.set(subject.id, (node = card(subject)));
    node.setAttribute("aria-posinset", first + i + 1);
    node.setAttribute("aria-setsize", order.length);
    return node;
  });
  const there = new Set(wanted);
  for (const [id, node] of nodes) if (!there.has(node)) nodes.delete(id);
  for (const [i, node] of wanted.entries()) {
    // room for those that are not in the page
    node.style.marginTop = i ? "" : `${first * row}px`;
    node.style.marginBottom = i < wanted.length - 1 ? "" : `${(order.length - last) * row}px`;
  }
  if (wanted.length !== box.children.length || wanted.some((node, i) => box.children[i] !== node))
    box.replaceChildren(...wanted);
  mark();
  const measured = wanted.length > 1 ? wanted[1].offsetTop - wanted[0].offsetTop : row;
  if (measured > 0 && measured !== row) {
    row = measured;
    place();
  }
}
/** Bring a card into view, and so into the page. */
function reveal(i) {
  const top = i * row,
    below = top + row + ENDS - box.clientHeight;
  if (box.scrollTop > top) box.scrollTop = top;
  else if (box.scrollTop < below) box.scrollTop = below;
  place();
}
box.addEventListener("scroll", place);
new ResizeObserver(() => {
  if (state.clip) place();
}).observe(box);
export function renderAll() {
  nodes.clear();
  render();
}
function renderFilters() {
  const everybody = [...state.subjects.values()],
    kinds = [...new Set(everybody.map((s) => s.target))];
  if (state.kind !== "all" && !kinds.includes(state.kind)) state.kind = "all";
  choices($("kinds"), ["all", ...kinds], "kind", (name) =>
    name === "all" ? t("every_kind") : t(`target.${name}`),
  );
  choices($("sort"), Object.keys(BY), "sort", (name) => t(`sort.${name}`));
  const all = everybody.filter(ofKind);
  filters.replaceChildren(
    ...Object.keys(TESTS).map((name) =>
      make(
        "button",
        {
          "aria-pressed": String(state.filter === name),
          data: { filter: name },
          onclick: () => {
            state.filter = name;
            tell("filtered");
            render();
          },
        },
        t(`filter.${name}`),
        name === "here" ? null : make("b", {}, number(all.filter(TESTS[name]).length)),
      ),
    ),
  );
}
/** What a list of choices offers now; one that is open stays as it is. */
function choices(list, names, key, words) {
  const wanted = names.map((name) =>
    make("option", { value: name, selected: state[key] === name }, words(name)),
  );
  if (String(wanted.map((o) => o.outerHTML)) !== list.dataset.has) list.replaceChildren(...wanted);
  list.dataset.has = String(wanted.map((o) => o.outerHTML));
  list.value = state[key];
  list.onchange = () => {
    state[key] = list.value;
    tell("filtered");
    render();
  };
}
function mark() {
  for (const [id, node] of nodes) {
    node.setAttribute("aria-selected", String(state.selected.includes(id)));
    node.classList.toggle("pointed", id === state.pointed);
  }
  box.setAttribute(
    "aria-activedescendant",
    state.selected.length ? `card-${state.selected.at(-1)}` : "",
  );
  const kinds = new Set(chosen().map((s) => (s.cut ? "cut" : kindOf(s)))); // that is no button's
  for (const [id, kind] of [
    ["d-hide", "hide"],
    ["d-keep", "keep"],
    ["d-none", "none"],
  ]) {
    document.getElementById(id).disabled = !state.selected.length;
    document
      .getElementById(id)
      .setAttribute("aria-pressed", String(kinds.size === 1 && kinds.has(kind)));
  }
}

let anchor = 0;
box.addEventListener("click", (event) => {
  const node = event.target.closest(".card");
  if (!node) return;
  const id = Number(node.dataset.id);
  if (event.shiftKey && anchor) {
    const at = (wanted) => order.findIndex((s) => s.id === wanted),
      [a, b] = [at(anchor), at(id)].sort((x, y) => x - y);
    select(order.slice(Math.max(0, a), b + 1).map((s) => s.id));
  } else {
    select(id, { add: event.ctrlKey || event.metaKey });
    anchor = id;
    if (!event.ctrlKey && !event.metaKey) goTo(state.subjects.get(id));
  }
});
box.addEventListener("pointermove", (event) =>
  point(Number(event.target.closest(".card")?.dataset.id || 0)),
);
box.addEventListener("pointerleave", () => point(0));
/** The next or the one before in the list; with Shift, that one too. */
export function chooseNext(by, more) {
  if (!order.length) return;
  const now = order.findIndex((s) => s.id === state.selected.at(-1));
  const i = Math.max(0, Math.min(order.length - 1, now < 0 ? 0 : now + by)),
    next = order[i].id;
  select(more ? [...state.selected.filter((id) => id !== next), next] : next);
  goTo(order[i]);
  reveal(i);
}

/** Go to somebody's best picture, unless there is a mask of them in this one: what is corrected
 *  next is corrected in the picture that was looked at. */
export function goTo(subject) {
  if (!subject) return;
  player.stop();
  if (!isIn(subject, player.there())) player.show(subject.best[1]);
}

/** Everybody whom the filter shows. */
export const chooseAll = () => select(listed().map((s) => s.id));

/** Hide, keep, or say that it is no face: for all that are chosen; then on to the next undecided one. */
export async function decide(decision) {
  const who = chosen();
  if (!who.length) return toast(t("choose_first"), true);
  const reason = reasonFor(who, decision);
  const words = { hide: "decided_hide", keep: "decided_keep", "false alarm": "decided_none" }[
    decision
  ];
  const done = await edit(
    "decide",
    { ids: who.map((s) => s.id), decision, reason },
    t(words, { n: who.length }),
  );
  if (done && state.why === reason) state.why = ""; // it is saved
  if (done && state.filter === "open") {
    const next = listed().find((s) => sorted(s, who.at(-1)) > 0) || listed()[0];
    if (next) {
      select(next.id);
      goTo(next);
    }
  }
}
export const only = async (id) =>
  edit("only", { id, reason: reasonFor([state.subjects.get(id)], "keep") }, t("decided_only"));
/** What was written for those that are chosen, or stands with each already, be it before anybody
 *  decided; never what was written for somebody else, or of another decision. */
const reasonFor = (who, decision) =>
  state.why || (who.every((s) => [decision, ""].includes(s.decision)) ? reasonOf(who) : "");
/** The reason that a person gave for all of those. */
export const reasonOf = ([first, ...others]) =>
  others.every((s) => s.reason === first.reason) && !isOwnReason(first.reason) ? first.reason : "";

document.getElementById("d-hide").addEventListener("click", () => decide("hide"));
document.getElementById("d-keep").addEventListener("click", () => decide("keep"));
document.getElementById("d-none").addEventListener("click", () => decide("false alarm"));
on("plan", (renewed) => {
  if (renewed) render();
});
on("filter", (name) => {
  state.filter = name;
  render();
});
on("select", () => {
  mark();
  const i = order.findIndex((s) => s.id === state.selected.at(-1)); // chosen elsewhere, or drawn
  if (i >= 0) reveal(i);
});
on("point", mark);
on("frame", () => {
  if (state.filter === "here" && !player.isPlaying()) render();
});
on("select", () => {
  if (state.tab !== "subject" && state.selected.length && state.tab !== "findings") {
    state.tab = "subject";
    tell("tab");
  }
});
