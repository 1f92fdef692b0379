// What a person presses, writes in, chooses from, and waits for.
import { html, useRef } from "./html.js";
import { state } from "./store.js";
import { keyNames, t } from "./words.js";

export const Icon = ({ d, children }) =>
  html`<svg viewBox="0 0 20 20" aria-hidden="true">${d ? html`<path d=${d} />` : children}</svg>`;

/** A button: with words, or with a picture whose words are its title; and the key that does the same.
 *  Of `word` or `title`, keys of the catalogue, the first is written on it, the other told by it; with
 *  `named`, what is written in it names it all the same. */
export function Button({ word, title, named, hotkey, pressed, act, children, ...props }) {
  const acts = useRef(null); // about whom
  /** A second press while the first is still answered means the same, and not what comes next; unless
   *  somebody else was chosen in between. */
  const press = async (event) => {
    const about = String(state.selected);
    if (acts.current === about) return;
    acts.current = about;
    try {
      await act?.(event);
    } finally {
      if (acts.current === about) acts.current = null;
    }
  };
  const key = hotkey && keyNames(hotkey),
    written = key && (word || !title), // the key: a screen reader tells it beside the name
    told = title && (word ? t(title) : t(title) + (key ? ` (${key})` : ""));
  return html`<button
    onclick=${press}
    title=${told}
    aria-label=${word || named ? null : told}
    aria-pressed=${pressed == null ? null : String(pressed)}
    aria-keyshortcuts=${written ? hotkey : null}
    ...${props}
  >${word && t(word)}${children}${written && html`<kbd aria-hidden="true">${key}</kbd>`}</button>`;
}
let pressed = false;
for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
  document.addEventListener(kind, (event) => (pressed = event.buttons > 0), true);
/** Once no mouse button or finger is down, and what is under it has had its click: drawn anew before,
 *  that would be lost. */
export async function released() {
  while (pressed) await new Promise((done) => setTimeout(done, 20));
}

/** What is written in a field stays, whatever is drawn anew or refused or loaded again, until it was
 *  taken and is forgotten. */
export const write = (draft, text) => (state.drafts = { ...state.drafts, [draft]: text });
export function forget(...names) {
  const drafts = { ...state.drafts };
  for (const name of names) delete drafts[name];
  state.drafts = drafts;
}
/** A line of text. `take` gets what was written, and gives whether that was taken. */
export function Field({ id, draft = id, label, value = "", take, ...props }) {
  const changed = async (e) => {
    if (take && (await take(e.target.value))) forget(draft);
  };
  return html`${label && html`<label for=${id}>${label}</label>`}
    <input type="text" id=${id} value=${state.drafts[draft] ?? value} oninput=${(e) => write(draft, e.target.value)} onchange=${changed} ...${props} />`;
}

/** The reasons of the case by their codes, each chosen with one click. */
export const Codes = ({ value, take }) => {
  const code = ([
    name,
    meaning,
  ]) => html`<${Button} key=${name} class="small" pressed=${value === name}
    data-code=${name} act=${() => take(name)}><b>${name}</b> ${meaning}<//>`;
  const { codes } = state.clip;
  return (
    codes.length > 0 &&
    html`<div class="row codes" role="group" aria-label=${t("codes")}>${codes.map(code)}</div>`
  );
};

/** One of several values, which goes to `take`: the values, or each with its words; those of a value
 *  alone stand below `words`. */
export function Choices({ id, label, values, words, value, take, ...props }) {
  const option = (one) => {
    const [name, said] = Array.isArray(one) ? one : [one, t(`${words}.${one}`)];
    return html`<option value=${name} selected=${name === value}>${said}</option>`;
  };
  return html`${label && html`<label for=${id}>${label}</label>`}
    <select id=${id} value=${value} onchange=${(e) => take(e.target.value)} ...${props}>${values.map(option)}</select>`;
}
/** The same as buttons beside each other; `extra` gives what else one of them has. */
export const Radios = ({ values, words, value, take, extra }) =>
  values.map((name, i) => {
    const now = String(value === name);
    return html`<button role="radio" aria-checked=${now} data-value=${name} onclick=${() => take(name)} ...${extra?.(name, i)}>
      ${t(`${words}.${name}`)}</button>`;
  });
/** How far a piece of work is. As long as nobody knows how much it is, the bar only moves. */
export function Bar({ of: job, ...props }) {
  const share = job?.total ? { max: job.total, value: Math.min(job.done, job.total) } : {};
  return html`<progress key=${Boolean(job?.total)} aria-label=${t(`stage.${job?.stage || "start"}`)} ...${share} ...${props} />`;
}
