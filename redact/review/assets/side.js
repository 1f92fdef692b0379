// The panel on the right: the chosen subject, findings, sound, what was seen.
import { get } from "./api.js";
import {
  chosen,
  change,
  css,
  edit,
  inTurn,
  kindOf,
  make,
  on,
  select,
  state,
  taken,
  tell,
  title,
  toast,
} from "./store.js";
import { clock, reasonWords, span, t } from "./words.js";
import { drawFace } from "./faces.js";
import { allTold } from "./seen.js";
import { decide, goTo, only, reasonOf, tag } from "./gallery.js";
import * as player from "./player.js";
import { mark, setMark } from "./sound.js";
import { stripes } from "./timeline.js";
import { findings, showFinding } from "./findings.js";
import { answer, asked, playAround, playStretch, stretches } from "./confirm.js";

const panel = document.getElementById("panel"),
  tabs = document.getElementById("tabs");
const TABS = ["subject", "findings", "sound", "seen"];
const button = (words, onclick, props = {}) => make("button", { onclick, ...props }, words);

export function render() {
  const names = TABS.filter((name) => name !== "sound" || state.clip.sound),
    open = state.findings.filter((f) => !f.answer).length;
  if (tabs.children.length !== names.length)
    tabs.replaceChildren(
      ...names.map((name) =>
        make("button", {
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": "panel",
          onclick: () => openTab(name),
        }),
      ),
    );
  for (const [i, name] of names.entries()) {
    // in place: a button must not vanish under a click
    const words = t(`tab.${name}`),
      count = name === "findings" && open ? String(open) : "";
    if (tabs.children[i].textContent !== words + count)
      tabs.children[i].replaceChildren(words, ...(count ? [make("b", {}, count)] : []));
    tabs.children[i].setAttribute("aria-selected", String(state.tab === name));
  }
  if (
    panel.contains(document.activeElement) &&
    ["INPUT", "TEXTAREA"].includes(document.activeElement.tagName)
  )
    return;
  panel.setAttribute("aria-labelledby", `tab-${state.tab}`);
  panel.replaceChildren(
    ...{ subject: subjectPanel, findings, sound: soundPanel, seen: seenPanel }[state.tab](),
  );
}
export function openTab(name) {
  state.tab = name;
  tell("tab");
}

function subjectPanel() {
  const who = chosen();
  if (!who.length)
    return [
      make("p", {}, t("choose_someone")),
      make("p", { class: "muted small" }, t("nobody_missing")),
      legend(),
    ];
  if (who.length > 1) return several(who);
  const s = who[0],
    kind = kindOf(s);
  return [
    head(s),
    looked(s),
    ...visible(s, kind),
    ...covers(s, kind),
    ...gaps(s, kind),
    ...deciding(s),
    ...correcting(s),
    ...parts(s),
    ...alikes(s),
  ];
}
function head(s) {
  const face = make("canvas", { width: 112, height: 112 });
  drawFace(face, s.best);
  const sure =
    s.certainty === "by hand"
      ? t("by_hand")
      : `${t(`certainty.${s.certainty}`)} (${t("percent", { n: Math.min(99, Math.round(100 * s.score)) })})`;
  return make(
    "div",
    { class: "who" },
    face,
    make(
      "div",
      {},
      make("h2", {}, title(s)),
      tag(s),
      make("div", { class: "small muted" }, span(s.from, s.to)),
      make("div", { class: "small muted" }, s.cut ? `${sure} · ${reasonWords(s.reason)}` : sure),
    ),
  );
}
/** Why it is decided so about those, whatever the decision is; said before it or after it. */
function why(who) {
  const decision = who.every((s) => s.decision === who[0].decision) ? who[0].decision : "",
    // Of what was cut off nobody said what it is: a reason is that of what is decided next.
    cut = who.every((s) => s.cut),
    key = cut ? "open" : decision === "false alarm" ? "none" : decision || "open";
  return [
    make("label", { for: "why" }, t(`reason_for.${key}`)),
    make("input", {
      type: "text",
      id: "why",
      value: state.why || reasonOf(who),
      placeholder: t(`reason_example.${key}`),
      oninput: (e) => {
        state.why = e.target.value;
      },
      onchange: (e) => saveReason(who, e.target.value),
    }),
  ];
}
/** Until when a mouse button or a finger is down, and what is under it has had its click. */
let released = Promise.resolve();
const down = () => {
  released = new Promise((done) => {
    const over = () => setTimeout(done);
    for (const end of ["pointerup", "pointercancel"])
      document.addEventListener(end, over, { once: true, capture: true });
  });
};
document.addEventListener("pointerdown", down, true);
/** Let a decision stand as it is, and save why. A button that is just being pressed comes first:
 *  the panel is not drawn anew under it, and what it decides takes the reason along. */
