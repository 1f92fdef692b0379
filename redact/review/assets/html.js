// What a component of the page is written with: Preact, htm and signals, as they lie in vendor/.
import { h } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { render } from "./vendor/preact.js";
export { useEffect, useLayoutEffect, useMemo, useRef } from "./vendor/hooks.js";
export { batch, computed, effect, signal, untracked, useSignal } from "./vendor/signals.js";
export const html = htm.bind(h);
