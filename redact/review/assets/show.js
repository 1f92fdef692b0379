// A result or its report, shown by the page itself, with the path where it lies.
import { post } from "./api.js";
import { html, useSignal } from "./html.js";
import { state, toast, tried } from "./store.js";
import { current, t } from "./words.js";
import { Button } from "./controls.js";

const asked = (path, what, n) => post(path, { what, language: current(), n });

/** Show what was made of a video: "result", "report" or "pdf"; `n` names the video of a case. What
 *  the dialog shows now comes back afterwards. */
export async function show(what, n) {
  const back = state.dialog;
  const told = await tried(asked("show", what, n));
  if (told?.at) state.dialog = { kind: "show", what, n, back, ...told };
}
export function ShowDialog({ what, n, at, path, type, back }) {
  const lost = useSignal(false),
    file = { src: at, onerror: () => (lost.value = true) };
  const outside = () => tried(asked("open", what, n).then(() => toast(t("opening_outside"))));
  const views = {
    image: () => html`<img ...${file} alt=${t("view.result")} />`,
    video: () => html`<video ...${file} controls autoplay />`,
  };
  const report = () =>
    html`<iframe src=${at} title=${t("report")} sandbox=${what === "pdf" ? null : ""} />`;
  return html`
    <h2 id="dialog-title">${t(what === "result" ? "view.result" : "report")}</h2>
    <${Path} of=${path} />
    ${lost.value ? html`<p id="unplayable">${t("unplayable")}</p>` : (views[type] ?? report)()}
    <div class="actions">
      <${Button} word="outside" act=${outside} />
      <${Button} id="close-shown" word="close" class="primary" act=${() => (state.dialog = back)} />
    </div>
  `;
}
/** Where something lies, to be copied. */
export function Path({ of, id = "shown-path" }) {
  const copy = () => navigator.clipboard.writeText(of).then(() => toast(t("copied")));
  return html`<div class="path"><span id=${id}>${of}</span><${Button} word="copy" act=${copy} /></div>`;
}
