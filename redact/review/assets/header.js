// The head of the page of a video.
import { isOneOfSeveral, post } from "./api.js";
import { html } from "./html.js";
import { redo, state, undo } from "./store.js";
import { stageWords, t } from "./words.js";
import { Button, Icon } from "./controls.js";
import { askFinish } from "./finish.js";
import { showKeys } from "./keys.js";
import { LookButtons } from "./look.js";
import { Pill } from "./moments.js";
import { Person } from "./who.js";

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
  <${Person} />
  <span class="group">
    <${Button} id="undo" class="quiet icon" title="undo" hotkey="Ctrl Z" disabled=${!state.undo} act=${undo}>
      <${Icon} d="M7.5 4 3.5 8l4 4M4 8h8a4.5 4.5 0 0 1 0 9h-3" />
    <//>
    <${Button} id="redo" class="quiet icon" title="redo" hotkey="Ctrl Shift Z" disabled=${!state.redo} act=${redo}>
      <${Icon} d="m12.5 4 4 4-4 4M16 8H8a4.5 4.5 0 0 0 0 9h3" />
    <//>
  </span>
  <span class="group">
    <${LookButtons} />
    <${Button} id="help" class="quiet icon" title="keys" hotkey="?" act=${showKeys}>?<//>
  </span>
  <${Button} id="finish" title="finish" hotkey="Ctrl Enter" named class="primary" disabled=${Boolean(state.opening)} act=${askFinish}>${t("finish")}<//>
</header>`;
