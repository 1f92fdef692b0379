// The mask of the chosen one: its outline, where it lies, and for which pictures that counts.
import { html } from "./html.js";
import { edit, maskOf, partIn, state } from "./store.js";
import { clock, t } from "./words.js";
import { Button, Choices, Radios } from "./controls.js";
import * as player from "./player.js";

const OUTLINES = ["ellipse", "box"];
const keysOf = (track) => state.one.key_pictures.filter(([of]) => of === track).map(([, at]) => at);
/** The last key picture before this one. */
const keyBefore = (track) => keysOf(track).findLast((at) => at < state.frame);
const reach = (track) =>
  state.reach === "since" && keyBefore(track) == null ? "picture" : state.reach;
const DONE = {
  picture: "mask_changed",
  since: "mask_changed_since",
  all: "mask_changed_all",
};

/** Change a mask in the pictures that are meant. */
export function changeMask(what) {
  const asked = { frame: state.frame, reach: reach(what.track), ...what };
  return edit("mask", asked, t(DONE[asked.reach]));
}
export function setKey() {
  const track = state.one && partIn(state.one)?.id;
  if (track) edit("mark", { track, frame: state.frame }, t("key_set"));
}

export function Mask({ of: s }) {
  const part = partIn(s);
  if (!part) return null;
  const before = keyBefore(part.id),
    keys = keysOf(part.id);
  const found = () => {
    const asked = { track: part.id, frame: state.frame, reach: reach(part.id) };
    edit("as_found", asked, t("mask_found_again"));
  };
  const reaches = [
    ["picture"],
    ...(before == null ? [] : [["since", { time: clock(state.times[before], 2) }]]),
    ["all"],
  ];
  const key = (at) => html`<${Button} key=${at} class="quiet small" pressed=${at === state.frame}
    act=${() => player.show(at)}>${clock(state.times[at], 2)}<//>`;
  return html`<h3>${t("mask")}</h3>
    ${s.smaller > 0 && html`<p class="small doubt" id="is-smaller">${t("is_smaller", { n: s.smaller })}</p>`}
    <${Choices} id="mask-reach" class="wide" label=${t("mask_reach")} value=${reach(part.id)} take=${(name) => (state.reach = name)}
      values=${reaches.map(([name, values]) => [name, t(`reach.${name}`, values)])} />
    <div class="row" id="mask-shape">
      <span class="group" role="radiogroup" aria-label=${t("mask_shape")}>
        <${Radios} values=${OUTLINES} words="shape" value=${maskOf(part.id)?.outline}
          take=${(outline) => changeMask({ track: part.id, outline })} />
      </span>
      <${Button} id="mask-found" word="back_to_found" disabled=${!keys.length} act=${found} />
      <${Button} id="key-here" word="key_here" hotkey="P" title="key_here_title" pressed=${keys.includes(state.frame)} act=${setKey} />
    </div>
    ${keys.length > 0 && html`<div class="row" id="key-pictures" role="group" aria-label=${t("key_pictures")}>${keys.map(key)}</div>`}
    <p class="small muted">${t("mask_hint")}</p>`;
}
