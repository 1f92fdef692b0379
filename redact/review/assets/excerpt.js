// The part that is made: from the picture "in" to the picture "out", both included.
import { html } from "./html.js";
import { change, state, toast } from "./store.js";
import { clock, t } from "./words.js";
import { Button } from "./controls.js";

const last = () => state.frames - 1;
const marked = () => state.summary.excerpt || [0, last()];
/** When the excerpt begins and ends, in seconds; null where everything is made. */
export function span() {
  if (!state.summary.excerpt) return null;
  const [a, b] = state.summary.excerpt;
  return [state.times[a], state.times[b + 1] ?? state.duration];
}
const between = () => t("excerpt_from_to", { from: clock(span()[0], 2), to: clock(span()[1], 2) });
async function mark(first, end) {
  const told = await change("excerpt", { first, last: end });
  if (told) toast(span() ? between() : t("excerpt_all"));
}
export const beginHere = () => mark(state.frame, Math.max(state.frame, marked()[1]));
export const endHere = () => mark(Math.min(state.frame, marked()[0]), state.frame);
export const all = () => mark(null, null);
/** From where somebody is first seen to where they are last seen. */
export function around(subject) {
  const runs = subject.tracks.flatMap((track) => track.runs);
  return mark(Math.min(...runs.map(([a]) => a)), Math.max(...runs.map(([, b]) => b)));
}
/** What is made, and the way back to all of it. */
export const Part = () =>
  span() &&
  html`<p id="excerpt" class="row">
    <span class="grow">${between()}</span><${Button} id="excerpt-all" word="excerpt_all" act=${all} />
  </p>`;