async function saveReason(who, reason) {
  await released;
  await inTurn(async () => {});
  const left = who.map((s) => state.subjects.get(s.id)).filter((s) => s && !s.cut),
    ids = left.filter((s) => reasonOf([s]) !== reason).map((s) => s.id);
  if (ids.length && !(await edit("reason", { ids, reason }, t("done")))) return;
  if (left.length && state.why === reason) state.why = "";
}
function deciding(s) {
  return [
    ...why([s]),
    make(
      "div",
      { class: "row" },
      button(t("only_this"), () => only(s.id), {
        class: s.certainty === "by hand" || kindOf(s) === "none" ? "wide" : "primary wide",
        id: "only",
      }),
    ),
    make("label", { for: "name" }, t("name")),
    make("input", {
      type: "text",
      value: s.name,
      placeholder: `${t(`target.${s.target}`)} ${s.id}`,
      maxlength: 80,
      id: "name",
      onchange: (e) => edit("rename", { id: s.id, name: e.target.value }),
    }),
  ];
}
function correcting(s) {
  const here = s.tracks.find((k) => k.first <= state.frame && state.frame <= k.last);
  return [
    make("h3", {}, t("correct")),
    make(
      "div",
      { class: "two" },
      keyed(t("span_start"), "[", () => beginHere(s)),
      keyed(t("span_end"), "]", () => endHere(s)),
      keyed(
        t("split"),
        "S",
        () => edit("split", { track: here?.id, frame: state.frame }, t("split_done")),
        { disabled: !here || here.first >= state.frame, title: t("split_title") },
      ),
      button(t("follow_from"), () => followFrom(s, here), {
        disabled: !here,
        title: t("follow_title"),
      }),
      s.origin === "manual"
        ? button(t("remove"), () => edit("remove", { ids: [s.id] }, t("removed")), { id: "remove" })
        : null,
    ),
  ];
}
const keyed = (words, key, act, props) => {
  const made = button(words, act, props);
  made.append(make("kbd", {}, key));
  return made;
};
/** The part of somebody that is in this picture, or else the one that is nearest in time. */
export const nearest = (s) => s.tracks.reduce((a, b) => (gap(b) < gap(a) ? b : a));
export const beginHere = (s) => spanned(s, state.frame, nearest(s).last);
export const endHere = (s) => spanned(s, nearest(s).first, state.frame);
/** Let the nearest part of somebody begin or end elsewhere; and say in how many pictures nobody
 *  hides them any more. */
async function spanned(s, first, last) {
  const part = nearest(s),
    still = [...s.tracks.filter((k) => k !== part).map((k) => [k.first, k.last]), ...s.shown];
  let open = 0;
  for (let n = part.first; n <= part.last; n++)
    if ((n < first || n > last) && !still.some(([a, b]) => a <= n && n <= b)) open++;
  if (!(await edit("span", { track: part.id, first, last }))) return;
  if (!open) return toast(t("done"));
  const words = part.first < first ? "open_before" : "open_after";
  toast(
    t(words, { who: title(s), n: open }),
    false,
    button(t("undo"), () => change("undo", {}, t("undone")), { id: "undo-span" }),
  );
}
const gap = (k) => Math.max(0, k.first - state.frame, state.frame - k.last);

