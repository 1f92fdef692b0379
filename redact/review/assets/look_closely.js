// Close pictures side by side, which a person looks at before somebody is shown: those in which nobody
// is sure of a kept one, and those without which a decision was refused.
import { bytes, post, unpacked } from "./api.js";
import { html, useEffect, useRef, useSignal } from "./html.js";
import { change, edit, inTurn, state, taken, title, toast, tried } from "./store.js";
import { clock, said, t } from "./words.js";
import { Button, Field, forget } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { draftOf } from "./list.js";
import { Face, keep } from "./picture.js";
import * as player from "./player.js";

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
        ${marked.length ? t("confirm_but", { n: marked.length }) : t("confirm_all", { n: frames.length })}
      <//>
    </div>
  </div>`;
}

/** What a look is asked for: the words of the button, and of the reason where that takes one. */
const ASKED = {
  look_first: ["uncover"],
  alarm: ["no_face", "reason_for.none"],
  smaller: ["make_smaller", "smaller_reason"],
};
/** What was asked for needs a look first: at these pictures, and of what was surely found, a reason.
 *  Then it is asked for again. */
export function LookDialog({ path, body, done, refusal }) {
  const { error, pictures } = refusal,
    some = pictures.slice(0, room()), // the others are shown when these were looked at
    [sheet, looked, again] = useSheet({ of: some.map((one) => one.join(":")).join() }),
    [word, label] = ASKED[error],
    draft = `${error}/${body.ids ?? body.track}`, // never the reason of another decision
    reason = state.drafts[draft] ?? body.reason ?? "",
    ready = sheet && (!label || /[\p{L}\p{N}]/u.test(reason));
  const act = async () => {
    if (!ready) return;
    await looked();
    const told = await change(path, { ...body, reason }, done);
    if (told) {
      forget(draft, draftOf(body.ids));
      closeDialog();
    } else if (state.dialog?.refusal === refusal) again(); // else there are more pictures
  };
  useEffect(() => {
    if (sheet && !label) document.getElementById("look-done").focus();
  }, [sheet]);
  const tile = (n, face) =>
    html`<figure key=${n} class="picture" data-frame=${n}>${face}<span>${clock(state.times[n], 2)}</span></figure>`;
  return html`<div class="faces">
    <h2 id="dialog-title">${t(`look.${error}`)}</h2>
    <p>${said(refusal)}</p>
    <${Pictures} sheet=${sheet} tile=${tile} />
    ${
      label &&
      html`<${Field} id="look-why" draft=${draft} label=${t(label)} value=${reason} maxlength="500"
      onkeydown=${(e) => e.key === "Enter" && act()} />`
    }
    <div class="actions">
      <${See} frame=${pictures[0][1]} />
      <${Button} word="cancel" class="quiet" act=${closeDialog} />
      <${Button} id="look-done" word=${word} class="primary" autofocus disabled=${!ready} act=${act} />
    </div>
  </div>`;
}
