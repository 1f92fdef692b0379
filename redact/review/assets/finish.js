// The last step: how it is made, how far it is, where it lies.
import { get, isOneOfSeveral, post } from "./api.js";
import { change, inTurn, load, make, said, select, state, tell, title, toast } from "./store.js";
import { current, t } from "./words.js";
import { stageWords } from "./stage.js";
import { flush } from "./seen.js";
import { playStretch } from "./confirm.js";

const dialog = document.getElementById("dialog");
const wish = { style: "cover", audio: "keep", kind: "evidence", stamp: "", corner: "bottom-right" };

const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];
const fill = (...nodes) => dialog.replaceChildren(...nodes.filter(Boolean));
const choice = (name, value, words, note, props = {}) =>
  make(
    "label",
    { class: "choice" },
    make("input", {
      type: "radio",
      name,
      value,
      checked: wish[name] === value,
      onchange: () => {
        wish[name] = value;
      },
      ...props,
    }),
    make("span", {}, words, note ? make("div", { class: "small muted" }, note) : null),
  );

const guessedIn = (subject) =>
  subject.confirm.reduce((n, [, first, last]) => n + last - first + 1, 0);
/** A thing to do, with the way there. */
const item = (words, go) =>
  make(
    "li",
    {},
    make("span", {}, words),
    make(
      "button",
      {
        onclick: () => {
          dialog.close();
          go();
        },
      },
      t("look"),
    ),
  );
/** What a careful person would still do. */
function leftToDo() {
  const s = state.summary,
    everybody = [...state.subjects.values()],
    open = everybody.filter((x) => !x.decision).length;
  const waiting = everybody.find((x) => x.confirm?.length);
  return [
    s.findings_answered < s.findings
      ? item(t("left_findings", { n: s.findings - s.findings_answered }), () =>
          tell("finding", (state.findings.find((f) => !f.answer) || {}).number),
        )
      : null,
    waiting
      ? item(t("left_confirm", { who: title(waiting), n: guessedIn(waiting) }), () => {
          select(waiting.id);
          playStretch();
        })
      : null,
    s.moments_seen < s.moments
      ? item(t("left_moments", { n: s.moments - s.moments_seen }), () => tell("next-moment"))
      : null,
    s.frames_seen < s.frames
      ? item(t("left_pictures", { n: s.frames - s.frames_seen }), () => tell("next-unseen"))
      : null,
    open ? item(t("left_open", { n: open }), () => tell("filter", "open")) : null,
  ].filter(Boolean);
}
const option = (value, words) =>
  make("option", { value, selected: [wish.style, wish.audio, wish.corner].includes(value) }, words);
const choices = (id, words, key, values) =>
  make(
    "div",
    {},
    make("label", { for: id }, words),
    make(
      "select",
      {
        id,
        onchange: (e) => {
          wish[key] = e.target.value;
        },
      },
      ...values.map(([value, said]) => option(value, said)),
    ),
  );

/** Who is kept, and yet lies under a mask of somebody else. */
async function coveredToDo() {
  const kept = [...state.subjects.values()].filter((s) => s.decision === "keep");
  const told = await Promise.all(kept.map((s) => get("covered", { id: s.id }).catch(() => null)));
  return kept.flatMap((s, i) => {
    const bare = told[i]?.bare.reduce((n, [first, last]) => n + last - first + 1, 0);
    const n = s.visible - (bare ?? s.visible);
    return n ? [item(t("left_covered", { who: title(s), n }), () => select(s.id))] : [];
  });
}
const todo = (left) =>
  left.length
    ? [make("p", { class: "small muted" }, t("left_title")), make("ul", { class: "todo" }, ...left)]
    : [make("p", {}, `✓ ${t("nothing_left")}`)];

