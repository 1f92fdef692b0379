// Small pictures that come from the server several at a time, when canvases that show them are drawn.
import { bytes, decoded, unpacked } from "./api.js";
import { useLayoutEffect, useRef } from "./html.js";
import { showOn } from "./canvas.js";

const MOST = 600,
  TRIES = 3;

/** Pictures of one address, each known by a key. `useCanvas` gives the ref of a canvas that shows
 *  one, now or when it is there; `forget` drops all, as other pictures have these keys now. */
export function picturesOf(address, lot) {
  const known = new Map(), // bitmaps by key
    waiting = new Map(), // canvases that wait for one
    tried = new Map();
  let working = false;

  function useCanvas(key) {
    const canvas = useRef();
    useLayoutEffect(() => {
      const node = canvas.current;
      if (known.has(key)) return void showOn(node, known.get(key));
      if (!waiting.has(key)) waiting.set(key, new Set());
      waiting.get(key).add(node);
      work();
      return () => waiting.get(key)?.delete(node);
    }, [key]);
    return canvas;
  }
  async function work() {
    if (working) return;
    working = true;
    while (waiting.size) {
      const keys = [...waiting.keys()].slice(0, lot);
      try {
        const [head, data] = unpacked(await bytes(address, { of: keys.join(",") }));
        let at = 0;
        for (const [i, key] of keys.entries()) {
          const part = data.slice(at, (at += head.sizes[i]));
          if (!part.length) continue;
          known.set(key, await decoded(part));
          for (const canvas of waiting.get(key) || []) showOn(canvas, known.get(key));
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
  return { useCanvas, forget: () => known.clear() };
}
