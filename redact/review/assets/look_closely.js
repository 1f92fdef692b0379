// Close pictures side by side, which a person looks at before somebody is shown: those in which nobody
// is sure of a kept one, and those without which a decision was refused.
import { bytes, post, unpacked } from "./api.js";
import { html, useEffect, useRef, useSignal } from "./html.js";
import { change, edit, inTurn, state, taken, title, toast, tried } from "./store.js";
import { clock, said, t } from "./words.js";
import { Button, Field, forget, write } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { Face, keep } from "./picture.js";
import * as player from "./player.js";
import { draftOf, endReason } from "./reason.js";

const LOOK = 60, // milliseconds that each picture is on the screen at least, so that it was looked at
  TILE = [104, 122], // pixels of a picture with its gap, and what stands around all of them
  AROUND = [60, 300];
/** As many as fit, so that nothing has to be scrolled to. */
function room() {
  const [wide, tall] = [0.96 * innerWidth, 0.94 * innerHeight].map((size, i) =>
    Math.floor((size - AROUND[i]) / TILE[i]),
  );
  return Math.max(12, wide * tall);
}
const ask = async (query) => unpacked(await bytes("sheet", { most: room(), ...query }));

/** The pictures that the server has for `query`, all at once, each [track, frame]; a function that tells
 *  it, once each was on the screen long enough, that they were looked at; and one that shows them
 *  again, where nothing came of it. */
function useSheet(query) {
  const sheet = useSignal(null),
    since = useRef(0);
  const load = async () => {
    sheet.value = null;
    if (!query.of && !query.id) return;
    const [head, data] = await ask(query);
    let at = 0;
    for (const [i, [track, frame]] of [...head.surely, ...head.pictures].entries())
      await keep("face", { track, frame }, data.subarray(at, (at += head.sizes[i])));
    sheet.value = head;
    since.current = performance.now();
    const first = head.pictures.length; // the server makes the next ones meanwhile
    if (query.id) ask({ ...query, first }).catch(() => {});
  };
  useEffect(() => void tried(load()), [JSON.stringify(query)]);
  const looked = async () => {
    const { pictures } = sheet.value,
      left = since.current + LOOK * pictures.length - performance.now();
    sheet.value = null; // a key that is pressed twice answers once
    await new Promise((done) => setTimeout(done, left));
    const seen = (track, frame) => ({
      ...{ view: "closely", speed: "still" },
      ...{ subject: track, frames: [frame] },
    });
    const shown = pictures.map((picture) => seen(...picture));
    await inTurn(async () => taken(await post("seen", { shown })));
    return pictures;
  };
  return [sheet.value, looked, load];
}
const Pictures = ({ sheet, tile }) =>
  html`<div class="strip">${sheet?.pictures.map(([track, n]) => tile(n, html`<${Face} of=${[track, n]} />`))}</div>`;
/** Go to one of the pictures in the player. */
const See = ({ frame }) => {
  const go = () => {
    closeDialog();
    player.reveal(frame);
  };
  return html`<${Button} word="see_first" class="quiet" disabled=${frame == null} act=${go} />`;
};

/** Show all pictures in which nobody is sure of the chosen one. */
export function openConfirm() {
  if (state.one?.unsure) state.dialog = { kind: "confirm" };
  else toast(t(state.one ? "nothing_to_confirm" : "choose_first"));
}
/** One key confirms what is in view, but for those that the person marked as somebody else. */
export function ConfirmDialog() {
  const s = state.one,
    others = useSignal(new Set()), // pictures of somebody else
    [sheet, looked, again] = useSheet({ id: s?.id, unsure: s?.unsure }),
    anchor = useRef(null), // with Shift, all from it on are marked
    frames = sheet?.pictures.map(([, n]) => n) ?? [],
    marked = frames.filter((n) => others.value.has(n));
  useEffect(() => {
    if (!s?.unsure) closeDialog();
  }, [s?.unsure]);
  async function answer(same) {
    if (!sheet) return;
    const pictures = await looked(),
      yes = pictures.filter(([, n]) => same && !others.value.has(n)),
      no = pictures.filter((picture) => !yes.includes(picture)),
      words = same ? t("confirmed", { n: yes.length }) : t("not_here", { n: no.length });
    others.value = new Set();
    if (!(await edit("confirm", { same: yes, other: no }, words))) again();
    else if (!state.one?.unsure) toast(t("all_confirmed"));
  }
  const mark = (n, shift) => {
    const from = shift ? (anchor.current ?? n) : n,
      now = new Set(others.value),
      yes = !now.has(n);
    for (const other of frames)
      if (other >= Math.min(from, n) && other <= Math.max(from, n))
        yes ? now.add(other) : now.delete(other);
    [others.value, anchor.current] = [now, n];
  };
  function keys(event) {
    if (event.repeat) return event.preventDefault(); // a key that is held down answers once
    ({ y: () => answer(true), r: () => answer(false) })[event.key.toLowerCase()]?.();
  }
  const tile = (n, face) => {
    const other = others.value.has(n);
    return html`<${Button} key=${n} class="picture" title="somebody_else" named data-frame=${n} pressed=${other}
      act=${(e) => mark(n, e.shiftKey)}>
      ${face}<span>${other ? t("somebody_else") : clock(state.times[n], 2)}</span>
    <//>`;
  };
  if (!s) return null;
  return html`<div class="faces" onkeydown=${keys}>
    <h2 id="dialog-title">${t("confirm_title", { who: title(s) })}</h2>
    <div class="row">
      <div class="alike">${sheet?.surely.map((of) => html`<${Face} key=${of} of=${of} />`)}</div>
      <p class="small muted">${t("confirm_pictures")}</p>
    </div>
    <p class="small" role="status">${t("to_confirm", { n: s.unsure })}</p>
    <${Pictures} sheet=${sheet} tile=${tile} />
    <div class="actions">
      <${See} frame=${marked[0] ?? frames[0]} />
      <${Button} word="close" class="quiet" act=${closeDialog} />
      <${Button} id="none-same" word="confirm_none" hotkey="R" act=${() => answer(false)} />
      <${Button} id="all-same" hotkey="Y" class="primary" autofocus act=${() => answer(true)}>
        ${marked.length ? t("confirm_but", { who: title(s), n: marked.length }) : t("confirm_all", { who: title(s), n: frames.length })}
      <//>
    </div>
  </div>`;
}

