// Light or dark, and the language: switched by two buttons, remembered by the browser.
import { hideToast, tell } from "./store.js";
import { current, LANGUAGES, load } from "./words.js";

const $ = (id) => document.getElementById(id);
function theme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("redact.theme", name);
  tell("theme");
}
/** Begin as it was left, or as the browser is; `anew` draws the page once there are other words. */
export async function beginLook(anew) {
  const language = async (name) => {
    localStorage.setItem("redact.language", name);
    await load(name);
    // What was said in the other language goes; a fault stays until it has been read.
    if (!$("toasts").querySelector(".bad")) hideToast();
    $("language").textContent = LANGUAGES.find((other) => other !== current()).toUpperCase();
    await anew();
  };
  $("theme").onclick = () =>
    theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  $("language").onclick = () => language(LANGUAGES.find((other) => other !== current()));
  theme(
    localStorage.getItem("redact.theme") ||
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  );
  const page = document.documentElement;
  const asked = "chosen" in page.dataset ? page.lang : (navigator.language || "en").slice(0, 2);
  await language(localStorage.getItem("redact.language") || asked);
}