/** In how many of its pictures somebody has looked, and in how many while it was chosen. */
function looked(s) {
  const own = new Set(),
    chosenIn = new Set();
  for (const k of s.tracks) for (let n = k.first; n <= k.last; n++) own.add(n);
  for (const [a, b] of s.looked)
    for (let n = a; n <= b; n++) if (own.has(n) && state.wasSeen[n]) chosenIn.add(n);
  const n = [...own].filter((frame) => state.wasSeen[frame]).length;
  return make(
    "p",
    { class: "small", id: "looked" },
    t("looked", { n, of: own.size, chosen: chosenIn.size }),
  );
}
/** When a kept one is really visible: a decision to show counts only where the track is sure. */
function visible(s, kind) {
  if (kind !== "keep" && kind !== "none") return [];
  const bare = coverage(s).bare,
    all = s.frames;
  if (!bare) return [make("p", { id: "visible" }, "…")];
  const frames = bare.reduce((n, [a, b]) => n + b - a + 1, 0),
    under = s.visible - frames;
  const few = bare.length <= 4; // more are seen in the timeline, and not read
  const times = bare
    .map(([a, b]) => span(state.times[a], state.times[b], "–"))
    .join(", ");
  const waiting = s.confirm.reduce((n, [, a, b]) => n + b - a + 1, 0),
    rest = all - s.visible - waiting;
  return [
    make(
      "p",
      { id: "visible" },
      make("b", {}, frames === all ? t("visible_in_all", { n: all }) : t("visible_in", { n: frames, of: all })),
      under ? make("b", { class: "doubt" }, `, ${t("under_mask", { n: under })}`) : "",
      waiting ? make("b", { class: "doubt" }, `, ${t("to_confirm", { n: waiting })}`) : "",
    ),
    make(
      "p",
      { class: "small muted" },
      [
        frames && few ? t("visible_at", { times }) : "",
        rest ? t("stays_hidden", { n: rest }) : "",
      ]
        .filter(Boolean)
        .join(" "),
    ),
    ...confirming(s),
  ];
}
/** Where nobody is sure of a kept one: what plays it, and what answers. */
function confirming(s) {
  if (!s.confirm.length) return [];
  const now = String(asked() || ""),
    waiting = stretches();
  return [
    make(
      "div",
      { class: "item warn", id: "confirm" },
      make("p", { class: "small" }, t("confirm_note")),
      make(
        "div",
        { class: "row" },
        keyed(t("confirm_play"), "V", () => playStretch(), {
          class: now ? "" : "primary",
          id: "confirm-play",
        }),
        keyed(t("confirm_yes"), "Y", () => answer(true), {
          class: now ? "primary" : "",
          id: "confirm-yes",
        }),
        keyed(t("confirm_no"), "R", () => answer(false), { id: "confirm-no" }),
      ),
      make(
        "div",
        { class: "row" },
        ...waiting
          .slice(0, 12)
          .map((stretch) =>
            button(
              span(state.times[stretch[1]], state.times[stretch[2]], "–"),
              () => playStretch(stretch),
              { class: "quiet small", "aria-pressed": String(String(stretch) === now) },
            ),
          ),
      ),
      waiting.length > 12
        ? make("p", { class: "small muted" }, t("and_more", { n: waiting.length - 12 }))
        : "",
    ),
  ];
}
/** Who hides a kept one all the same, and where nobody does; until that is known, neither. */
let coveredOf = "",
  cover = { covered: [], bare: null };
