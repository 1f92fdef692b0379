// What lies over the page: its one dialog, filled as `state.dialog.kind` says, and one message at a time.
import { html, useLayoutEffect, useRef } from "./html.js";
import { hideToast, state } from "./store.js";

export function closeDialog() {
  if (state.dialog?.kind === "look") state.outstanding = null; // given up: the next key is a key
  state.dialog = null;
}

/** `kinds`: for each kind the component that fills it, which gets the rest of `state.dialog`. */
export function Dialog({ kinds }) {
  const box = useRef(),
    { kind, ...given } = state.dialog || {};
  useLayoutEffect(() => {
    const { open } = box.current;
    if (kind && !open) box.current.showModal();
    if (!kind && open) {
      box.current.close(); // and the focus goes back; but in a reason that was given up, keys are keys
      if (document.activeElement?.id === "why" && !state.outstanding) document.activeElement.blur();
    }
    box.current.scrollTop = 0;
    const first = box.current.querySelector("[autofocus], [type=text]");
    first?.focus();
    if (first?.value) first.setSelectionRange?.(first.value.length, first.value.length);
  }, [kind]);
  // The browser tells a moment later that it was closed, when another one may be wanted already.
  const closed = () => kind && !box.current.open && closeDialog();
  return html`<dialog id="dialog" class=${kind} ref=${box} aria-labelledby="dialog-title" onclose=${closed}>
    ${kind && html`<${kinds[kind]} key=${kind} ...${given} />`}
  </dialog>`;
}

export function Toasts() {
  const box = useRef(),
    { toast } = state;
  useLayoutEffect(() => {
    if (box.current.matches(":popover-open")) box.current.hidePopover();
    if (toast) box.current.showPopover(); // anew, above a dialog that has opened since
  }, [toast]);
  return html`<div id="toasts" ref=${box} role="status" aria-live="polite" popover="manual">
    ${
      toast &&
      html`<div class=${toast.bad ? "toast bad" : "toast"} role=${toast.bad ? "alert" : null} onclick=${hideToast}>
      ${toast.words}</div>`
    }
  </div>`;
}
