// What is made: the part from the picture "in" to the picture "out", both included; and stills of it.
import { post } from "./api.js";
import { html } from "./html.js";
import { change, state, toast, tried } from "./store.js";
import { clock, t } from "./words.js";
import { Button } from "./controls.js";

const marked = () => state.summary.excerpt ?? [0, state.frames - 1];
/** When the excerpt begins and ends, in seconds; null where everything is made. */
export function span() {
  if (!state.summary.excerpt) return null;
  const [a, b] = state.summary.excerpt;
  return [state.times[a], state.times[b + 1] ?? state.duration];
}
function between() {
  const [from, to] = span().map((seconds) => clock(seconds, 2));
  return t("excerpt_from_to", { from, to });
}
async function mark(first, last) {
  const told = await change("excerpt", { first, last });
  if (told) toast(span() ? between() : t("excerpt_all"));
}
export const beginHere = () => mark(state.frame, Math.max(state.frame, marked()[1]));
export const endHere = () => mark(Math.min(state.frame, marked()[0]), state.frame);
/** From where somebody is first seen to where they are last seen. */
export const around = ({ first, last }) => mark(first, last);
/** What is made, and the way back to all of it. */
export const Part = () =>
  span() &&
  html`<p id="excerpt" class="row">
    <span class="grow">${between()}</span>
    <${Button} id="excerpt-all" word="excerpt_all" act=${() => mark(null, null)} />
  </p>`;

/** Save the picture on the screen as it is in the result. */
export async function saveStill() {
  const told = await tried(post("still", { ...state.wish, n: state.frame }));
  if (told) toast(t("still_saved", { name: told.name }));
}
