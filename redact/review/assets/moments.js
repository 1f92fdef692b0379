// What was looked at, and where somebody is likeliest to be open: the risky moments, one by one.
import { html } from "./html.js";
import { select, state, title, toast } from "./store.js";
import { clock, t } from "./words.js";
import { Button, Reviewer } from "./controls.js";
import { closeDialog } from "./dialog.js";
import * as player from "./player.js";

const unseen = () => state.moments.filter((one) => !one.seen); // in order, the likeliest first

export function SeenPanel() {
  const s = state.summary,
    left = unseen();
  const meter = (n, of) =>
    html`<div class="meter"><span style=${{ width: `${of ? (100 * n) / of : 100}%` }} /></div>`;
  return html`
    <${Reviewer} id="reviewer" done=${t("done")} />
    <p class="small muted">${t("reviewer_note")}</p>
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
  state.moment = frame; // the place that it points to is marked there
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
/** The risky moment that was gone to, while its picture is shown. */
export const momentHere = () =>
  state.moment === state.frame ? state.moments.find(({ frame }) => frame === state.frame) : null;

/** How many of them were seen, in the head of the page. */
export function Pill() {
  const { moments, moments_seen: n } = state.summary,
    share = moments ? n / moments : 1;
  return html`<${Button} id="progress-pill" title="pill_title" named disabled=${Boolean(state.opening)} act=${() => (state.tab = "seen")}>
    <span id="progress-bar" style=${{ width: `${100 * share}%` }} />
    <span id="progress-text">${state.clip && (share >= 1 ? (moments ? `✓ ${t("all_moments")}` : t("no_moments")) : t("pill", { n, of: moments }))}</span>
  <//>`;
}
