// Pictures of subjects, by track and frame.
import { html } from "./html.js";
import { title } from "./store.js";
import { picturesOf } from "./lots.js";

const { useCanvas } = picturesOf("faces", 4);

/** The picture of a track at a frame, now or when it is there. */
export function Face({ of: [track, frame], ...props }) {
  const key = `${track}:${frame}`;
  return html`<canvas ref=${useCanvas(key)} width="112" height="112" data-face=${key} ...${props} />`;
}
/** Several subjects side by side, each a button that calls `act`; `words` tell what it does. */
export const Faces = ({ who, words = title, act }) => html`<div class="alike">
  ${who.map(
    (
      s,
    ) => html`<button key=${s.id} title=${title(s)} aria-label=${words(s)} onclick=${() => act(s)}>
      <${Face} of=${s.best} />
    </button>`,
  )}
</div>`;
