// Pictures from the server: of somebody, a text, a place in the result, a video of a case. On a canvas,
// for the token may stand in no address, and what is in a blob may be moved to the disk.
import { bytes, decoded } from "./api.js";
import { html, useLayoutEffect, useRef } from "./html.js";
import { state } from "./store.js";

const MOST = 400; // that are kept
const known = new Map(); // by what was asked for
let turn = Promise.resolve(); // one after the other: each is decoded and drawn for it

const keyOf = (path, of) => `${path}?${new URLSearchParams(of)}`;
async function fetched(path, of) {
  return known.get(keyOf(path, of)) ?? keep(path, of, new Uint8Array(await bytes(path, of)));
}
/** Keep a picture that came with others. */
export async function keep(path, of, jpeg) {
  const bitmap = await decoded(jpeg);
  known.set(keyOf(path, of), bitmap);
  if (known.size > MOST) known.delete(known.keys().next().value);
  return bitmap;
}

/** The picture of an address, fetched once it comes into view; while there is none, it stays grey. */
export function Picture({ path, of, ...props }) {
  const canvas = useRef(),
    key = keyOf(path, of);
  useLayoutEffect(() => {
    let gone = false,
      tries = 3; // the machine may be changing its network
    const show = (bitmap) => gone || showOn(canvas.current, bitmap);
    const near = ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      if (known.has(key)) return show(known.get(key));
      const fetch = async () => gone || show(await fetched(path, of));
      turn = turn.then(fetch).catch(() => setTimeout(again, 1000));
    };
    const seen = new IntersectionObserver(near);
    const again = () => !gone && --tries && seen.observe(canvas.current);
    if (known.has(key)) showOn(canvas.current, known.get(key)); // at once, and not grey before
    seen.observe(canvas.current);
    return () => seen.disconnect((gone = true));
  }, [key]);
  return html`<canvas ref=${canvas} ...${props} />`;
}
function showOn(canvas, bitmap) {
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
}

/** Somebody, in a frame of one of their tracks. */
export const Face = ({ of: [track, frame], ...props }) =>
  html`<${Picture} path="face" of=${{ track, frame }} width="112" height="112" ...${props} />`;
/** What will be in the result, around a box, which is marked. */
export const Scene = ({ n, box, ...props }) =>
  html`<${Picture} path="scene" of=${{ n, box, revision: state.revision }} width="480" height="270" ...${props} />`;
