// What the outlines in the picture and the bars of the timeline mean.
import { html } from "./html.js";
import { t } from "./words.js";

const OUTLINES = {
  detected: "",
  followed: "7 4",
  interpolated: "2.5 3",
  padded: "1.5 4",
  held: "9 3 2 3",
  manual: "",
  body: "1 3",
};
const row = (name, drawn) => html`<div class="row one-line legend small">
  <svg width="30" height="14" aria-hidden="true">${drawn}</svg>${t(`legend.${name}`)}
</div>`;
const bar = (name) =>
  row(
    name,
    html`<rect x="1" y="1" width="28" height="11" class="bar" />
      ${name === "unseen" && html`<path class="stripes" d="M1 12 11 1M8 12 18 1M15 12 25 1M22 12 29 4" />`}`,
  );

export const Legend = () => html`
  <h3>${t("legend")}</h3>
  ${Object.entries(OUTLINES).map(([name, dash]) =>
    row(
      name,
      html`<rect x="2" y="2" width="26" height="10" class=${`outline ${name}`} stroke-dasharray=${dash} />`,
    ),
  )}
  <h3>${t("timeline")}</h3>
  ${["seen", "unseen"].map(bar)}
`;
