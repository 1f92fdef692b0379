// A button: with words, or with a picture whose words are its title; and the key that does the same.
import { html } from "./html.js";
import { keyNames, t } from "./words.js";

export const Icon = ({ d, children }) =>
  html`<svg viewBox="0 0 20 20" aria-hidden="true">${d ? html`<path d=${d} />` : children}</svg>`;

/** Of `word` or `title`, keys of the catalogue, the first is written on it, the other told by it; with
 *  `named`, what is written in it names it all the same. */
export function Button({ word, title, named, hotkey, pressed, act, children, ...props }) {
  const key = hotkey && keyNames(hotkey),
    told = title && (word ? t(title) : t(title) + (key ? ` (${key})` : ""));
  return html`<button
    onclick=${act}
    title=${told}
    aria-label=${word || named ? null : told}
    aria-pressed=${pressed == null ? null : String(pressed)}
    ...${props}
  >${word && t(word)}${children}${word && key && html`<kbd>${key}</kbd>`}</button>`;
}
