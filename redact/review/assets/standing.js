// How far a review is, by one rule: it is whole once everybody is decided about, every risky moment was
// seen and every finding answered. Only what is whole is green.
import { kindOf, state } from "./store.js";
import { t } from "./words.js";

/** Of the video that is open. */
export const standing = () => ({
  ...state.summary,
  people: state.subjects.size,
  decided: [...state.subjects.values()].filter((s) => kindOf(s) !== "open").length,
});
export const isWhole = (of) =>
  of.decided === of.people &&
  of.moments_seen === of.moments &&
  of.findings_answered === of.findings;
/** The same in words, with how much of the video was on the screen. */
export const standingWords = (of) =>
  [
    t("reviewed_people", { n: of.people, decided: of.decided }),
    of.moments ? t("pill", { n: of.moments_seen, of: of.moments }) : t("no_moments"),
    of.findings > 0 && t("reviewed_findings", { n: of.findings, answered: of.findings_answered }),
    t("reviewed_watched", { n: Math.floor((100 * of.frames_seen) / Math.max(1, of.frames)) }),
  ]
    .filter(Boolean)
    .join(" · ");
