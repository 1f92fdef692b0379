// A case: its videos, what becomes of each, and what to do next; or folders to choose one from.
import { bytes, decoded, get, join, leave, onEnd, post } from "./api.js";
import { make, said, toast } from "./store.js";
import { clock, current, t } from "./words.js";
import { beginLook } from "./look.js";
import { stageWords } from "./stage.js";

const $ = (id) => document.getElementById(id),
  main = $("case-main");
const MARKS = {
  opening: "◌",
  search: "○",
  searching: "◔",
  look: "◉",
  making: "◔",
  held: "!",
  ready: "✓",
  behind: "↻",
  refused: "✕",
};
const rows = new Map();
let now = null,
  ended = false;

const button = (words, onclick, props = {}) => make("button", { onclick, ...props }, words);
const link = (words, number, primary) =>
  make(
    "a",
    { class: primary ? "button primary" : "button", href: `/v/${number}/`, data: { look: number } },
    words,
  );
async function tried(work) {
  try {
    return await work();
  } catch (error) {
    toast(said(error), true);
    return null;
  }
}
const open = (n, what) =>
  tried(async () => {
    toast(t(what === "result" ? "opening_player" : "opening_report"));
    await post("open", { n, what, language: current() });
  });

/** What can be done with a video now, the most likely first. */
function acts(video) {
  const { number: n, state } = video,
    shown = ["ready", "behind", "held"].includes(state);
  return [
    state === "search" && !video.next && now.videos.some((v) => v.state === "searching")
      ? button(t("search_first"), () => tried(() => post("first", { n })), { class: "quiet" })
      : null,
    shown ? button(t("play_result"), () => open(n, "result"), { data: { play: n } }) : null,
    shown ? button(t("report"), () => open(n, "report"), { data: { report: n } }) : null,
    shown && now.pdf ? button("PDF", () => open(n, "pdf"), { title: t("report_pdf") }) : null,
    state === "look" || shown || state === "making"
      ? link(
          t(state === "held" ? "to_findings" : state === "look" ? "look_and_decide" : "decisions"),
          n,
          state === "look" || state === "held",
        )
      : null,
  ].filter(Boolean);
}
function row(video) {
  const { work, state } = video,
    bar = make("progress", { "aria-label": t(`case_state.${state}`) });
  if (work?.total) {
    bar.max = work.total;
    bar.value = Math.min(work.done, work.total);
  }
  const facts = [
    video.seconds == null ? "" : clock(video.seconds, 0),
    video.size ? video.size.join(" × ") : "",
  ]
    .filter(Boolean)
    .join(" · ");
  const canvas = make("canvas", { width: 320, height: 180 });
  picture(video, canvas);
  return make(
    "li",
    { class: "video", data: { video: video.number, state } },
    canvas,
    make(
      "div",
      {},
      make("h3", {}, video.name),
      make("div", { class: "muted small" }, facts),
      make(
        "div",
        { class: "state" },
        make(
          "span",
          { class: `mark ${state}` },
          `${state === "ready" && video.incomplete ? "" : `${MARKS[state]} `}${t(`case_state.${state === "search" && video.next ? "next" : state}`)}`,
        ),
        video.incomplete ? make("span", { class: "mark held" }, `! ${t("incomplete")}`) : "",
        ...(work
          ? [
              bar,
              make("span", { class: "muted small" }, stageWords({ number: video.number, ...work })),
            ]
          : []),
        state === "refused" ? make("span", { class: "small" }, said(video.problem)) : "",
        state === "ready" ? make("span", { class: "muted small" }, video.result) : "",
      ),
    ),
    make("div", { class: "acts" }, ...acts(video)),
  );
}
const pictures = new Map();
async function picture(video, canvas) {
  if (!video.picture) return;
  try {
    if (!pictures.has(video.number))
      pictures.set(
        video.number,
        decoded(new Uint8Array(await bytes("picture", { n: video.number }))),
      );
    const bitmap = await pictures.get(video.number);
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
  } catch {
    pictures.delete(video.number);
  }
}

// A row that is drawn anew between press and release would lose the click.
let pressed = false;
for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
  addEventListener(kind, (event) => (pressed = event.buttons > 0), true);

