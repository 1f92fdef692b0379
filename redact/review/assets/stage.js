// The picture, with what is drawn over it, and the buttons that move it.
import { html, useLayoutEffect, useRef, useSignal } from "./html.js";
import { begin, edit, point, select, state } from "./store.js";
import { clock, t } from "./words.js";
import { Button, Choices, Icon, Radios } from "./controls.js";
import { momentHere, nextMoment, whyWords } from "./moments.js";
import { Handles, onScreen, Outlines } from "./overlay.js";
import * as player from "./player.js";
import * as pointer from "./pointer.js";

export const Stage = () => html`
  <section id="stage" aria-label=${t("player")}>
    <div id="above">
      <div id="views" role="radiogroup" aria-label=${t("view")}>
        <${Radios} values=${player.VIEWS} words="view" value=${state.view} take=${player.setView}
          extra=${(view, i) => ({ title: `${t(`view.${view}_title`)} (${i + 1})` })} />
      </div>
      <span class="grow" />
      <${Button} id="draw" word="draw" hotkey="D" pressed=${state.drawing} act=${() => pointer.setDrawing(!state.drawing)} />
      <${Button} id="next-moment" word="next_moment" hotkey="N" act=${nextMoment} />
    </div>
    <${Viewport} />
    <${Controls} />
  </section>
`;
function Viewport() {
  const [viewport, picture] = [useRef(), useRef()],
    { left, top, wide, tall } = state.clip ? player.place() : {},
    where = `left: ${left}px; top: ${top}px; width: ${wide}px; height: ${tall}px; filter: brightness(${state.brightness})`,
    { view, frame, pts } = state.shot;
  useLayoutEffect(() => player.attach(viewport.current, picture.current), []);
  return html`<div id="viewport" ref=${viewport} data-view=${view} data-frame=${view ? frame : null} data-pts=${pts}>
    <canvas id="picture" ref=${picture} style=${where} />
    ${state.clip && html`<${Outlines} />`}
    <div id="overlay" class=${state.drawing ? "drawing" : pointer.cursor.value} tabindex="0" role="img" aria-label=${t("picture")}
      onpointerdown=${pointer.down} onpointermove=${pointer.move} onpointerup=${pointer.up}
      onpointerleave=${() => point(0)} onwheel=${pointer.wheel} />
    ${state.clip && html`<${Handles} /><${Notice} />`}
    ${state.drawn && html`<${DrawMenu} />`}
  </div>`;
}
/** What is to be known of the picture that is shown. */
function Notice() {
  const { shot, view, drawing, brightness } = state,
    moment = momentHere(),
    late = shot.view && shot.view !== view; // of a slow machine: the picture is what it was before
  const words = [
    moment && whyWords(moment),
    shot.damaged && t("damaged_here"),
    late ? t("loading") : view === "result" && t("as_it_will_be"),
    brightness !== 1 && t("sight_changed"),
    drawing && t("draw_hint"),
  ].filter(Boolean);
  return html`<div id="notice" role="status" hidden=${!words.length}>${words.join(" · ")}</div>`;
}

/** What is to become of the mask that was drawn. */
function DrawMenu() {
  const target = useSignal(state.clip.drawn[0]),
    [, y, , h] = onScreen(state.drawn),
    low = state.room.height - y - h < y; // then the menu lies above it
  useLayoutEffect(() => document.getElementById("draw-follow").focus(), []);
  /** Do something with it; where that was refused, it is not lost. */
  const taken = (act) => async () => {
    const { drawn: mask, frame } = state;
    state.drawn = null;
    if (!(await act({ mask, target: target.value })) && state.frame === frame) state.drawn = mask;
  };
  const hide = (first, last) => async (drawn) => {
    const known = new Set(state.subjects.keys()),
      told = await edit("add", { ...drawn, first, last }, t("added"));
    if (told) select(told.changed.map((s) => s.id).filter((id) => !known.has(id)));
    return told;
  };
  const follow = (drawn) => begin("follow", { ...drawn, frame: state.frame }, t("following"));
  const here = hide(state.frame, state.frame);
  return html`<div id="draw-menu" role="group" aria-label=${t("drawn")} class=${low ? "above" : "below"}>
    <${Choices} id="draw-target" aria-label=${t("target")} value=${target.value} take=${(name) => (target.value = name)}
      values=${state.clip.drawn} words="target" />
    <${Button} id="draw-follow" word="follow" class="primary" act=${taken(follow)} />
    <${Button} id="draw-here" word="still_here" act=${taken(here)} />
    <${Button} id="draw-still" word="still_clip" act=${taken(hide(0, state.frames - 1))} />
    <${Button} id="draw-cancel" word="cancel" class="quiet" act=${() => (state.drawn = null)} />
  </div>`;
}

const SPEEDS = [0.5, 1, 2, 4].map((speed) => [String(speed), `${speed}×`.replace("0.5", "½")]);
const ICONS = {
  back1: "m12.5 5-5 5 5 5",
  next1: "m7.5 5 5 5-5 5",
};
const icon = (name, hotkey, act) =>
  html`<${Button} id=${name.replace("_", "-")} class="quiet icon" title=${name} hotkey=${hotkey} act=${act}>
    <${Icon} d=${ICONS[name]} />
  <//>`;
const Controls = () => html`
  <div id="controls">
    <span class="group">
      ${icon("back1", "←", () => player.step(-1))}
      <${Button} id="play" class="icon" title="play" hotkey="Space" pressed=${state.playing} act=${player.playOrStop}>
        <${Icon}>
          <path class="full" d=${state.playing ? "M5 4h3.5v12H5zm6.5 0H15v12h-3.5z" : "M6 3.5v13l10.5-6.5z"} />
        <//>
      <//>
      ${icon("next1", "→", () => player.step(1))}
    </span>
    <span id="clock">
      ${state.wanted !== null && `${clock(state.times[state.frame], 2)} / ${clock(state.duration, 2)} · ${t("frame_n", { n: state.frame })}`}
    </span>
    <span class="grow" />
    <${Choices} id="speed" aria-label=${t("speed")} values=${SPEEDS} value=${String(state.speed)}
      take=${(speed) => player.setSpeed(Number(speed))} />
    <${Button} id="zoom-whole" class="quiet" title="zoom_whole" named hotkey="0" act=${player.resetZoom}>
      ${t("percent", { n: Math.round(100 * state.lens.zoom) })}
    <//>
  </div>
`;
