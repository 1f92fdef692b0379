// How many more there are than a list has room for.
import { html } from "./html.js";
import { t } from "./words.js";

export const More = ({ n, word = "and_more" }) =>
  n > 0 && html`<p class="small muted">${t(word, { n })}</p>`;
