// What the outlines in the picture and the bars of the timeline mean.
import { html } from "./html.js";
import { t } from "./words.js";
import { Line } from "./overlay.js";

const OUTLINES = ["detected", "followed", "interpolated", "padded", "held", "manual", "body"];
const row = (name, drawn, look = "") => html`<div class="row one-line legend small">
  <svg width="30" height="14" class=${look} aria-hidden="true">${drawn}</svg>${t(`legend.${name}`)}
</div>`;
const outline = (name) =>
  row(name, html`<${Line} kind=${name} rect=${[2, 2, 26, 10]} />`, "outlines");
const bar = (name) =>
  row(
    name,
    html`<rect x="1" y="1" width="28" height="11" class="bar" />
      ${name === "unseen" && html`<path class="stripes" d="M1 12 11 1M8 12 18 1M15 12 25 1M22 12 29 4" />`}`,
  );

export const Legend = () => html`
  <h3>${t("legend")}</h3>
  ${OUTLINES.map(outline)}
  <h3>${t("timeline")}</h3>
  ${["seen", "unseen"].map(bar)}
`;
