// Pictures of subjects, by track and frame.
import { html } from "./html.js";
import { picturesOf } from "./lots.js";

const { useCanvas } = picturesOf("faces", 4);

/** The picture of a track at a frame, now or when it is there. */
export function Face({ of: [track, frame], ...props }) {
  const key = `${track}:${frame}`;
  return html`<canvas ref=${useCanvas(key)} width="112" height="112" data-face=${key} ...${props} />`;
}
