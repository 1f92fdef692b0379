// Folders to choose from, where no case was named.
import { post } from "./api.js";
import { html, useEffect, useSignal } from "./html.js";
import { tried } from "./store.js";
import { t } from "./words.js";
import { Button } from "./controls.js";

/** `chosen` is called once a folder was taken. */
export function Folders({ chosen }) {
  const here = useSignal(null);
  const go = (folder) => tried(post("folders", { in: folder }).then((told) => (here.value = told)));
  useEffect(() => void go(""), []);
  if (!here.value) return null;
  const { in: path, up, folders, videos } = here.value,
    line = path.includes("\\") ? "\\" : "/",
    inside = (name) => `${path.replace(/[\\/]$/, "")}${line}${name}`;
  const take = () => tried(post("choose", { folder: path }).then(chosen));
  return html`<div id="folders">
    <div class="lead"><h2>${t("choose_folder")}</h2></div>
    <p class="muted">${t("choose_folder_note")}</p>
    <div id="where">
      <${Button} id="up" class="icon" title="folder_up" disabled=${up === path} act=${() => go(up)}>↑<//>
      <input type="text" id="path" value=${path} aria-label=${t("folder")} onchange=${(e) => go(e.target.value)} />
    </div>
    <ul id="folder-list">
      ${folders.map(
        (name) => html`<li key=${name}>
          <button class="quiet" data-folder=${name} onclick=${() => go(inside(name))}>▸ ${name}</button>
        </li>`,
      )}
      ${!folders.length && html`<li class="empty muted">${t("no_folders")}</li>`}
    </ul>
    <div id="choose-row">
      <span class="muted">${t("videos_here", { n: videos })}</span>
      <${Button} id="take-folder" word="take_folder" class="primary" disabled=${!videos} act=${take} />
    </div>
  </div>`;
}
