// Beside the picture: who is chosen, what was found, the sound, what was seen.
import { html } from "./html.js";
import { state } from "./store.js";
import { t } from "./words.js";
import { Chosen } from "./chosen.js";
import { Findings } from "./findings.js";
import { SeenPanel } from "./moments.js";
import { SoundPanel } from "./sound_panel.js";
import { Texts } from "./texts.js";

const PANELS = {
  subject: Chosen,
  findings: Findings,
  texts: Texts,
  sound: SoundPanel,
  seen: SeenPanel,
};

export function Side() {
  const names = Object.keys(PANELS).filter((name) => name !== "sound" || state.clip?.sound),
    open = state.findings.filter((f) => !f.answer).length;
  return html`<section id="side" aria-label=${t("details")}>
    <div id="tabs" role="tablist">
      ${names.map(
        (name) => html`<button role="tab" id=${`tab-${name}`} aria-controls="panel"
          aria-selected=${String(state.tab === name)} onclick=${() => (state.tab = name)}>
          ${t(`tab.${name}`)}${name === "findings" && open > 0 && html` <b>${open}</b>`}
        </button>`,
      )}
    </div>
    <div id="panel" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${state.tab}`}>
      ${state.clip && html`<${PANELS[state.tab]} />`}
    </div>
  </section>`;
}