function coverage(s) {
  const key = `${s.id}/${state.revision}`;
  if (coveredOf !== key) {
    coveredOf = key;
    cover = { covered: [], bare: null };
    get("covered", { id: s.id })
      .then((told) => {
        if (coveredOf === key) {
          cover = told;
          if (state.tab === "subject") render();
        }
      })
      .catch(() => {});
  }
  return cover;
}
/** Who hides a kept one all the same: often the same person, found twice. */
function covers(s, kind) {
  if (kind !== "keep" && kind !== "none") return [];
  const rows = coverage(s)
    .covered.slice(0, 4)
    .filter(([id]) => state.subjects.has(id))
    .map(([id, frame, n, guessed]) => {
      const other = state.subjects.get(id),
        face = make("canvas", { width: 112, height: 112 });
      face.style.width = face.style.height = "40px";
      drawFace(face, other.best);
      return make(
        "div",
        { class: "item small", data: { covers: id } },
        make(
          "div",
          { class: "row one-line" },
          face,
          make("span", {}, t("covered_by", { who: title(other), n })),
        ),
        make(
          "div",
          { class: "row" },
          button(t("show"), () => playAround(nearestAt(s, frame).id, frame, endOfRun(s, frame))),
          guessed
            ? keyed(t("uncover"), "T", () => uncover(s.id, id))
            : button(t("choose_both_button"), () => {
                select([s.id, id]);
                player.show(frame);
              }),
        ),
        make("p", { class: "muted" }, guessed ? t("covered_guess") : t("covered_note")),
      );
    });
  return rows;
}
const nearestAt = (s, frame) =>
  s.tracks.reduce((a, b) =>
    Math.max(0, b.first - frame, frame - b.last) < Math.max(0, a.first - frame, frame - a.last)
      ? b
      : a,
  );
/** The end of what is visible of one from a picture on, two seconds at most. */
const endOfRun = (s, frame) =>
  Math.min((s.shown.find(([a, b]) => a <= frame && frame <= b) || [0, frame])[1], frame + 50);
async function uncover(id, other) {
  await allTold();
  return edit("uncover", { id, other }, t("uncovered"));
}
/** Take the mask away of whoever hides the chosen one without being sure to be there. */
export function uncoverFirst() {
  const s = chosen().length === 1 ? chosen()[0] : null,
    row = cover.covered.find(([id, , , guessed]) => guessed && state.subjects.has(id));
  if (s && coveredOf === `${s.id}/${state.revision}` && row) return uncover(s.id, row[0]);
  return toast(t("nothing_covers"));
}
async function followFrom(s, track) {
  const box = state.boxes.find((b) => b[0] === track.id);
  if (
    box &&
    (await change("follow", {
      frame: state.frame,
      box: box.slice(1, 5),
      target: s.target,
      track: track.id,
    }))
  ) {
    toast(t("following"));
    tell("job");
  }
}
/** Where somebody who is hidden has no mask between two parts: what can be done about it. */
function gaps(s, kind) {
  if (kind === "keep" || kind === "none") return [];
  return s.gaps.map((gap) => {
    const fill = (how) => async () => {
      if (await change("bridge", { before: gap.before, after: gap.after, how })) tell("job");
    };
    return make(
      "div",
      { class: "item warn", data: { gap: gap.before } },
      make(
        "div",
        {},
        t("gap", {
          from: clock(state.times[gap.first], 2),
          to: clock(state.times[gap.last], 2),
          n: gap.last - gap.first + 1,
        }),
      ),
      make("p", { class: "small" }, t("gap_note")),
      make(
        "div",
        { class: "row" },
        button(t("gap_follow"), fill("follow"), { class: "primary", data: { bridge: "follow" } }),
        button(t("gap_hold"), fill("hold"), { data: { bridge: "hold" } }),
        button(t("show"), () => player.show(gap.first)),
      ),
    );
  });
}
function parts(s) {
  if (s.tracks.length < 2) return [];
  const inOrder = [...s.tracks].sort((a, b) => a.first - b.first);
  return [
    make("h3", {}, t("parts_title")),
    ...inOrder.map((k) =>
      make(
        "div",
        { class: "row small" },
        button(
          span(state.times[k.first], state.times[k.last]),
          () => player.show(k.first),
          { class: "quiet" },
        ),
        button(t("separate"), () => edit("separate", { track: k.id }, t("separated"))),
      ),
    ),
  ];
}
let alikeOf = 0,
  alikeFound = [];
