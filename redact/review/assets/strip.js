// How each kept person will be seen: small pictures of the result, with all in which something is wrong.
import { html, useEffect, useRef } from "./html.js";
import { select, state, title, useAnswer } from "./store.js";
import { clock, t } from "./words.js";
import { Button, More } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { Scene } from "./picture.js";
import * as player from "./player.js";

const MOST = 300; // pictures; who is hidden in more is looked at in the player

/** One strip for each who is kept; none where nobody is. */
export const Strips = () =>
  [...state.subjects.values()]
    .filter((s) => s.decision === "keep")
    .map((s) => html`<${Strip} key=${s.id} of=${s} />`);

function Strip({ of: s }) {
  const told = useAnswer("strip", { id: s.id }, [state.revision]),
    all = told?.pictures ?? [],
    bad = (mark) => all.filter((picture) => picture[2] === mark).length;
  // What is wrong is in sight at once, and not below dozens of pictures in which nothing is.
  const strip = useRef(null);
  useEffect(() => {
    const first = strip.current?.querySelector(".covered, .unsure");
    if (first) strip.current.scrollTop = first.offsetTop - strip.current.offsetTop;
  }, [told]);
  const go = (frame) => {
    closeDialog();
    select(s.id);
    player.show(frame);
  };
  const picture = ([frame, track, mark]) => {
    const words = mark && html`<b> ${t(`strip.${mark}`)}</b>`;
    return html`<${Button} key=${frame} class=${`picture ${mark}`} title="go_there" named data-frame=${frame}
      data-mark=${mark} act=${() => go(frame)}>
      <${Scene} n=${frame} track=${track} shown=${frame} closely />
      <span>${clock(state.times[frame], 2)}${words}</span>
    <//>`;
  };
  return html`<h3>${t("strip", { who: title(s) })}</h3>
    <p class="small muted">
      ${told && !bad("covered") && !bad("unsure") && `${t("strip_good")} `}
      ${bad("covered") > 0 && `${t("strip_covered", { n: bad("covered") })} `}
      ${bad("unsure") > 0 && `${t("strip_unsure", { n: bad("unsure") })} `}
      ${told && all.length < s.frames && t("strip_some", { n: s.frames, shown: all.length })}
    </p>
    <div class="strip" ref=${strip} role="group" aria-label=${t("strip", { who: title(s) })}>
      ${all.slice(0, MOST).map(picture)}
    </div>
    <${More} n=${all.length - MOST} />`;
}
