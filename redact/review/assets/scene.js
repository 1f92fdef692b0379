// A small picture of the result, with a place marked.
import { bytes, decoded, unpacked } from "./api.js";
import { html, useEffect, useRef } from "./html.js";
import { state } from "./store.js";
import { showOn } from "./canvas.js";

// One after the other, those that are in view first: each is decoded and drawn for it.
let turn = Promise.resolve();
/** A picture as it will be in the result, around a place that is marked: that of a risky moment (`track`
 *  and the frame in which it is `shown`), or a `box`; `closely`, of a face that is to be known, larger and without the mark. */
export function Scene({ n, track, shown, box, closely = false, ...props }) {
  const canvas = useRef(),
    { revision } = state;
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      if (gone) return;
      const [head, jpeg] = unpacked(
          await bytes("scene", box ? { n, box } : { n, track, shown, closely }),
        ),
        bitmap = await decoded(jpeg);
      if (gone) return;
      const pen = showOn(canvas.current, bitmap);
      if (closely || !head.place) return;
      const [x1, y1, x2, y2] = head.place.map((v, i) => v * (i % 2 ? bitmap.height : bitmap.width));
      pen.strokeStyle = "#ff5b45";
      pen.lineWidth = 3;
      pen.strokeRect(x1 - 3, y1 - 3, x2 - x1 + 6, y2 - y1 + 6);
    };
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      turn = turn.then(draw).catch(() => {}); // it stays grey, and its words say what to look for
    });
    seen.observe(canvas.current);
    return () => seen.disconnect((gone = true));
  }, [n, track, shown, String(box), revision]);
  return html`<canvas ref=${canvas} width="480" height="270" ...${props} />`;
}
