// The head of the page, with who decides, and the language.
import { isOneOfSeveral, post } from "./api.js";
import { html } from "./html.js";
import { change, hideToast, redo, state, undo } from "./store.js";
import { current, LANGUAGES, load, stageWords, t } from "./words.js";
import { Button, Field, forget, Icon } from "./controls.js";
import { closeDialog } from "./dialog.js";
import { askFinish } from "./finish.js";
import { showKeys } from "./keys.js";
import { Pill } from "./moments.js";

export const Logo = () =>
  html`<h1><img src="/icon.svg" alt="" width="24" height="24" />redact</h1>`;
const kept = () => (state.unsaved ? `✕ ${t("unsaved")}` : `✓ ${t("saved")}`);

export const Header = ({ name, plan }) => html`<header>
  <${Logo} />
  <a id="all-videos" href="/" hidden=${!isOneOfSeveral}>${t("all_videos")}</a>
  <span id="clip-name" title=${plan}>${name}</span>
  <span id="saved" role="status">${state.job ? stageWords(state.job) : state.clip && kept()}</span>
  <${Button} id="stop" word="stop" hidden=${!state.job} act=${() => post("stop")} />
  <span class="grow" />
  <${Pill} />
  <${Button} id="person" class="quiet" title="who_are_you" named hidden=${!state.clip} act=${askWho}>${state.person || t("nobody_named")}<//>
  <span class="group">
    <${Button} id="undo" class="quiet icon" title="undo" hotkey="Ctrl Z" disabled=${!state.undo} act=${undo}>
      <${Icon} d="M7.5 4 3.5 8l4 4M4 8h8a4.5 4.5 0 0 1 0 9h-3" />
    <//>
    <${Button} id="redo" class="quiet icon" title="redo" hotkey="Ctrl Shift Z" disabled=${!state.redo} act=${redo}>
      <${Icon} d="m12.5 4 4 4-4 4M16 8H8a4.5 4.5 0 0 0 0 9h3" />
    <//>
    <${Language} />
    <${Button} id="help" class="quiet icon" title="keys" hotkey="?" act=${showKeys}>?<//>
  </span>
  <${Button} id="finish" title="finish" hotkey="Ctrl Enter" named class="primary" disabled=${Boolean(state.opening)} act=${askFinish}>${t("finish")}<//>
</header>`;

async function speak(language) {
  localStorage.setItem("redact.language", language);
  await load(language);
  if (!state.toast?.bad) hideToast(); // a fault stays until it has been read
}
/** Begin as it was left, or as the command line or the browser is. */
export function beginLanguage() {
  const page = document.documentElement,
    asked = "chosen" in page.dataset ? page.lang : (navigator.language || "en").slice(0, 2);
  return speak(localStorage.getItem("redact.language") || asked);
}
export function Language() {
  const next = LANGUAGES[(LANGUAGES.indexOf(current()) + 1) % LANGUAGES.length];
  return html`<${Button} id="language" class="quiet icon" title="language" named act=${() => speak(next)}>${next.toUpperCase()}<//>`;
}

/** Whether it was taken. */
async function take(name) {
  if (!(await change("reviewer", { name }))) return false;
  state.person = name.trim();
  state.clip = { ...state.clip, ask_who: false };
  return true;
}
/** Who decides: asked when the page opens, remembered by this machine, told with every decision. */
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