export function askFinish() {
  const left = make("div", {}, ...todo(leftToDo()));
  coveredToDo().then((more) => {
    if (more.length) left.replaceChildren(...todo([...more, ...leftToDo()]));
  });
  fill(
    make("h2", { id: "dialog-title" }, t("finish_title")),
    left,
    make("h3", {}, t("kind")),
    make(
      "div",
      { class: "pair" },
      choice("kind", "evidence", t("kind.evidence"), t("kind.evidence_note")),
      choice(
        "kind",
        "release",
        t("kind.release"),
        t(state.clip.releases ? "kind.release_note" : "kind.release_barred"),
        { disabled: !state.clip.releases },
      ),
    ),
    make(
      "div",
      { class: "pair" },
      choices(
        "f-style",
        t("style"),
        "style",
        ["cover", "blur", "mosaic", "solid"].map((v) => [v, t(`style.${v}`)]),
      ),
      state.clip.sound
        ? choices("f-audio", t("sound"), "audio", [
            [
              "keep",
              state.muted.length ? t("audio.keep", { n: state.muted.length }) : t("audio.keep_all"),
            ],
            ["mute", t("audio.mute")],
          ])
        : null,
    ),
    make(
      "div",
      { class: "pair recorded" },
      make(
        "div",
        {},
        make("label", { for: "f-reviewer" }, t("reviewer")),
        make("input", {
          id: "f-reviewer",
          type: "text",
          maxlength: 120,
          value: state.summary.reviewer || "",
          onchange: (e) => change("reviewer", { name: e.target.value }),
        }),
      ),
      make(
        "div",
        {},
        make("label", { for: "f-case" }, t("case")),
        make("input", {
          id: "f-case",
          type: "text",
          value: wish.case ?? state.clip.case ?? "",
          onchange: (e) => {
            wish.case = e.target.value;
          },
        }),
      ),
    ),
    make(
      "div",
      { class: "pair" },
      make(
        "div",
        {},
        make("label", { for: "f-stamp" }, t("stamp")),
        make("input", {
          id: "f-stamp",
          type: "text",
          maxlength: 80,
          value: wish.stamp,
          placeholder: t("stamp_example"),
          onchange: (e) => {
            wish.stamp = e.target.value;
          },
        }),
      ),
      choices(
        "f-corner",
        t("corner"),
        "corner",
        CORNERS.map((v) => [v, t(`corner.${v}`)]),
      ),
    ),
    make("p", { class: "small muted recorded" }, state.clip.signs ? t("signs") : t("signs_not")),
    make(
      "div",
      { class: "actions" },
      make("button", { onclick: () => dialog.close() }, t("cancel")),
      make("button", { class: "primary", id: "start-finish", onclick: start }, t("start")),
    ),
  );
  if (!dialog.open) dialog.showModal();
  document.getElementById("start-finish").focus();
}

/** Evidence says who decided: that nobody's name will stand there is asked about, once. */
let nameless = false;
function start() {
  const name = document.getElementById("f-reviewer").value.trim();
  return name || nameless || wish.kind === "release" ? begin() : askNameless();
}
function askNameless() {
  const back = () => {
    askFinish();
    document.getElementById("f-reviewer").focus();
  };
  const goOn = () => {
    nameless = true;
    begin();
  };
  fill(
    make("h2", { id: "dialog-title" }, t("nameless_title")),
    make("p", {}, t("nameless_note")),
    make(
      "div",
      { class: "actions" },
      make("button", { id: "nameless", onclick: goOn }, t("nameless")),
      make("button", { class: "primary", id: "give-name", onclick: back }, t("give_name")),
    ),
  );
  document.getElementById("give-name").focus();
}

async function begin(replace = false) {
  showJob(); // at once: what was looked at is told first, and that may take a moment
  await flush();
  await inTurn(async () => {}); // a name that was just written has been saved
  try {
    await post("finish", {
      style: wish.style,
      audio: wish.audio,
      release: wish.kind === "release",
      stamp: wish.stamp,
      corner: wish.corner,
      case: wish.case ?? state.clip.case ?? "",
      replace,
    });
    tell("job");
  } catch (error) {
    if (error.error === "result_there") return askReplace(error.values);
    askFinish();
    toast(said(error), true);
  }
}
/** There is a result already: it goes only if the person says so. */
function askReplace({ name, holds }) {
  fill(
    make("h2", { id: "dialog-title" }, t("replace_title", { name })),
    make("p", { id: "replace-why" }, t(holds === "all" ? "replace_same" : "replace_other")),
    make("p", { class: "small muted" }, t("replace_note")),
    make(
      "div",
      { class: "actions" },
      make("button", { onclick: askFinish }, t("cancel")),
      make("button", { class: "primary", id: "replace", onclick: () => begin(true) }, t("replace")),
    ),
  );
  if (!dialog.open) dialog.showModal();
}

