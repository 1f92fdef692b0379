// Fields to write in, and to choose from.
import { html } from "./html.js";
import { change, state } from "./store.js";
import { t } from "./words.js";

/** A draft goes once it was taken. */
export function forget(...names) {
  const drafts = { ...state.drafts };
  for (const name of names) delete drafts[name];
  state.drafts = drafts;
}
/** A line of text. What was typed stays, whatever is drawn anew or refused or loaded again, until
 *  `take` has it: it gets the text, and gives whether that was taken. */
export function Field({ id, draft = id, label, value = "", take, ...props }) {
  const typed = (e) => (state.drafts = { ...state.drafts, [draft]: e.target.value });
  const changed = async (e) => {
    if (take && (await take(e.target.value))) forget(draft);
  };
  return html`${label && html`<label for=${id}>${label}</label>`}
    <input type="text" id=${id} value=${state.drafts[draft] ?? value} oninput=${typed} onchange=${changed} ...${props} />`;
}

/** One of several values, each with its words; the chosen one is `state[key]`, or goes to `take`. */
export const Choices = ({ id, label, values, value, take, ...props }) => html`
  ${label && html`<label for=${id}>${label}</label>`}
  <select id=${id} value=${value} onchange=${(e) => take(e.target.value)} ...${props}>
    ${values.map(([name, words]) => html`<option value=${name} selected=${name === value}>${words}</option>`)}
  </select>
`;

/** Who decides, kept with the plan: it stands in the record. */
export const Reviewer = ({
  id,
  done = "",
}) => html`<${Field} id=${id} draft="reviewer" maxlength="120"
  label=${t("reviewer")} value=${state.summary.reviewer} take=${(name) => change("reviewer", { name }, done)} />`;
