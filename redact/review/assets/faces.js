// Pictures of subjects, fetched in small lots when they come into view.
import { bytes, decoded, unpacked } from "./api.js";

const LOT = 4,
  MOST = 600,
  TRIES = 3;
const known = new Map(),
  waiting = new Map(),
  tried = new Map();
let working = false;

/** Draw the picture of a track at a frame into a canvas, now or when it is there. */
export function drawFace(canvas, [track, frame]) {
  const key = `${track}:${frame}`;
  canvas.dataset.face = key;
  if (known.has(key)) return put(canvas, known.get(key));
  if (!waiting.has(key)) waiting.set(key, new Set());
  waiting.get(key).add(canvas);
  work();
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
        const part = data.slice(at, at + head.sizes[i]);
        at += head.sizes[i];
        if (!part.length) continue;
        const bitmap = await decoded(part);
        known.set(key, bitmap);
        if (known.size > MOST) {
          const old = known.keys().next().value;
          known.get(old).close?.();
          known.delete(old);
        }
        for (const canvas of waiting.get(key) || [])
          if (canvas.dataset.face === key) put(canvas, bitmap);
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
