// Close pictures side by side, which a person looks at before somebody is shown or hidden: the server
// refuses the change, tells them, and takes it once they were on the screen.
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

/** Ask about all pictures in which nobody is sure of the chosen one, as many at a time as fit. */
export function openConfirm() {
  const { one } = state;
  if (!one?.unsure) return toast(t(one ? "nothing_to_confirm" : "choose_first"));
  return edit("confirm", { id: one.id }, t("done"), () => state.one?.unsure && openConfirm());
}

/** For what a look is asked: the words of the button; of the reason, where it takes one; of a picture
 *  that is marked; and of the button once one is. */
const ASKED = {
  look_first: ["uncover"],
  alarm: ["no_face", "reason_for.none", "somebody_here", "alarm_but"],
  alarm_unsure: ["no_face", "reason_for.none", "somebody_here", "alarm_but"],
  smaller: ["make_smaller", "smaller_reason"],
  join_apart: ["join"],
  confirm: ["confirm_yes", null, "somebody_else", "confirm_but"],
};
const OF_DECISION = { keep: ["keep", "reason_for.keep"], hide: ["hide", "reason_for.hide"] };
/** What was asked for needs a look first: at who will be visible, and at who will be hidden, or is
 *  surely meant; and of a decision, a reason. Then it is asked for again, and `then` follows. */
export function LookDialog({ path, body, done, then, refusal }) {
  const { error, pictures, hides, values } = refusal,
    // The others are shown when these were looked at.
    shown = pictures.slice(0, Math.max(room() / 2, room() - 2 * hides.length)),
    hidden = hides.slice(0, room() / 2),
    [word, label, mark, but] = ASKED[error] ?? OF_DECISION[body.decision] ?? ["do_it"],
    draft = `${error}/${body.ids ?? body.track}`, // never that of another decision
    why = label && body.ids && draftOf(body.ids),
    reason = state.drafts[draft] ?? state.drafts[why] ?? body.reason ?? "",
    needed = ["alarm", "smaller"].includes(error),
    since = useSignal(0), // when the pictures came; 0 as long as they have not
    marked = useSignal([]),
    now = useRef();
  now.current = { ready: since.value && (!needed || /[\p{L}\p{N}]/u.test(reason)) };
  const load = async () => {
    const all = [...shown, ...hidden],
      of = all.map((one) => one.join(":")).join(),
      [sizes, data] = unpacked(await bytes("sheet", { of }));
    let at = 0;
    for (const [i, [track, frame]] of all.entries())
      await keep("face", { track, frame }, data.subarray(at, (at += sizes[i])));
    since.value = performance.now();
  };
  useEffect(() => {
    [since.value, marked.value] = [0, []];
    tried(load());
  }, [refusal]);
  useEffect(() => {
    if (since.value && !label) document.getElementById("look-done").focus();
  }, [since.value]);
  useLayoutEffect(() => {
    if (state.drafts[why] === undefined) return;
    write(draft, state.drafts[why]); // typed before the question came, it is a reason of nothing else
    forget(why);
  }, [draft]);
  const act = async () => {
    if (!now.current.ready) return;
    const left = since.value + LOOK * (shown.length + hidden.length) - performance.now(),
      how = { view: "closely", speed: "still" },
      looked = [...shown, ...hidden].map(([subject, frame]) => ({
        ...how,
        subject,
        frames: [frame],
      }));
    since.value = 0; // a key that is pressed twice answers once
    await new Promise((done) => setTimeout(done, left));
    await inTurn(async () => taken(await post("seen", { shown: looked })));
    const sure = { shown, but: [...(body.but ?? []), ...marked.value], sure: values.revision };
    if (await change(path, { ...body, reason, ...sure }, done, then)) {
      forget(draft);
      endReason();
      closeDialog();
    } else if (state.dialog?.refusal === refusal) load(); // else there are more pictures
  };
  const group = (all, words, word) =>
    all.length > 0 &&
    html`${hides.length > 0 && html`<h3>${t(words)}</h3>`}<div class="strip" data-asks=${words}>
      ${since.value > 0 && all.map((of) => html`<${Tile} key=${of} of=${of} marked=${marked} word=${word} />`)}
    </div>`;
  const see = () => {
    closeDialog();
    player.reveal([...marked.value, ...pictures, ...hides][0][1]);
  };
  return html`<div class="faces">
    <h2 id="dialog-title">${t(`look.${error}`, { who: state.one && title(state.one) })}</h2>
    <p>${said(refusal)}</p>
    ${error === "confirm" && group(hidden, "surely")} ${group(shown, "will_show", mark)}
    ${error !== "confirm" && group(hidden, "will_hide")}
    ${
      label &&
      html`<${Field} id="look-why" draft=${draft} label=${t(label)} value=${reason} maxlength="500"
      onkeydown=${(e) => e.key === "Enter" && act()} />`
    }
    <div class="actions">
      <${Button} word="see_first" class="quiet" act=${see} />
      <${Button} word="cancel" class="quiet" act=${closeDialog} />
      <${Button} id="look-done" word=${marked.value.length ? but : word} class="primary" autofocus disabled=${!now.current.ready} act=${act} />
    </div>
  </div>`;
}
/** One picture with its time; with `word`, a button that marks it so. */
function Tile({ of, marked, word }) {
  const yes = marked.value.includes(of),
    mark = () =>
      (marked.value = yes ? marked.value.filter((o) => o !== of) : [...marked.value, of]),
    words = html`<${Face} of=${of} /><span>${yes ? t(word) : clock(state.times[of[1]], 2)}</span>`;
  return word
    ? html`<${Button} class="picture" title=${word} named data-frame=${of[1]} pressed=${yes} act=${mark}>${words}<//>`
    : html`<figure class="picture" data-frame=${of[1]}>${words}</figure>`;
}