/** By and by: in a crowd it takes a while until everybody has a picture. */
async function askAlike(id) {
  const told = await get("alike", { id }).catch(() => null);
  if (!told || alikeOf !== id) return;
  const renewed = String(told.alike) !== String(alikeFound);
  alikeFound = told.alike;
  if (renewed && state.tab === "subject") render();
  if (!told.every)
    setTimeout(() => {
      if (alikeOf === id) askAlike(id);
    }, 500);
}
function alikes(s) {
  if (alikeOf !== s.id) {
    alikeOf = s.id;
    alikeFound = [];
    askAlike(s.id);
  }
  const found = alikeFound.map(([id]) => state.subjects.get(id)).filter(Boolean);
  if (!found.length) return [];
  return [
    make("h3", {}, t("alike")),
    make("p", { class: "small muted" }, t("alike_note")),
    make(
      "div",
      { class: "alike" },
      ...found.map((other) => {
        const canvas = make("canvas", { width: 112, height: 112 });
        drawFace(canvas, other.best);
        return button(
          "",
          () => {
            select([s.id, other.id]);
            player.show(other.best[1]);
          },
          { title: title(other), "aria-label": t("choose_both", { who: title(other) }) },
        ).appendChild(canvas).parentNode;
      }),
    ),
  ];
}
function several(who) {
  const pictures = who.slice(0, 24).map((s) => {
    const c = make("canvas", { width: 112, height: 112 });
    drawFace(c, s.best);
    return button("", () => select(s.id), { title: title(s), "aria-label": title(s) }).appendChild(
      c,
    ).parentNode;
  });
  return [
    make("h2", {}, t("chosen", { n: who.length })),
    make("div", { class: "alike row" }, ...pictures),
    make(
      "div",
      { class: "row" },
      button(t("join"), () => joinChosen(), { class: "primary", id: "join" }),
    ),
    make("p", { class: "small muted" }, t("join_note")),
    ...why(who),
  ];
}
export async function joinChosen() {
  const ids = [...state.selected];
  if (!(await edit("merge", { ids }, t("joined")))) return;
  select(Math.min(...ids.filter((id) => state.subjects.has(id))));
  const s = chosen()[0],
    missing =
      s && kindOf(s) !== "keep" && kindOf(s) !== "none"
        ? s.gaps.reduce((n, g) => n + g.last - g.first + 1, 0)
        : 0;
  if (missing) toast(t("joined_gap", { n: missing }));
}
function legend() {
  const rows = ["detected", "followed", "interpolated", "padded", "held", "manual"].map((name) => {
    const c = make("canvas", { width: 60, height: 28 });
    c.style.width = "30px";
    c.style.height = "14px";
    const pen = c.getContext("2d");
    pen.strokeStyle = css(`--${name}`);
    pen.lineWidth = 4;
    pen.setLineDash(
      { followed: [14, 8], interpolated: [5, 6], padded: [3, 8], held: [18, 6, 4, 6] }[name] || [],
    );
    pen.strokeRect(4, 4, 52, 20);
    return make("div", { class: "row one-line legend small" }, c, t(`legend.${name}`));
  });
  const lanes = ["seen", "unseen"].map((name) => {
    const c = make("canvas", { width: 60, height: 24 }),
      pen = c.getContext("2d");
    c.style.width = "30px";
    c.style.height = "12px";
    pen.scale(2, 2);
    for (const fill of [css("--detected"), ...(name === "unseen" ? [stripes(pen)] : [])]) {
      pen.fillStyle = fill;
      pen.fillRect(1, 1, 28, 10);
    }
    return make("div", { class: "row one-line legend small" }, c, t(`legend.${name}`));
  });
  return make(
    "div",
    {},
    make("h3", {}, t("legend")),
    ...rows,
    make("h3", {}, t("timeline")),
    ...lanes,
  );
}

