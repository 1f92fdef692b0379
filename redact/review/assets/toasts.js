// One message at a time, over everything, an open dialog too.
import { html, useLayoutEffect, useRef } from "./html.js";
import { Button } from "./controls.js";
import { hideToast, state } from "./store.js";

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
      ${toast.words}${toast.more && html`<${Button} ...${toast.more} />`}
    </div>`
    }
  </div>`;
}
