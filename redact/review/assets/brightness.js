// Seeing in the dark: brightness, contrast and gamma of the view, never of the result.
import { html } from "./html.js";
import { state } from "./store.js";
import { t } from "./words.js";
import { Button } from "./controls.js";

const NEUTRAL = { brightness: 1, contrast: 1, gamma: 1 };
export const isNeutral = () => Object.values(state.sight).every((v) => v === 1);
const set = (name, value) => (state.sight = { ...state.sight, [name]: value });

/** What the canvas of the picture is shown through. */
export const filter = () =>
  isNeutral()
    ? "none"
    : `url(#gamma) brightness(${state.sight.brightness}) contrast(${state.sight.contrast})`;
export const Gamma = () => html`<svg class="unseen" aria-hidden="true">
  <filter id="gamma" color-interpolation-filters="sRGB">
    <feComponentTransfer>
      ${["R", "G", "B"].map((c) => html`<${`feFunc${c}`} type="gamma" exponent=${1 / state.sight.gamma} />`)}
    </feComponentTransfer>
  </filter>
</svg>`;

export const Sight = () => html`
  <h3>${t("sight")}</h3>
  <p class="small muted">${t("sight_note")}</p>
  ${Object.keys(NEUTRAL).map(
    (name) => html`<label for=${`sight-${name}`}>${t(`sight.${name}`)}</label>
      <input type="range" id=${`sight-${name}`} class="wide" min="0.25" max="4" step="0.05" value=${state.sight[name]}
        oninput=${(e) => set(name, Number(e.target.value))} />`,
  )}
  <div class="row"><${Button} word="sight_reset" disabled=${isNeutral()} act=${() => (state.sight = NEUTRAL)} /></div>
`;