/** Draw anew what changed, and nothing under a finger or the focus that did not. */
function show() {
  if (pressed) return;
  document.title = `${now.case || now.name || t("choose_folder")} – redact`;
  $("index").hidden = !now.videos.some((v) => v.state === "ready" || v.state === "behind");
  let list = $("videos");
  if (!list) {
    list = make("ul", { id: "videos" });
    main.replaceChildren(
      make(
        "div",
        { class: "lead" },
        make(
          "h2",
          {},
          (now.name?.includes(now.case) ? [now.name] : [now.case, now.name])
            .filter(Boolean)
            .join(" · "),
        ),
        make("span", { id: "counts", class: "muted" }),
      ),
      make("p", { id: "what-next", class: "muted" }),
      list,
    );
    rows.clear();
  }
  const count = (...states) => now.videos.filter((v) => states.includes(v.state)).length;
  $("counts").textContent = [
    t("videos", { n: now.videos.length }),
    ...[
      ["to_look", count("look", "held", "behind")],
      ["to_search", count("search", "searching")],
      ["refused_ones", count("refused")],
      ["are_ready", count("ready")],
    ]
      .filter(([, n]) => n)
      .map(([key, n]) => t(key, { n })),
  ].join(" · ");
  const refused = count("refused");
  const left = count("search", "searching")
    ? "next.search"
    : count("look", "held", "behind", "making")
      ? "next.look"
      : !count("ready")
        ? ""
        : refused
          ? "next.ready_others"
          : "next.ready";
  $("what-next").textContent = [refused && t("next.refused", { n: refused }), left && t(left)]
    .filter(Boolean)
    .join(" ");
  for (const video of now.videos) {
    const key = JSON.stringify([video, current(), now.videos.some((v) => v.state === "searching")]),
      known = rows.get(video.number);
    if (known?.key === key) continue;
    const node = row(video);
    if (known) known.node.replaceWith(node);
    else list.append(node);
    rows.set(video.number, { key, node });
  }
}

/** Folders to choose from, where no case was named. */
async function choose(where = "") {
  const told = await tried(() => post("folders", { in: where }));
  if (!told) return;
  const inside = (name) =>
    `${told.in.replace(/[\\/]$/, "")}${told.in.includes("\\") ? "\\" : "/"}${name}`;
  const path = make("input", {
    type: "text",
    id: "path",
    value: told.in,
    "aria-label": t("folder"),
    onchange: (e) => choose(e.target.value),
  });
  main.replaceChildren(
    make(
      "div",
      { id: "folders" },
      make("div", { class: "lead" }, make("h2", {}, t("choose_folder"))),
      make("p", { class: "muted" }, t("choose_folder_note")),
      make(
        "div",
        { id: "where" },
        button("↑", () => choose(told.up), {
          id: "up",
          class: "icon",
          title: t("folder_up"),
          "aria-label": t("folder_up"),
          disabled: told.up === told.in,
        }),
        path,
      ),
      make(
        "ul",
        { id: "folder-list" },
        ...told.folders.map((name) =>
          make(
            "li",
            {},
            button(`▸ ${name}`, () => choose(inside(name)), {
              class: "quiet",
              data: { folder: name },
            }),
          ),
        ),
        ...(told.folders.length ? [] : [make("li", { class: "empty muted" }, t("no_folders"))]),
      ),
      make(
        "div",
        { id: "choose-row" },
        make("span", { class: "muted" }, t("videos_here", { n: told.videos })),
        button(
          t("take_folder"),
          () =>
            tried(async () => {
              await post("choose", { folder: told.in });
              await again();
            }),
          { class: "primary", id: "take-folder", disabled: !told.videos },
        ),
      ),
    ),
  );
}
async function again() {
  now = await get("case");
  if (now.videos.length) show();
}

const closed = (why) => {
  ended = true;
  main.inert = true;
  $("opening").hidden = false;
  $("opening-text").textContent = t(`end.${why}`);
  $("opening-detail").replaceChildren(t(why === "gone" ? "end.case_hint" : `end.${why}_hint`));
};
onEnd(closed);
async function begin() {
  await beginLook(async () => {
    rows.clear();
    if (now?.videos.length) {
      $("videos")?.remove();
      show();
    } else if (now) choose($("path")?.value || "");
  });
  for (let force = false; !(await join(force)); force = true) {
    closed("busy");
    await new Promise((done) =>
      $("opening-detail").append(
        make(
          "div",
          { class: "actions" },
          button(t("take_over"), () => done(), { class: "primary" }),
        ),
      ),
    );
  }
  ended = false;
  $("opening").hidden = true;
  main.inert = false;
  await again();
  if (!now.videos.length) await choose();
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000));
    if (ended) return;
    if (now.videos.length && document.visibilityState === "visible")
      try {
        await again();
      } catch {
        /* told by onEnd */
      }
  }
}
$("index").onclick = () => open(0, "index");
addEventListener("pagehide", () => {
  if (!ended) leave();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
begin().catch((error) => {
  closed("gone");
  $("opening-detail").textContent = said(error);
});
