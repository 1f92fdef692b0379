// What the audit found, one at a time, in plain words with its picture.
import { bytes, decoded, unpacked } from "./api.js";
import { change, edit, make, state, tell, toast } from "./store.js";
import { clock, t } from "./words.js";
import * as player from "./player.js";

/** Where in the picture, as a person says it. */
function whereIn([x1, y1, x2, y2]) {
  const third = (v, size) => Math.max(0, Math.min(2, Math.floor((3 * v) / size)));
  const x = third((x1 + x2) / 2, state.clip.width),
    y = third((y1 + y2) / 2, state.clip.height);
  return t(`where.${["upper", "middle", "lower"][y]}_${["left", "centre", "right"][x]}`);
}
/** Doubtful findings that are told one by one beside those that are not, as in the terminal. */
const FEW = 2;
let unfolded = false;
const middle = (f) => f.places[Math.floor(f.places.length / 2)];

export function findings() {
  if (!state.findings.length)
    return [
      make("p", { class: "muted" }, t("no_findings")),
      make("p", { class: "small muted" }, t("no_findings_note")),
    ];
  const open = state.findings.filter((f) => !f.answer).length;
  const doubtful = state.findings.filter((f) => f.doubtful),
    folded = doubtful.length > FEW && doubtful.length < state.findings.length;
  const told = folded ? state.findings.filter((f) => !f.doubtful) : state.findings,
    at = doubtful.some((f) => f.number === state.finding);
  return [
    make(
      "p",
      { class: "small" },
      open ? t("findings_note", { n: open }) : `✓ ${t("findings_answered")}`,
    ),
    ...told.map(item),
    ...(folded
      ? [
          make(
            "details",
            {
              id: "doubtful",
              open: at || unfolded,
              ontoggle: (e) => {
                unfolded = e.target.open;
              },
            },
            make("summary", {}, t("doubtful_findings", { n: doubtful.length })),
            ...doubtful.map(item),
          ),
        ]
      : []),
  ];
}

function item(f) {
  const key =
    { possible_leak: "leak", mask_does_not_fit: "misfit", mask_not_drawn: "undrawn" }[
      f.kind.replaceAll(" ", "_")
    ] || "leak";
  const from = clock(state.times[f.first]),
    to = clock(state.times[f.last]);
  const when = from === to ? t("at_time", { from }) : t("between_times", { from, to });
  const words = t(`finding.${key}`, {
    target: t(`${key === "leak" ? "seen" : "a"}_target.${f.target}`),
    time: when,
    where: whereIn(middle(f)[1]),
  });
  const shot = make("canvas", { class: "shot", width: 280, height: 140 });
  const reason = make("input", {
    type: "text",
    placeholder: t("none_example"),
    value: f.answer === "none" ? f.reason : "",
    "aria-label": t("reason"),
  });
  const answered = f.answer
    ? make(
        "div",
        { class: "row" },
        make(
          "span",
          { class: `tag ${f.answer === "hide" ? "hide" : "none"}` },
          f.answer === "hide"
            ? `■ ${t("will_be_hidden")}`
            : `∅ ${t("is_none", { reason: f.reason })}`,
        ),
      )
    : null;
  const node = make(
    "div",
    { class: `item${f.number === state.finding ? " current" : ""}`, data: { finding: f.number } },
    make(
      "div",
      {},
      `${f.number}. ${words[0].toUpperCase()}${words.slice(1)}${f.doubtful ? ` ${t("perhaps_nothing")}` : ""}`,
    ),
    shot,
    answered,
    f.said
      ? make(
          "p",
          { class: "small" },
          f.said === "hide" ? t("said_hide") : t("said_none", { reason: f.said_reason }),
        )
      : null,
    f.drawn ? reason : make("p", { class: "small" }, t("undrawn_note")),
    make(
      "div",
      { class: "row" },
      make("button", { onclick: () => showFinding(f.number) }, t("show")),
      make(
        "button",
        {
          class: f.answer ? "" : "primary",
          data: { answer: "hide" },
          onclick: () => answer(f, "hide", ""),
        },
        t("hide_it"),
      ),
      f.drawn
        ? make(
            "button",
            { data: { answer: "none" }, onclick: () => answer(f, "none", reason.value) },
            t("it_is_none"),
          )
        : null,
    ),
  );
  picture(shot, f);
  return node;
}
const shots = new Map();
async function picture(canvas, f) {
  const [frame, box] = middle(f),
    key = `${frame}/${box}/${state.revision}`;
  try {
    if (!shots.has(key)) {
      if (shots.size > 12) shots.clear();
      const query = { n: frame, view: "result", w: 4096, still: 1 };
      shots.set(key, decoded(unpacked(await bytes("frame", query))[1]));
    }
    const bitmap = await shots.get(key),
      scale = bitmap.width / state.clip.width;
    // Two and a half times the box, or 80 pixels, and nothing beyond the picture while there is picture.
    const { width, height } = state.clip,
      w = Math.min(
        Math.max((box[2] - box[0]) * 2.5, (box[3] - box[1]) * 5, 80),
        Math.max(width, 2 * height),
      ),
      h = w / 2;
    const within = (middle, size, whole) =>
      size > whole ? (whole - size) / 2 : Math.max(0, Math.min(whole - size, middle - size / 2));
    const x = within((box[0] + box[2]) / 2, w, width),
      y = within((box[1] + box[3]) / 2, h, height),
      pen = canvas.getContext("2d");
    pen.drawImage(bitmap, x * scale, y * scale, w * scale, h * scale, 0, 0, 280, 140);
    pen.strokeStyle = "#ff5b45";
    pen.lineWidth = 2;
    const k = 280 / w;
    pen.strokeRect(
      (box[0] - x) * k,
      (box[1] - y) * k,
      (box[2] - box[0]) * k,
      (box[3] - box[1]) * k,
    );
  } catch {
    shots.delete(key);
  }
}
async function answer(f, words, reason) {
  document.activeElement?.blur();
  if (words === "hide" && f.drawn) {
    // followed first, for as long as it is seen
    if (await change("hide", { number: f.number })) {
      toast(t("following"));
      tell("job");
    }
  } else if (await edit("answer", { number: f.number, answer: words, reason }, t("done")))
    nextOpen();
}
function nextOpen() {
  const next = state.findings.find((g) => !g.answer);
  if (next) showFinding(next.number);
}
/** The mask of a finding is there: in which pictures, and on to the next. */
export function hidden({ first, last }) {
  toast(
    t("found_hidden", {
      n: last - first + 1,
      from: clock(state.times[first]),
      to: clock(state.times[last]),
    }),
  );
  nextOpen();
}
export function showFinding(n) {
  const f = state.findings.find((g) => g.number === n);
  if (!f) return;
  state.finding = n;
  player.stop();
  if (state.view !== "result") player.setView("result");
  player.show(middle(f)[0]);
  tell("tab");
  document.querySelector(`[data-finding="${n}"]`)?.scrollIntoView({ block: "nearest" });
}
export function nextFinding() {
  const open = state.findings.filter((f) => !f.answer);
  const next = open.find((f) => f.number > state.finding) || open[0];
  if (next) tell("finding", next.number);
}
