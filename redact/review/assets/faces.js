// Pictures of subjects, fetched in small lots when they come into view.
import { bytes, decoded, unpacked } from "./api.js";
import { html, useLayoutEffect, useRef } from "./html.js";

const LOT = 4,
  MOST = 600,
  TRIES = 3;
const known = new Map(), // bitmaps by track and frame
  waiting = new Map(), // canvases that wait for one
  tried = new Map();
let working = false;

/** The picture of a track at a frame, now or when it is there. */
export function Face({ of: [track, frame], ...props }) {
  const canvas = useRef(),
    key = `${track}:${frame}`;
  useLayoutEffect(() => {
    const node = canvas.current;
    if (known.has(key)) return put(node, known.get(key));
    if (!waiting.has(key)) waiting.set(key, new Set());
    waiting.get(key).add(node);
    work();
    return () => waiting.get(key)?.delete(node);
  }, [key]);
  return html`<canvas ref=${canvas} width="112" height="112" data-face=${key} ...${props} />`;
}
function put(canvas, bitmap) {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
}
async function work() {
  if (working) return;
  working = true;
  while (waiting.size) {
    const keys = [...waiting.keys()].slice(0, LOT);
    try {
      const [head, data] = unpacked(await bytes("faces", { of: keys.join(",") }));
      let at = 0;
      for (const [i, key] of keys.entries()) {
        const part = data.slice(at, (at += head.sizes[i]));
        if (!part.length) continue;
        known.set(key, await decoded(part));
        for (const canvas of waiting.get(key) || []) put(canvas, known.get(key));
        if (known.size > MOST) {
          const [old, bitmap] = known.entries().next().value;
          bitmap.close?.();
          known.delete(old);
        }
      }
      for (const key of keys) waiting.delete(key);
    } catch {
      for (const key of keys) {
        tried.set(key, (tried.get(key) || 0) + 1);
        if (tried.get(key) >= TRIES) waiting.delete(key);
      }
      await new Promise((done) => setTimeout(done, 800));
    }
  }
  working = false;
}