let changing = 0; // number of the span whose times are in the fields
function soundPanel() {
  const out = [make("p", { class: "small" }, t("sound_note"))];
  const reason = make("input", { type: "text", id: "mute-reason", placeholder: t("mute_example") });
  const from = make("input", {
    type: "text",
    id: "mute-from",
    value: mark.start == null ? "" : mark.start.toFixed(2),
  });
  const to = make("input", {
    type: "text",
    id: "mute-to",
    value: mark.end == null ? "" : mark.end.toFixed(2),
  });
  const seconds = (node) => {
    if (!node.value.trim()) return null; // no time, and not the beginning
    const parts = node.value.trim().replace(",", ".").split(":").map(Number);
    return parts.reduce((a, b) => a * 60 + b, 0);
  };
  const mute = async (how) => {
    const values = { start: seconds(from), end: seconds(to), how, reason: reason.value };
    if (
      await (changing
        ? edit("remute", { number: changing, ...values }, t("done"))
        : edit("mute", values, t("muted")))
    ) {
      changing = 0;
      setMark(null);
      render();
    }
  };
  const old = state.muted.find((m) => m.number === changing);
  if (old) reason.value = old.reason;
  const end = () => {
    changing = 0;
    setMark(null);
    render();
  };
  out.push(
    old ? make("h3", {}, t("change_span")) : "",
    make("label", { for: "mute-from" }, t("mute_from")),
    from,
    make("label", { for: "mute-to" }, t("mute_to")),
    to,
    make("label", { for: "mute-reason" }, t("reason")),
    reason,
    make(
      "div",
      { class: "row" },
      button(t("mute"), () => mute("mute"), { class: "primary", id: "mute" }),
      button(t("tone"), () => mute("tone"), { id: "tone" }),
      old ? button(t("cancel"), end, { class: "quiet" }) : "",
    ),
    make("h3", {}, t("muted_spans")),
  );
  if (!state.muted.length) out.push(make("p", { class: "muted small" }, t("muted_none")));
  for (const m of state.muted)
    out.push(
      make(
        "div",
        { class: m.number === changing ? "item current" : "item" },
        make(
          "div",
          {},
          `${m.how === "tone" ? "♪" : "✕"} ${clock(m.start / 1000, 2)} – ${clock(m.end / 1000, 2)}`,
        ),
        make(
          "div",
          { class: "small muted" },
          `${t(`how.${m.how}`)}${m.reason ? ` · ${m.reason}` : ""}`,
        ),
        make(
          "div",
          { class: "row" },
          button(t("listen"), () => {
            player.stop();
            player.show(
              Math.max(
                0,
                state.times.findIndex((s) => s >= m.start / 1000 - 1),
              ),
            );
            player.play();
          }),
          button(
            t("change"),
            () => {
              changing = m.number;
              setMark(m.start / 1000, m.end / 1000);
            },
            { data: { change: m.number } },
          ),
          button(t("give_back"), () => {
            changing = 0;
            edit("unmute", { number: m.number }, t("done"));
          }),
        ),
      ),
    );
  return out;
}

