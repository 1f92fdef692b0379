// Seeing in the dark: brightness, contrast and gamma of the view, never of the result; a magnifier.
import { html } from "./html.js";
import { state } from "./store.js";
import { t } from "./words.js";
import { Button, Icon } from "./controls.js";

const NEUTRAL = { brightness: 1, contrast: 1, gamma: 1 };
const LEAST = 0.25,
  MOST = 4,
  STEP = 1.25; // a press of a key
export const isNeutral = () => Object.values(state.sight).every((v) => v === 1);
const set = (name, value) => {
  const near = Math.abs(value - 1) < 0.02 ? 1 : value; // as many presses back as there were
  state.sight = { ...state.sight, [name]: Math.max(LEAST, Math.min(MOST, near)) };
};
/** More of it, or less. */
export const change = (name, less) => set(name, state.sight[name] * (less ? 1 / STEP : STEP));
export const reset = () => (state.sight = NEUTRAL);
export const magnify = () => (state.magnified = !state.magnified);

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

/** The same with a mouse. */
export const SightMenu = () => html`<details id="sight">
  <summary title=${t("sight")} aria-label=${t("sight")}>
    <${Icon}>
      <circle cx="10" cy="10" r="3.5" class=${isNeutral() ? "" : "full"} />
      <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.5 4.5l1.4 1.4M14.1 14.1l1.4 1.4M4.5 15.5l1.4-1.4M14.1 5.9l1.4-1.4" />
    <//>
  </summary>
  <div class="menu">
    <p class="small muted">${t("sight_note")}</p>
    ${Object.keys(NEUTRAL).map(
      (name) => html`<label for=${`sight-${name}`}>${t(`sight.${name}`)}</label>
        <input type="range" id=${`sight-${name}`} min=${LEAST} max=${MOST} step="0.05" value=${state.sight[name]}
          oninput=${(e) => set(name, Number(e.target.value))} />`,
    )}
    <div class="row">
      <${Button} word="magnifier" hotkey="L" pressed=${state.magnified} act=${magnify} />
      <${Button} word="sight_reset" hotkey="U" disabled=${isNeutral()} act=${reset} />
    </div>
  </div>
</details>`;