/** Progress of the work in the dialog, then its result. */
function showJob() {
  const bar = make("progress", { id: "job-bar" }),
    words = make("p", { id: "job-words" }, "…");
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, t("making")),
    words,
    bar,
    make("p", { class: "small muted" }, t("making_note")),
    make("div", { class: "actions" }, make("button", { onclick: () => post("stop") }, t("stop"))),
  );
}
export function jobMoved(job) {
  const bar = document.getElementById("job-bar");
  if (!bar || job.kind !== "finish" || job.over) return;
  document.getElementById("job-words").textContent = stageWords(job);
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
  } else bar.removeAttribute("value");
}
async function tried(work) {
  try {
    await work();
  } catch (error) {
    toast(said(error), true);
  }
}
const shown = (what) =>
  tried(async () => {
    await post("open", { what, language: current() });
    toast(t(what === "result" ? "opening_player" : "opening_report"));
  });
export async function jobOver(job) {
  await load();
  if (job.problem) {
    if (dialog.open) dialog.close();
    toast(
      job.problem.error === "stopped" ? t("stopped") : said(job.problem),
      job.problem.error !== "stopped",
    );
    return;
  }
  const r = job.result,
    bad = r.needs_review || r.overtaken || r.incomplete;
  const words = r.needs_review
    ? t("needs_look")
    : r.overtaken
      ? t("overtaken")
      : r.incomplete
        ? t("done_incomplete")
        : r.accepted
          ? t("done_accepted")
          : t("done_passed");
  const notes = [
    ...r.beside.map((name) => `${t("beside")} ${name}`),
    `SHA-256 ${r.sha256}`,
    ...r.warnings[current()],
  ];
  fill(
    make(
      "h2",
      { id: "dialog-title" },
      make(
        "span",
        { class: `sign ${bad ? "bad" : "good"}`, "aria-hidden": "true" },
        bad ? "!" : "✓",
      ),
      words,
    ),
    r.overtaken ? make("p", { id: "overtaken" }, t("overtaken_note")) : null,
    r.incomplete ? make("p", { id: "incomplete" }, r.incomplete[current()]) : null,
    make(
      "p",
      {},
      r.needs_review
        ? t(r.findings ? "needs_look_findings" : "needs_look_checks", { n: r.findings })
        : t(r.accepted ? "done_accepted_note" : "done_note"),
    ),
    ...r.failed[current()].map((line) => make("p", { class: "small" }, line)),
    make(
      "div",
      { class: "path" },
      make("span", { id: "result-path" }, r.output),
      make(
        "button",
        { onclick: () => navigator.clipboard.writeText(r.output).then(() => toast(t("copied"))) },
        t("copy"),
      ),
    ),
    r.held
      ? make(
          "div",
          { class: "item row", id: "old-copy" },
          make("span", { class: "grow small" }, t("old_copy", { n: r.held })),
          make(
            "button",
            {
              onclick: (e) => {
                const row = e.target.parentNode;
                tried(async () => {
                  await post("remove-held");
                  row.replaceChildren(`✓ ${t("removed")}`);
                });
              },
            },
            t("remove"),
          ),
        )
      : null,
    make(
      "details",
      {},
      make("summary", {}, t("notes")),
      ...notes.map((line) => make("div", {}, line)),
    ),
    make(
      "div",
      { class: "actions" },
      r.needs_review
        ? null
        : make(
            "button",
            { id: "play-result", class: "primary", onclick: () => shown("result") },
            t("play_result"),
          ),
      r.needs_review || !r.beside.length
        ? null
        : make("button", { id: "show-report", onclick: () => shown("report") }, t("report")),
      isOneOfSeveral && !r.needs_review
        ? make(
            "button",
            {
              id: "to-all",
              onclick: () => {
                location.href = "/";
              },
            },
            t("all_videos"),
          )
        : null,
      make("button", { id: "close-result", onclick: () => dialog.close() }, t("close")),
      r.needs_review && r.findings
        ? make(
            "button",
            {
              class: "primary",
              id: "to-findings",
              onclick: () => {
                dialog.close();
                tell("finding", state.findings[0]?.number);
              },
            },
            t("to_findings"),
          )
        : null,
    ),
  );
  if (!dialog.open) dialog.showModal();
}
document.getElementById("finish").addEventListener("click", askFinish);
