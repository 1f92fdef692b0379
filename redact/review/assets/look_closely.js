// Close pictures side by side, which a person looks at before somebody is shown: those in which nobody
// is sure of a kept one, and those without which a decision was refused.
import { bytes, post, unpacked } from "./api.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "./html.js";
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
  const fits = (size, i) => Math.floor((size - AROUND[i]) / TILE[i]),
    [across, down] = [0.96 * innerWidth, 0.94 * innerHeight].map(fits);
  return Math.max(12, across * down);
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
      left = since.current + LOOK * pictures.length - performance.now(),
      how = { view: "closely", speed: "still" };
    sheet.value = null; // a key that is pressed twice answers once
    await new Promise((done) => setTimeout(done, left));
    const shown = pictures.map(([subject, frame]) => ({ ...how, subject, frames: [frame] }));
    await inTurn(async () => taken(await post("seen", { shown })));
    return pictures;
  };
  return [sheet.value, looked, load];
}
/** Whether a picture is marked, how many are, and a function that marks one or takes that back. */
function useMarks() {
  const all = useSignal([]),
    mark = (one) =>
      (all.value = is(one) ? all.value.filter((o) => o !== `${one}`) : [...all.value, `${one}`]),
    is = (one) => all.value.includes(`${one}`);
  return { is, mark, none: () => (all.value = []), n: all.value.length };
}
/** One picture with its time; with `word`, a button that marks it so. */
function Tile({ of, marks, word }) {
  const yes = marks.is(of),
    words = html`<${Face} of=${of} /><span>${yes ? t(word) : clock(state.times[of[1]], 2)}</span>`;
  return word
    ? html`<${Button} class="picture" title=${word} named data-frame=${of[1]} pressed=${yes} act=${() => marks.mark(of)}>${words}<//>`
    : html`<figure class="picture" data-frame=${of[1]}>${words}</figure>`;
}
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
    marks = useMarks(),
    [sheet, looked, again] = useSheet({ id: s?.id, unsure: s?.unsure }),
    pictures = sheet?.pictures ?? [];
  useEffect(() => {
    if (!s?.unsure) closeDialog();
  }, [s?.unsure]);
  if (!s) return null;
  const who = title(s);
  async function answer(same) {
    if (!sheet) return;
    const all = await looked(),
      yes = all.filter((one) => same && !marks.is(one)),
      other = all.filter((one) => !yes.includes(one)),
      words = same ? t("confirmed", { n: yes.length }) : t("not_here", { n: other.length });
    marks.none();
    if (!(await edit("confirm", { same: yes, other }, words))) again();
    else if (!state.one?.unsure) toast(t("all_confirmed"));
  }
  function keys(event) {
    if (event.repeat) return event.preventDefault(); // a key that is held down answers once
    ({ y: () => answer(true), r: () => answer(false) })[event.key.toLowerCase()]?.();
  }
  return html`<div class="faces" onkeydown=${keys}>
    <h2 id="dialog-title">${t("confirm_title", { who })}</h2>
    <div class="row">
      <div class="alike">${sheet?.surely.map((of) => html`<${Face} key=${of} of=${of} />`)}</div>
      <p class="small muted">${t("confirm_pictures")}</p>
    </div>
    <p class="small" role="status">${t("to_confirm", { n: s.unsure })}</p>
    <div class="strip">${pictures.map((of) => html`<${Tile} key=${of} of=${of} marks=${marks} word="somebody_else" />`)}</div>
    <div class="actions">
      <${See} frame=${(pictures.find(marks.is) ?? pictures[0])?.[1]} />
      <${Button} word="close" class="quiet" act=${closeDialog} />
      <${Button} id="none-same" word="confirm_none" hotkey="R" act=${() => answer(false)} />
      <${Button} id="all-same" hotkey="Y" class="primary" autofocus act=${() => answer(true)}>
        ${marks.n ? t("confirm_but", { who, n: marks.n }) : t("confirm_all", { who, n: pictures.length })}
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
    // The others are shown when these were looked at.
    [shown, hidden] = [pictures, hides].map((all) => all.slice(0, fits)),
    of = [...shown, ...hidden].map((one) => one.join(":")).join(),
    [sheet, looked, again] = useSheet({ of }),
    marks = useMarks(), // pictures in which somebody is
    [word, label] = ASKED[error] ?? OF_DECISION[body.decision] ?? ["do_it"],
    draft = `${error}/${body.ids ?? body.track}`, // never that of another decision
    why = label && body.ids && draftOf(body.ids),
    reason = state.drafts[draft] ?? state.drafts[why] ?? body.reason ?? "",
    needed = ["alarm", "smaller"].includes(error),
    ready = sheet && (!needed || /[\p{L}\p{N}]/u.test(reason)),
    mark = error.startsWith("alarm") ? "somebody_here" : null;
  const act = async () => {
    if (!ready) return;
    await looked();
    const marked = shown.filter(marks.is),
      sure = { ...body, reason, but: [...(body.but ?? []), ...marked], sure: values.revision };
    if (await change(path, sure, done, then)) {
      forget(draft);
      endReason();
      closeDialog();
    } else if (state.dialog?.refusal === refusal) again(); // else there are more pictures
  };
  useEffect(() => {
    if (sheet && !label) document.getElementById("look-done").focus();
  }, [sheet]);
  useLayoutEffect(() => {
    if (state.drafts[why] === undefined) return;
    write(draft, state.drafts[why]); // typed before the question came, it is a reason of nothing else
    forget(why);
  }, []);
  const group = (all, words) =>
    all.length > 0 &&
    html`${hides.length > 0 && html`<h3>${t(words)}</h3>`}<div class="strip" data-asks=${words}>
      ${sheet && all.map((of) => html`<${Tile} key=${of} of=${of} marks=${marks} word=${mark} />`)}
    </div>`;
  return html`<div class="faces">
    <h2 id="dialog-title">${t(`look.${error}`)}</h2>
    <p>${said(refusal)}</p>
    ${group(shown, "will_show")} ${group(hidden, "will_hide")}
    ${
      label &&
      html`<${Field} id="look-why" draft=${draft} label=${t(label)} value=${reason} maxlength="500"
      onkeydown=${(e) => e.key === "Enter" && act()} />`
    }
    <div class="actions">
      <${See} frame=${[...pictures, ...hides][0][1]} />
      <${Button} word="cancel" class="quiet" act=${closeDialog} />
      <${Button} id="look-done" word=${marks.n ? "alarm_but" : word} class="primary" autofocus disabled=${!ready} act=${act} />
    </div>
  </div>`;
}
