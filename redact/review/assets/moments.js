// What was looked at, and where somebody is likeliest to be open: the risky moments, one by one.
import { html } from "./html.js";
import { select, state, title, toast } from "./store.js";
import { clock, t } from "./words.js";
import { Button } from "./controls.js";
import { closeDialog } from "./dialog.js";
import * as player from "./player.js";
import { isWhole, standing, standingWords } from "./standing.js";

const unseen = () => state.moments.filter((one) => !one.seen); // in order, the likeliest first

export function SeenPanel() {
  const s = state.summary,
    left = unseen();
  const meter = (n, of) =>
    html`<div class="meter"><span style=${{ width: `${of ? (100 * n) / of : 100}%` }} /></div>`;
  return html`
    <p class=${isWhole(standing()) ? "whole" : "doubt"}>${standingWords(standing())}</p>
    <p class="small muted">${t("colour_rule")}</p>
    <h3>${t("seen_frames", { n: s.frames_seen, of: s.frames })}</h3>
    ${meter(s.frames_seen, s.frames)}
    ${s.frames_seen_fast_only > 0 && html`<p class="small muted">${t("seen_fast", { n: s.frames_seen_fast_only })}</p>`}
    <h3>${t("seen_moments", { n: s.moments_seen, of: s.moments })}</h3>
    ${meter(s.moments_seen, s.moments)}
    <p class="small">${left.length ? t("moments_note") : allSeen()}</p>
    <div class="row">
      ${left.length > 0 && html`<${Button} word="next_moment" class="primary" act=${nextMoment} />`}
      ${state.moments.length > 0 && html`<${Button} id="open-sheet" word="sheet" hotkey="M" act=${openSheet} />`}
    </div>
  `;
}
/** When a moment is, and whom it is about. */
export function when(frame, track) {
  const who = state.subjects.get(state.ofTrack.get(track));
  return clock(state.times[frame]) + (who ? ` · ${title(who)}` : "");
}
export const openSheet = () => (state.dialog = { kind: "moments" });
export function goMoment(frame, track) {
  closeDialog();
  state.moment = `${frame}/${track}`; // of several in a picture, this one is marked there
  select(state.ofTrack.get(track) ?? []); // keys decide about nobody else
  player.goTo(frame);
}
/** Where there is nothing to look at, nothing was looked at. */
const allSeen = () =>
  state.summary.moments ? `✓ ${t("all_moments")}. ${notLookedAt()}` : t("no_moments");
/** What was not looked at, beside the risky moments. */
export function notLookedAt() {
  const { frames, frames_seen: seen } = state.summary;
  return seen < frames ? t("not_looked_at", { n: frames - seen, of: frames }) : "";
}
export function nextMoment() {
  const left = unseen(),
    next = left.find((one) => one.frame !== state.frame) || left.find((one) => one.why === "drawn");
  if (!next) return toast(allSeen());
  goMoment(next.frame, next.track);
}
export const nextUnseen = () => goMoment(state.wasSeen.indexOf(0));
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

/** How far the review is, in the head of the page. */
export function Pill() {
  const now = standing(),
    { moments, moments_seen: n } = now,
    share = (now.decided + n) / Math.max(1, now.people + moments);
  return html`<${Button} id="progress-pill" title="colour_rule" named class=${isWhole(now) ? "whole" : ""}
    disabled=${Boolean(state.opening)} act=${() => (state.tab = "seen")}>
    <span id="progress-bar" style=${{ width: `${100 * share}%` }} />
    <span id="progress-text">${state.clip && `${isWhole(now) ? "✓ " : ""}${t("pill_short", { n: now.people, decided: now.decided, seen: n, of: moments })}`}</span>
  <//>`;
}
