// The last step: how it is made, how far it is, where it lies.
import { post } from "./api.js";
import { load, make, state, tell, toast } from "./store.js";
import { number, t } from "./words.js";
import { flush } from "./seen.js";

const dialog = document.getElementById("dialog");
const wish = { style: "blur", audio: "keep", kind: "evidence" };

const fill = (...nodes) => dialog.replaceChildren(...nodes.filter(Boolean));
const choice = (name, value, words, note) => make("label", { class: "choice" },
  make("input", { type: "radio", name, value, checked: wish[name] === value, onchange: () => { wish[name] = value; } }),
  make("span", {}, words, note ? make("div", { class: "small muted" }, note) : null));

export function askFinish() {
  const s = state.summary, open = [...state.subjects.values()].filter((x) => !x.decision).length;
  const left = [];
  if (open) left.push(t("left_open", { n: open }));
  if (s.moments_seen < s.moments) left.push(t("left_moments", { n: s.moments - s.moments_seen }));
  if (s.findings_answered < s.findings) left.push(t("left_findings", { n: s.findings - s.findings_answered }));
  if (!s.reviewer) left.push(t("left_reviewer"));
  fill(
    make("h2", { id: "dialog-title" }, t("finish_title")),
    left.length ? make("div", {}, make("p", {}, t("left_title")), make("ul", {}, ...left.map((x) => make("li", {}, x)))) : make("p", {}, `✓ ${t("nothing_left")}`),
    make("label", { for: "f-style" }, t("style")),
    make("select", { id: "f-style", onchange: (e) => { wish.style = e.target.value; } }, ...["blur", "mosaic", "solid"].map((v) => make("option", { value: v, selected: wish.style === v }, t(`style.${v}`)))),
    ...(state.clip.sound ? [make("label", { for: "f-audio" }, t("sound")), make("select", { id: "f-audio", onchange: (e) => { wish.audio = e.target.value; } },
      ...["keep", "mute"].map((v) => make("option", { value: v, selected: wish.audio === v }, t(`audio.${v}`, { n: state.muted.length }))))] : []),
    make("h3", {}, t("kind")),
    choice("kind", "evidence", t("kind.evidence"), t("kind.evidence_note")),
    choice("kind", "release", t("kind.release"), t("kind.release_note")),
    make("label", { for: "f-case" }, t("case")), make("input", { id: "f-case", type: "text", value: wish.case || "", onchange: (e) => { wish.case = e.target.value; } }),
    state.clip.signs ? make("p", { class: "small" }, t("signs")) : null,
    make("div", { class: "actions" },
      make("button", { onclick: () => dialog.close() }, t("cancel")),
      make("button", { class: "primary", id: "start-finish", onclick: begin }, t("start"))));
  if (!dialog.open) dialog.showModal();
}

async function begin() {
  await flush();
  try {
    await post("finish", { style: wish.style, audio: wish.audio, release: wish.kind === "release", case: wish.case || "" });
    showJob();
    tell("job");
  } catch (error) {
    toast(error.hint ? `${error.message}. ${error.hint}` : error.message, true);
  }
}

/** Progress of the work in the dialog, then its result. */
function showJob() {
  const bar = make("progress", { id: "job-bar" }), words = make("p", { id: "job-words" }, "…");
  dialog.replaceChildren(make("h2", { id: "dialog-title" }, t("making")), words, bar, make("p", { class: "small muted" }, t("making_note")),
    make("div", { class: "actions" }, make("button", { onclick: () => post("stop") }, t("stop"))));
}
export function jobMoved(job) {
  const bar = document.getElementById("job-bar");
  if (!bar || job.kind !== "finish" || job.over) return;
  document.getElementById("job-words").textContent = stageWords(job);
  if (job.total) { bar.max = job.total; bar.value = job.done; } else bar.removeAttribute("value");
}
export const stageWords = (job) => t(`stage.${job.stage || "start"}`) + (job.total ? ` · ${number(Math.min(100, Math.round((100 * job.done) / job.total)))} %` : "");

export async function jobOver(job) {
  await load();
  if (job.problem) {
    if (dialog.open) dialog.close();
    toast(job.problem.message === "stopped" ? t("stopped") : `${job.problem.message}. ${job.problem.hint}`, job.problem.message !== "stopped");
    return;
  }
  const r = job.result, bad = r.needs_review;
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, bad ? t("needs_look") : r.accepted ? t("done_accepted") : t("done_passed")),
    make("p", {}, bad ? t(r.findings ? "needs_look_findings" : "needs_look_checks", { n: r.findings }) : t("done_note")),
    ...r.failed.map((line) => make("p", { class: "small" }, line)),
    make("div", { class: "path", id: "result-path" }, r.output),
    ...r.beside.map((name) => make("div", { class: "small muted" }, `${t("beside")} ${name}`)),
    ...r.warnings.map((line) => make("p", { class: "small muted" }, line)),
    make("div", { class: "actions" },
      bad && r.findings ? make("button", { class: "primary", id: "to-findings", onclick: () => { dialog.close(); tell("finding", state.findings[0]?.number); } }, t("to_findings")) : null,
      make("button", { id: "close-result", class: bad ? "" : "primary", onclick: () => dialog.close() }, t("close"))));
  if (!dialog.open) dialog.showModal();
}
document.getElementById("finish").addEventListener("click", askFinish);
