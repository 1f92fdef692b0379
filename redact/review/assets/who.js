// Who decides: asked when the page opens, remembered by this machine, told with every decision.
import { html } from "./html.js";
import { change, state } from "./store.js";
import { t } from "./words.js";
import { Button, Field, forget } from "./controls.js";
import { closeDialog } from "./dialog.js";

/** Whether it was taken. */
async function take(name) {
  if (!(await change("reviewer", { name }))) return false;
  state.person = name.trim();
  state.clip = { ...state.clip, ask_who: false };
  return true;
}
export const Name = (props) =>
  html`<${Field} draft="person" value=${state.person} maxlength="120" take=${take} ...${props} />`;

export const askWho = () => (state.dialog = { kind: "who" });
export function WhoDialog() {
  const begin = async () => {
    if (!(await take(state.drafts.person ?? state.person))) return;
    forget("person");
    closeDialog();
  };
  return html`
    <h2 id="dialog-title">${t("who_are_you")}</h2>
    <${Name} id="who" take=${null} aria-label=${t("who_are_you")} onkeydown=${(e) => e.key === "Enter" && begin()} />
    <p class="small muted">${t("who_note")}</p>
    <div class="actions"><${Button} id="begin" word="begin_work" class="primary" act=${begin} /></div>
  `;
}
/** In the head of the page; a click asks anew. */
export const Person = () => html`<${Button} id="person" class="quiet" title="who_are_you" named
  hidden=${!state.clip} act=${askWho}>${state.person || t("nobody_named")}<//>`;
