// A list of any length, of which only the rows in view and some around them are in the page.
import { html, useLayoutEffect, useRef, useSignal } from "./html.js";

const AROUND = 12;

/** `row` draws one of `all`, told its place from 1; whoever is `chosen` next is brought into view, once:
 *  what is learned of them later must not move the list under the mouse. `tall`: pixels of a row, until
 *  one was measured. */
export function Rows({ all, chosen, tall, row, ...props }) {
  const box = useRef(),
    view = useSignal({ top: 0, height: 0 }),
    each = useSignal(tall);
  const measure = () => {
    const { scrollTop: top, clientHeight: height } = box.current;
    if (top !== view.value.top || height !== view.value.height) view.value = { top, height };
  };
  useLayoutEffect(() => {
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(box.current);
    return () => resized.disconnect();
  }, []);
  useLayoutEffect(() => {
    const [one, other] = box.current.firstChild.children;
    if (other && other.offsetTop > one.offsetTop) each.value = other.offsetTop - one.offsetTop;
  });
  useLayoutEffect(() => {
    const at = all.indexOf(chosen) * each.value,
      below = at + each.value - box.current.clientHeight;
    if (at < 0) return;
    if (box.current.scrollTop > at) box.current.scrollTop = at;
    else if (box.current.scrollTop < below) box.current.scrollTop = below;
    measure();
  }, [chosen?.id]);
  const { height } = view.value,
    top = Math.max(0, Math.min(view.value.top, all.length * each.value - height)),
    first = Math.max(0, Math.floor(top / each.value) - AROUND),
    last = Math.min(all.length, Math.ceil((top + height) / each.value) + AROUND);
  // Room for those that are not in the page.
  const room = {
    paddingTop: `${first * each.value}px`,
    paddingBottom: `${(all.length - last) * each.value}px`,
  };
  return html`<div ref=${box} onscroll=${measure} ...${props}>
    <div role="presentation" style=${room}>${all.slice(first, last).map((one, i) => row(one, first + i + 1))}</div>
  </div>`;
}

/** Clicks on rows, each with its number in `data-id`: `act` gets that of the row that was pressed,
 *  though the list may be laid out anew before the button is released. */
export function useClicks(act) {
  const pressed = useRef(0),
    numberAt = ({ target }) => Number(target.closest("[data-id]")?.dataset.id ?? 0);
  return {
    onpointerdown: (event) => (pressed.current = numberAt(event)),
    onclick(event) {
      const number = (event.detail && pressed.current) || numberAt(event); // 0: by no mouse
      if (number) act(number, event);
    },
  };
}