/** What a look is asked for: the words of the button, and of the reason where that takes one. */
const ASKED = {
  look_first: ["uncover"],
  alarm: ["no_face", "reason_for.none"],
  alarm_unsure: ["no_face", "reason_for.none"],
  smaller: ["make_smaller", "smaller_reason"],
  join_apart: ["join"],
};
const OF_DECISION = { keep: ["keep", "reason_for.keep"], hide: ["hide", "reason_for.hide"] };
/** What was asked for needs a look first: at who will be visible, and at who will be hidden; and of
 *  a decision, a reason. Then it is asked for again, and `then` follows. */
export function LookDialog({ path, body, done, then, refusal }) {
  const { error, pictures, hides, values } = refusal,
    fits = Math.floor(room() / (hides.length && pictures.length ? 2 : 1)),
    some = pictures.slice(0, fits), // the others are shown when these were looked at
    gone = hides.slice(0, fits),
    [sheet, looked, again] = useSheet({
      of: [...some, ...gone].map((one) => one.join(":")).join(),
    }),
    marked = useSignal([]), // pictures in which somebody is
    [word, label] = ASKED[error] ?? OF_DECISION[body.decision] ?? ["do_it"],
    draft = body.ids ? draftOf(body.ids) : `${error}/${body.track}`, // never that of another decision
    given_up = `${error}/${draft}`,
    reason = state.drafts[draft] ?? state.drafts[given_up] ?? body.reason ?? "",
    needed = ["alarm", "smaller"].includes(error),
    ready = sheet && (!needed || /[\p{L}\p{N}]/u.test(reason)),
    over = useRef(false);
  const act = async () => {
    if (!ready) return;
    await looked();
    const but = [...(body.but ?? []), ...marked.value],
      sure = { ...body, reason, but, sure: values.revision };
    over.current = true;
    if (await change(path, sure, done, then)) {
      forget(draft, given_up);
      endReason();
      closeDialog();
    } else {
      over.current = false;
      if (state.dialog?.refusal === refusal) again(); // else there are more pictures
    }
  };
  useEffect(() => {
    if (sheet && !label) document.getElementById("look-done").focus();
  }, [sheet]);
  // Given up, it is no reason of anything else.
  const giveUp = () => {
    if (over.current || !label || state.drafts[draft] === undefined) return;
    write(given_up, state.drafts[draft]);
    forget(draft);
  };
  useEffect(() => giveUp, []);
  const key = String,
    mark = (one) => () => {
      const others = marked.value.filter((other) => key(other) !== key(one));
      marked.value = others.length < marked.value.length ? others : [...others, one];
    };
  const tile = (one) => {
    const yes = marked.value.some((other) => key(other) === key(one)),
      time = clock(state.times[one[1]], 2),
      face = html`<${Face} of=${one} /><span>${yes ? t("somebody_here") : time}</span>`;
    return error.startsWith("alarm")
      ? html`<${Button} key=${key(one)} class="picture" title="somebody_here" named data-frame=${one[1]} pressed=${yes} act=${mark(one)}>${face}<//>`
      : html`<figure key=${key(one)} class="picture" data-frame=${one[1]}>${face}</figure>`;
  };
  const group = (all, words) =>
    all.length > 0 &&
    html`${hides.length > 0 && html`<h3>${t(words)}</h3>`}<div class="strip" data-asks=${words}>${sheet && all.map(tile)}</div>`;
  return html`<div class="faces">
    <h2 id="dialog-title">${t(`look.${error}`)}</h2>
    <p>${said(refusal)}</p>
    ${group(some, "will_show")} ${group(gone, "will_hide")}
    ${
      label &&
      html`<${Field} id="look-why" draft=${draft} label=${t(label)} value=${reason} maxlength="500"
      onkeydown=${(e) => e.key === "Enter" && act()} />`
    }
    <div class="actions">
      <${See} frame=${[...pictures, ...hides][0][1]} />
      <${Button} word="cancel" class="quiet" act=${closeDialog} />
      <${Button} id="look-done" word=${marked.value.length ? "alarm_but" : word} class="primary" autofocus disabled=${!ready} act=${act} />
    </div>
  </div>`;
}
