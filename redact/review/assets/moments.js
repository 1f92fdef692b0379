// What was looked at, and where somebody is likeliest to be open: the risky moments, one by one.
import { html } from "./html.js";
import { select, state, title, toast } from "./store.js";
import { t } from "./words.js";
import { Button } from "./controls.js";
import { closeDialog } from "./dialog.js";
import * as player from "./player.js";
import { isWhole, standing } from "./standing.js";

export function goMoment(frame, track) {
  closeDialog();
  state.moment = `${frame}/${track}`; // of several in a picture, this one is marked there
  select(state.ofTrack.get(track) ?? []); // keys decide about nobody else
  player.goTo(frame);
}
/** The likeliest that was not seen. Where there is nothing to look at, nothing was looked at. */
export function nextMoment() {
  const left = state.moments.filter((one) => !one.seen),
    next = left.find((one) => one.frame !== state.frame) || left.find((one) => one.why === "drawn");
  if (next) return goMoment(next.frame, next.track);
  const { moments, frames, frames_seen: seen } = state.summary,
    rest = seen < frames ? t("not_looked_at", { n: frames - seen, of: frames }) : "";
  toast(moments ? `✓ ${t("all_moments")}. ${rest}` : t("no_moments"));
}
/** The first picture that was not looked at. */
export function nextUnseen() {
  const [[first, last] = [1]] = state.seen;
  goMoment(first ? 0 : last + 1);
}
/** The risky moment of the picture that is shown; of several, the one that was gone to. */
export function momentHere() {
  const here = state.playing ? [] : state.moments.filter(({ frame }) => frame === state.frame);
  return here.find(({ frame, track }) => state.moment === `${frame}/${track}`) ?? here[0];
}
/** What may be wrong there. */
export const whyWords = ({ why, track }) => {
  const who = state.subjects.get(state.ofTrack.get(track));
  return t(`why.${why}`, { who: who && title(who) });
};

/** How far the review is, in the head of the page; it leads to what is left. */
export function Pill() {
  const now = standing(),
    { people: n, decided, moments: of, moments_seen: seen } = now,
    [share, whole] = [(decided + seen) / Math.max(1, n + of), isWhole(now)];
  return html`<${Button} id="progress-pill" title="colour_rule" named class=${whole ? "whole" : ""}
    disabled=${Boolean(state.opening)} act=${() => (state.dialog = { kind: "finish" })}>
    <span id="progress-bar" style=${{ width: `${100 * share}%` }} />
    <span id="progress-text">${state.clip && `${whole ? "✓ " : ""}${t("pill_short", { n, decided, seen, of })}`}</span>
  <//>`;
}
