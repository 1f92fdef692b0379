// A stand-in for a browser, in Node: as much of a document as the scripts of the page ask for. It
// lays nothing out and draws nothing; what a person sees needs the tests with a real browser.
// usage: node stand_in.mjs ADDRESS INDEX.HTML STEPS.mjs
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [address, html, steps] = process.argv.slice(2), base = address.split("/#")[0];
const anything = () => new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : anything()), set: () => true, apply: () => anything(), construct: () => anything() });
const pen = new Proxy({}, { get: (_, name) => (name === "measureText" ? () => ({ width: 20 }) : () => anything()), set: () => true });
const camel = (name) => name.replace(/-(\w)/g, (_, c) => c.toUpperCase());

class Node extends EventTarget {
  constructor(tag) {
    super();
    Object.assign(this, { tagName: tag.toUpperCase(), localName: tag, nodeType: tag === "#text" ? 3 : 1, children: [], attributes: {}, dataset: {}, style: {}, parentNode: null, words: "", value: "", clientWidth: 800, clientHeight: 450, scrollTop: 0, open: false, popped: false });
  }
  get id() { return this.attributes.id || ""; }
  get hidden() { return "hidden" in this.attributes; }
  set hidden(yes) { if (yes) this.attributes.hidden = ""; else delete this.attributes.hidden; }
  get disabled() { return "disabled" in this.attributes; }
  get data() { return this.words; }
  set data(words) { this.words = String(words); }
  get childNodes() { return this.children; }
  get firstChild() { return this.children[0] ?? null; }
  get nextSibling() { const all = this.parentNode?.children ?? []; return all[all.indexOf(this) + 1] ?? null; }
  get className() { return this.attributes.class || ""; }
  set className(names) { this.attributes.class = names; }
  get classList() { return { toggle() {} }; }
  get textContent() { return this.words + this.children.map((c) => c.textContent).join(""); }
  set textContent(words) { this.replaceChildren(); this.words = String(words); }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === "value") this.value = String(value);
    if (name.startsWith("data-")) this.dataset[camel(name.slice(5))] = String(value);
  }
  removeAttribute(name) {
    delete this.attributes[name];
    if (name === "value") this.value = "";
    if (name.startsWith("data-")) delete this.dataset[camel(name.slice(5))];
  }
  append(...nodes) {
    for (const node of nodes) {
      const made = node instanceof Node ? node : Object.assign(new Node("#text"), { words: String(node) });
      made.parentNode = this;
      this.children.push(made);
    }
    if (this.tagName === "SELECT") this.value ||= this.children[0]?.attributes.value || "";
  }
  insertBefore(node, next) {
    node.remove();
    node.parentNode = this;
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, node);
    return node;
  }
  removeChild(node) { this.children.splice(this.children.indexOf(node), 1); node.parentNode = null; return node; }
  remove() { this.parentNode?.removeChild(this); }
  appendChild(node) { this.append(node); return node; }
  replaceChildren(...nodes) {
    for (const node of this.children) node.parentNode = null;
    this.children = [];
    this.words = "";
    this.append(...nodes);
  }
  replaceWith(node) { const all = this.parentNode.children; node.parentNode = this.parentNode; all[all.indexOf(this)] = node; }
  *all() { for (const child of this.children) { yield child; yield* child.all(); } }
  matches(css) {
    if (css === ":popover-open") return this.popped;
    return css.split(",").some((part) => {
      const [, above, own] = part.trim().match(/^(?:(.*) )?(\S+)$/);
      if (above && !this.parentNode?.closest(above)) return false;
      const [, tag, id, cls, name, , value] = own.match(/^([\w-]*)(?:#([\w-]+))?(?:\.([\w-]+))?(?:\[([\w-]+)(="?([^"\]]*)"?)?\])?$/);
      const attribute = name?.startsWith("data-") ? this.dataset[camel(name.slice(5))] : this.attributes[name];
      return (!tag || this.tagName === tag.toUpperCase()) && (!id || this.id === id) && (!cls || this.className.split(" ").includes(cls)) && (!name || (attribute != null && (value == null || attribute === value)));
    });
  }
  closest(css) { return this.matches(css) ? this : this.parentNode?.closest(css) ?? null; }
  contains(node) { return node === this || (node?.parentNode ? this.contains(node.parentNode) : false); }
  querySelectorAll(css) { return [...this.all()].filter((node) => node.matches(css)); }
  querySelector(css) { return this.querySelectorAll(css)[0] ?? null; }
  getBoundingClientRect() { return { left: 0, top: 0, width: 800, height: 450 }; }
  getContext() { return pen; }
  focus() { document.activeElement = this; }
  blur() { document.activeElement = document.body; }
  click() { if (!this.disabled) send(this, "click"); }
  showModal() { this.open = true; }
  close() { this.open = false; document.activeElement = document.body; send(this, "close"); }
  showPopover() { this.popped = true; }
  hidePopover() { this.popped = false; }
  setPointerCapture() {} scrollIntoView() {}
}
/** An event, as a person makes it, up to the document. */
function send(node, type, more = {}) {
  const event = Object.assign(new Event(type, { cancelable: true }), more);
  Object.defineProperty(event, "target", { value: node });
  for (let at = node; at; at = at.parentNode) { at[`on${type}`]?.(event); at.dispatchEvent(event); }
  return event;
}

const document = Object.assign(new Node("#document"), { visibilityState: "visible", title: "", createElement: (tag) => new Node(tag), createElementNS: (_, tag) => new Node(tag), createTextNode: (words) => Object.assign(new Node("#text"), { words: String(words) }) });
document.getElementById = (id) => [...document.all()].find((node) => node.id === id) ?? null;
let inside = document;
for (const [, close, tag, words, text] of readFileSync(html, "utf8").replace(/<!doctype[^>]*>/i, "").matchAll(/<(\/?)([\w-]+)([^>]*)>|([^<]+)/g)) {
  if (text !== undefined) { if (text.trim()) inside.append(text.trim()); continue; }
  if (close) { inside = inside.parentNode; continue; }
  const node = new Node(tag);
  for (const [, name, value] of words.matchAll(/([\w-]+)(?:="([^"]*)")?/g)) node.setAttribute(name, value ?? "");
  inside.append(node);
  if (!/^(meta|link|img|path|circle|option)$/.test(tag) || (tag === "option" && !words.endsWith("/"))) inside = words.endsWith("/") ? inside : node;
}
document.documentElement = document.querySelector("html");
document.documentElement.dataset.languages = "en fr"; // as the server writes it
document.activeElement = document.body = document.querySelector("body");

const memory = () => { const kept = new Map(); return { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, String(v)) }; };
const observer = class { observe() {} unobserve() {} disconnect() {} };
const locks = new Set();
const locked = (name, { signal }, act) => (locks.has(name) ? new Promise((_, fail) => signal.addEventListener("abort", fail)) : (locks.add(name), act()));
const asked = globalThis.fetch;
const outside = new EventTarget();
for (const [name, value] of Object.entries({
  document, window: globalThis, devicePixelRatio: 1, innerWidth: 1280, innerHeight: 720, localStorage: memory(), sessionStorage: memory(), history: { replaceState() {} },
  location: { hash: address.slice(address.indexOf("#")), pathname: "/", reload() {} }, navigator: { language: "en", clipboard: { writeText: async () => {} }, locks: { request: locked } },
  matchMedia: () => ({ matches: false }), getComputedStyle: () => ({ getPropertyValue: () => "#000" }), ResizeObserver: observer, IntersectionObserver: observer,
  requestAnimationFrame: (act) => setTimeout(act, 16), cancelAnimationFrame: clearTimeout, createImageBitmap: async () => ({ width: 112, height: 112, close() {} }),
  OffscreenCanvas: class { getContext() { return pen; } }, AudioContext: anything(), addEventListener: outside.addEventListener.bind(outside),
  fetch: (path, how = {}) => asked(base + path, { ...how, keepalive: false, headers: { ...how.headers, Origin: base, "Sec-Fetch-Site": "same-origin" } }),
})) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
async function until(true_) {
  for (const end = Date.now() + 60000; Date.now() < end; await wait(20)) { const found = await true_(); if (found) return found; }
  throw new Error(`it did not happen: ${true_}`);
}
// What the page measures with can be held, so that nothing hangs on how busy the machine is.
const real = performance.now.bind(performance);
let held = null;
Object.defineProperty(performance, "now", { value: () => held ?? real(), configurable: true });
const clock = { hold: () => { held = real(); }, pass: (ms) => { held += ms; }, go: () => { held = null; } };
const find = (css) => until(() => document.querySelector(css));
const pages = pathToFileURL(html).href.replace(/[^/]*$/, "");
const person = {
  document, wait, until, find, send, clock,
  page: (name) => import(pages + name),
  text: async (css) => (await find(css)).textContent,
  click: async (css) => (await find(css)).click(),
  press: (key, more = {}) => send(document.activeElement, "keydown", { key, ...more }),
  write: async (css, words) => { const node = await find(css); node.focus(); node.value = words; send(node, "input"); send(node, "change"); node.blur(); },
};
const { state } = await import(pages + "store.js");
person.answer = async () => {
  const button = () => document.getElementById("look-done");
  await until(() => button() && !button().disabled);
  button().click();
  await until(() => !state.dialog);
};
await import(pages + document.querySelector("script").attributes.src.slice(1));
await until(() => document.getElementById("opening")?.hidden && (document.getElementById("videos") || "frame" in (document.getElementById("viewport")?.dataset ?? {})));
console.log(JSON.stringify((await (await import(pathToFileURL(steps).href)).default({ ...person, state })) ?? null));
process.exit(0);
