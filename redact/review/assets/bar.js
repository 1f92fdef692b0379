// How far a piece of work is. As long as nobody knows how much it is, the bar only moves.
import { html } from "./html.js";
import { t } from "./words.js";

export function Bar({ of: job, ...props }) {
  const share = job?.total ? { max: job.total, value: Math.min(job.done, job.total) } : {};
  return html`<progress key=${Boolean(job?.total)} aria-label=${t(`stage.${job?.stage || "start"}`)} ...${share} ...${props} />`;
}