function seenPanel() {
  const s = state.summary,
    meter = (n, of) => {
      const bar = make("span");
      bar.style.width = `${of ? (100 * n) / of : 100}%`;
      return make("div", { class: "meter" }, bar);
    };
  const unseen = state.moments.filter((one) => !one.at(-1));
  return [
    make("label", { for: "reviewer" }, t("reviewer")),
    make("input", {
      type: "text",
      id: "reviewer",
      value: s.reviewer || "",
      maxlength: 120,
      onchange: (e) => change("reviewer", { name: e.target.value }, t("done")),
    }),
    make("p", { class: "small muted" }, t("reviewer_note")),
    make("h3", {}, t("seen_frames", { n: s.frames_seen, of: s.frames })),
    meter(s.frames_seen, s.frames),
    s.frames_seen_fast_only
      ? make("p", { class: "small muted" }, t("seen_fast", { n: s.frames_seen_fast_only }))
      : null,
    make("h3", {}, t("seen_moments", { n: s.moments_seen, of: s.moments })),
    meter(s.moments_seen, s.moments),
    make("p", { class: "small" }, unseen.length ? t("moments_note") : allSeen()),
    unseen.length
      ? make("div", { class: "row" }, button(t("next_moment"), nextMoment, { class: "primary" }))
      : null,
    make("div", { class: "list moments" }, ...unseen.slice(0, 30).map(moment)),
    unseen.length > 30
      ? make("p", { class: "small muted" }, t("and_more", { n: unseen.length - 30 }))
      : null,
  ].filter(Boolean);
}
/** One of the ranking: its picture, when, whom it is about, and what may be wrong there. */
function moment([frame, why, track, shown, more]) {
  const face = make("canvas", { width: 112, height: 112 }),
    known = track && state.ofTrack.has(track);
  if (known || track < 0) drawFace(face, [track, shown]); // below 0: a place that was given up
  const who = known ? ` · ${title(state.subjects.get(state.ofTrack.get(track)))}` : "";
  return make(
    "button",
    { class: "quiet small moment", data: { moment: frame }, onclick: () => goMoment(frame, track) },
    face,
    make(
      "span",
      {},
      make("b", {}, clock(state.times[frame]) + who),
      make("span", {}, t(`why.${why}`) + (more ? ` ${t("more_here", { n: more })}` : "")),
    ),
  );
}
function goMoment(frame, track) {
  player.stop();
  state.moment = frame; // the place that it points to is marked there
  if (state.ofTrack.has(track)) select(state.ofTrack.get(track));
  player.show(frame);
}
/** Where there is nothing to look at, nothing was looked at. */
const allSeen = () => (state.moments.length ? `✓ ${t("all_moments")}` : t("no_moments"));
export function nextMoment() {
  const unseen = state.moments.filter((one) => !one.at(-1)); // in order, the likeliest first
  const next =
    unseen.find(([frame]) => frame !== state.frame) || unseen.find(([, why]) => why === "drawn");
  if (!next) return toast(allSeen());
  goMoment(next[0], next[2]);
}
export function showPill() {
  const s = state.summary;
  const share = s.moments ? s.moments_seen / s.moments : 1;
  document.getElementById("progress-bar").style.width = `${100 * share}%`;
  document.getElementById("progress-text").textContent =
    share >= 1 ? allSeen() : t("pill", { n: s.moments_seen, of: s.moments });
}
document.getElementById("progress-pill").addEventListener("click", () => openTab("seen"));
document.getElementById("next-moment").addEventListener("click", nextMoment);
on("plan", (renewed) => {
  showPill();
  if (renewed || state.tab === "seen") render();
  else if (document.getElementById("looked") && chosen().length === 1)
    document.getElementById("looked").replaceWith(looked(chosen()[0]));
});
on("tab", render);
on("theme", () => {
  if (state.clip) render(); // the legend is drawn in the colours of the theme
});
on("mark", () => {
  if (state.tab === "sound") render();
});
on("select", () => {
  if (state.tab === "subject") render();
});
let shownAt = -1;
on("frame", () => {
  if (
    state.tab === "subject" &&
    state.selected.length === 1 &&
    !player.isPlaying() &&
    shownAt !== state.frame
  ) {
    shownAt = state.frame;
    render();
  }
});
on("next-moment", nextMoment);
on("next-unseen", () => goMoment(state.wasSeen.indexOf(0)));
on("finding", (n) => {
  openTab("findings");
  showFinding(n);
});
export { taken, tell, decide, goTo };
