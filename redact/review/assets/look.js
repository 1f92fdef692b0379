// Light or dark, and the language: switched by two buttons, remembered by the browser.
import { html } from "./html.js";
import { hideToast, state } from "./store.js";
import { current, LANGUAGES, load } from "./words.js";
import { Button, Icon } from "./controls.js";

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("redact.theme", name);
}
async function setLanguage(name) {
  localStorage.setItem("redact.language", name);
  await load(name);
  if (!state.toast?.bad) hideToast(); // a fault stays until it has been read
}
const next = () => LANGUAGES[(LANGUAGES.indexOf(current()) + 1) % LANGUAGES.length];

/** Begin as it was left, or as the browser is. */
export async function beginLook() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches,
    page = document.documentElement;
  const asked = "chosen" in page.dataset ? page.lang : (navigator.language || "en").slice(0, 2);
  setTheme(localStorage.getItem("redact.theme") || (dark ? "dark" : "light"));
  await setLanguage(localStorage.getItem("redact.language") || asked);
}
export const LookButtons = () => html`
  <${Button} id="language" class="quiet icon" title="language" named act=${() => setLanguage(next())}>
    ${next().toUpperCase()}
  <//>
  <${Button} id="theme" class="quiet icon" title="theme"
    act=${() => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark")}>
    <${Icon}><circle cx="10" cy="10" r="7" /><path d="M10 3a7 7 0 0 1 0 14z" class="full" /><//>
  <//>
`;
