// Requests to the page's own server. The token comes in the fragment, or for a code that stands in
// the fragment and is good once, and goes in a header.
const KEY = "redact.token",
  PAGE = crypto.randomUUID(), // of this window, until it is loaded anew
  ONCE = "once.";
const BASE = location.pathname; // "/", or that of one video of several
/** Whether this is the page of one video of several. */
export const isOneOfSeveral = BASE !== "/";
const given = location.hash.slice(1);
if (given) {
  history.replaceState(null, "", BASE); // not left in the address bar or the history
  const once = given.startsWith(ONCE);
  sessionStorage.setItem(KEY, once ? await exchanged(given.slice(ONCE.length)) : given);
}
/** The token for a code; "" where somebody has used it before. */
async function exchanged(code) {
  const headers = { "X-Redact-Token": code };
  const reply = await fetch("/api/exchange", { method: "POST", headers, body: "{}" });
  return reply.ok ? (await reply.json()).token : "";
}

export class Refused extends Error {
  constructor(status, { error = "", said = null, values = {}, pictures = [], hides = [] }) {
    super(said?.en?.[0] ?? (error || String(status)));
    Object.assign(this, { status, error, said, values, pictures, hides });
  }
}

let end = () => {};
/** Call `listener` with "gone", "elsewhere" or "token" where the page cannot go on, and whether a
 *  change was lost with it. */
export const onEnd = (listener) => (end = listener);
/** What only tells what was on the screen, or that the page goes: nobody waits for it. */
const TOLD = ["seen", "leave", "join", "stop"];

async function ask(method, path, { query, body, keepalive } = {}) {
  const url = `${BASE}api/${path}` + (query ? `?${new URLSearchParams(query)}` : ""),
    headers = {
      "X-Redact-Token": sessionStorage.getItem(KEY) || "",
      "X-Redact-Page": PAGE,
      "Content-Type": "application/json",
    };
  const sent = { method, headers, keepalive, body: body && JSON.stringify(body) },
    send = () => fetch(url, { ...sent, cache: "no-store" });
  let reply = await send().catch((error) => {
    if (keepalive) throw error;
  });
  if (!reply) {
    // A browser drops what is under way when the machine changes its network; the server is still
    // there. What only asks is asked again; a change is not, for it may have been made.
    await new Promise((done) => setTimeout(done, 1000));
    reply = await (method === "GET" ? send() : fetch("/icon.svg")).catch((error) => {
      end("gone", method !== "GET" && !TOLD.includes(path));
      throw error;
    });
    if (method !== "GET") throw new Refused(0, { error: "outside" });
  }
  if (reply.ok) return reply;
  const told = await reply.json().catch(() => ({}));
  if (told.error === "elsewhere") end("elsewhere");
  if (reply.status === 401) end("token");
  throw new Refused(reply.status, told);
}

export const get = async (path, query) => (await ask("GET", path, { query })).json();
export const post = async (path, body = {}) => (await ask("POST", path, { body })).json();
export const bytes = async (path, query) => (await ask("GET", path, { query })).arrayBuffer();
export const leave = () => ask("POST", "leave", { body: {}, keepalive: true }).catch(() => {});
/** Take this review for this window; one that had it before is told so. */
export const join = () => ask("POST", "join", { body: {} });

/** An answer that begins with the length of a JSON value: the value and the bytes after it. */
export function unpacked(buffer) {
  const size = new DataView(buffer).getUint32(0);
  return [
    JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size))),
    new Uint8Array(buffer, 4 + size),
  ];
}

/** A JPEG as something that a canvas draws. Decoded from memory where the browser can: what is in
 *  a blob may be moved to the disk by the browser. */
export async function decoded(data) {
  if ("ImageDecoder" in window) {
    const decoder = new ImageDecoder({ data, type: "image/jpeg" });
    const { image } = await decoder.decode();
    const bitmap = await createImageBitmap(image);
    image.close();
    decoder.close();
    return bitmap;
  }
  return createImageBitmap(new Blob([data], { type: "image/jpeg" }));
}
