// Every word of the page from one catalogue per language.
let catalogue = {};
let language = "en";
export const LANGUAGES = ["en", "fr"];

export async function load(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "en";
  catalogue = await (await fetch(`/${language}.json`)).json();
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) labelled(node, t(node.dataset.word));
  for (const node of document.querySelectorAll("[data-title]")) {
    const words =
      t(node.dataset.title) + (node.dataset.key ? ` (${keyNames(node.dataset.key)})` : "");
    node.title = words;
    node.setAttribute("aria-label", words);
  }
  for (const node of document.querySelectorAll("[data-label]"))
    node.setAttribute("aria-label", t(node.dataset.label));
}

function labelled(node, words) {
  node.textContent = words;
  if (node.dataset.key) {
    const key = document.createElement("kbd");
    key.textContent = keyNames(node.dataset.key);
    node.append(key);
  }
}

/** The words of a key, `{name}` filled in; of two texts, `one` and `many`, `values.n` chooses. */
export function t(key, values = {}) {
  let text = catalogue[key] ?? key;
  if (typeof text !== "string")
    text = values.n === 1 || (language === "fr" && values.n === 0) ? text.one : text.many;
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : (values[name] ?? ""),
  );
}
/** Why something was decided: what a person wrote, or a reason of the program in this language. */
export const reasonWords = (reason) => catalogue[`reason.${reason}`] ?? reason;
export const isOwnReason = (reason) => `reason.${reason}` in catalogue;
/** Keys by what is printed on them. */
export const keyNames = (keys) =>
  keys.replace(/Space|Shift|Home|End|Enter|Esc/g, (name) => t(`key.${name}`));
export const current = () => language;
export const number = (value) => new Intl.NumberFormat(language).format(value);

/** About how long something still takes, in words. */
export const duration = (seconds) =>
  seconds < 90
    ? t("seconds", { n: Math.max(5, 5 * Math.round(seconds / 5)) })
    : t("minutes", { n: Math.round(seconds / 60) });

/** Seconds as 1:02.5, with an hour only where there is one. */
export function clock(seconds, digits = 1) {
  const scale = 10 ** digits;
  const all = Math.max(0, Math.floor(seconds * scale + 1e-6)) / scale;
  const h = Math.floor(all / 3600),
    m = Math.floor((all % 3600) / 60),
    s = all % 60;
  const rest = s.toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  const text = h ? `${h}:${String(m).padStart(2, "0")}:${rest}` : `${m}:${rest}`;
  return language === "fr" ? text.replace(".", ",") : text;
}
/** From when to when; a moment is told once. */
export function span(from, to, between = " – ") {
  return [...new Set([clock(from), clock(to)])].join(between);
}
