// Every word of the page from one catalogue per language; numbers and plurals by the browser's own
// rules for it. Whatever shows words is drawn anew when the language changes.
import { signal } from "./html.js";

/** Those of the catalogues, as the server told the page. */
export const LANGUAGES = (document.documentElement.dataset.languages ?? "en").split(" ");
const spoken = signal({ language: "en", catalogue: {} });

export async function load(wanted) {
  const language = LANGUAGES.includes(wanted) ? wanted : "en";
  const catalogue = await (await fetch(`/${language}.json`)).json();
  const [plural, numbers] = [new Intl.PluralRules(language), new Intl.NumberFormat(language)];
  document.documentElement.lang = language;
  spoken.value = { language, catalogue, plural, numbers };
}
export const current = () => spoken.value.language;
export const number = (value) => spoken.value.numbers.format(value);

/** The words of a key, `{name}` filled in; of several texts, `values.n` chooses by
 *  the rules of plural of the language. */
export function t(key, values = {}) {
  const { catalogue, plural } = spoken.value;
  let text = catalogue[key] ?? key;
  if (typeof text !== "string") text = text[plural.select(values.n ?? 0)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : (values[name] ?? ""),
  );
}
/** Why something was decided: what a person wrote, or a reason of the program in this language. */
export const reasonWords = (reason) => spoken.value.catalogue[`reason.${reason}`] ?? reason;
export const isOwnReason = (reason) => `reason.${reason}` in spoken.value.catalogue;
/** Keys by what is printed on them. */
export const keyNames = (keys) =>
  keys.replace(/Space|Shift|Home|End|Enter|Esc/g, (name) => t(`key.${name}`));

/** A refusal, or what stopped a piece of work: what was wrong, and what to do. */
export function said(error) {
  const words = error.said?.[current()];
  return words ? words.filter(Boolean).map(sentence).join(" ") : t("look_again");
}
/** What to do begins with a capital; what was wrong may begin with the name of a file. */
const sentence = (text, i) =>
  (i ? text[0].toUpperCase() + text.slice(1) : text).replace(/([^.?!…])$/, "$1.");

/** About how long something still takes, in words. */
const duration = (seconds) =>
  seconds < 90
    ? t("seconds", { n: Math.max(5, 5 * Math.round(seconds / 5)) })
    : t("minutes", { n: Math.round(seconds / 60) });

/** Seconds as 1:02.5, with an hour only where there is one. */
export function clock(seconds, digits = 1) {
  const scale = 10 ** digits,
    whole = Math.floor(seconds * scale + 1e-6),
    all = Math.abs(whole) / scale,
    [h, m] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)];
  const rest = (all % 60).toLocaleString(current(), {
    minimumIntegerDigits: 2,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const minutes = h ? `${h}:${String(m).padStart(2, "0")}` : m;
  return `${whole < 0 ? "−" : ""}${minutes}:${rest}`;
}
/** From when to when; a moment is told once. */
export const span = (from, to) => [...new Set([clock(from), clock(to)])].join(" – ");

/** How far a piece of work is, in words. */
export function stageWords({ stage, done, total, left }) {
  const parts = [t(`stage.${stage || "start"}`)];
  if (total) parts.push(t("percent", { n: Math.min(100, Math.round((100 * done) / total)) }));
  if (left != null) parts.push(t("time_left", { time: duration(left) }));
  return parts.join(" · ");
}
