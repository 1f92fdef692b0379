// Why somebody is shown or hidden. After a decision, as long as its reason is outstanding, keys write
// it, whatever else they do: Enter or Escape ends it.
import { html, useLayoutEffect } from "./html.js";
import { edit, inTurn, kindOf, state } from "./store.js";
import { isOwnReason, t } from "./words.js";
import { Codes, Field, forget, released, write } from "./controls.js";

/** Where the reason is kept that is being written for those. */
export const draftOf = (ids) => `why/${ids}`;
/** The reason that a person gave for all of those. */
export const reasonOf = ([first, ...others]) =>
  others.every((s) => s.reason === first.reason) && !isOwnReason(first.reason) ? first.reason : "";
/** What was written for those, or stands with each already, be it before anybody decided; never what
 *  was written of another decision. */
export const reasonFor = (who, decision) =>
  state.drafts[draftOf(who.map((s) => s.id))] ??
  (who.every((s) => [decision, ""].includes(s.decision)) ? reasonOf(who) : "");
/** Whether there is a reason for those, be it that of the case, which may have one for every kind. */
const isGiven = (who, key, written) =>
  written || (key === "hide" && who.every((s) => state.clip.reasons[s.target]));

const field = () => document.getElementById("why");
function focusEnd(input) {
  input?.focus();
  input?.setSelectionRange?.(input.value.length, input.value.length);
}
/** Have the reason written now, if there is none; `then` follows once it is, or is given up. Whether
 *  one is outstanding. */
export function askReason(who, kind, then) {
  if (isGiven(who, kind, reasonFor(who, kind === "none" ? "false alarm" : kind))) return false;
  state.tab = "subject";
  state.outstanding = { who, then };
  focusEnd(field());
  return true;
}
/** Let it be as it is, and save what was written. */
export async function endReason() {
  if (!state.outstanding) return;
  const { who, then } = state.outstanding,
    written = state.drafts[draftOf(who.map((s) => s.id))];
  state.outstanding = null;
  if (document.activeElement === field()) document.activeElement.blur();
  if (written !== undefined) await saveReason(who, written);
  then();
}
/** Take a key for the outstanding reason; whether it was taken. */
export function writeByKey(event) {
  const { key, target } = event;
  if (!state.outstanding || key === "Tab") return false;
  const nothing = !state.drafts[draftOf(state.outstanding.who.map((s) => s.id))];
  if ((event.ctrlKey || event.metaKey) && nothing) return Boolean(void endReason()); // Ctrl Z is about the decision
  if (["Enter", "Escape"].includes(key)) endReason();
  else if (target === field()) return true;
  else {
    const draft = draftOf(state.outstanding.who.map((s) => s.id));
    if (key.length === 1 && !event.ctrlKey && !event.metaKey)
      write(draft, (state.drafts[draft] ?? "") + key);
    setTimeout(() => focusEnd(field()));
  }
  event.preventDefault();
  return true;
}
for (const kind of ["pointerdown", "focusin"])
  document.addEventListener(kind, ({ target }) => {
    const elsewhere = target !== field() && !target.closest?.("#why-codes");
    if (elsewhere && !state.dialog) endReason();
  });

/** Why it is decided so about those, whatever the decision is; said before it or after it. */
export function Why({ who }) {
  // Of what was cut off nobody said what it is, and so there is no word for why.
  const kinds = new Set(who.map((s) => (s.cut ? "open" : kindOf(s)))),
    key = kinds.size === 1 ? [...kinds][0] : "open",
    draft = draftOf(who.map((s) => s.id)),
    written = state.drafts[draft] ?? reasonOf(who);
  const take = (reason) => !state.outstanding && saveReason(who, reason),
    choose = (reason) => {
      write(draft, reason);
      saveReason(who, reason);
    };
  useLayoutEffect(
    () => state.outstanding && focusEnd(field()),
    [draft, Boolean(state.outstanding)],
  );
  return html`
    <${Field} id="why" draft=${draft} label=${t(`reason_for.${key}`)} value=${written}
      placeholder=${t(`reason_example.${key}`)} take=${take} />
    <div id="why-codes"><${Codes} value=${written} take=${choose} /></div>
    ${key !== "open" && !isGiven(who, key, written) && html`<p class="small doubt" id="no-reason">${t(`no_reason.${key}`)}</p>`}
  `;
}
/** Let a decision stand as it is, and save why; whether it is saved. A button that is just being
 *  pressed comes first: what it decides takes the reason along, as one step. */
async function saveReason(who, reason) {
  await released();
  await inTurn(async () => {});
  if (state.dialog?.kind === "look") return false; // what is asked there takes it along
  const left = who.map((s) => state.subjects.get(s.id)).filter(Boolean),
    ids = left.filter((s) => reasonOf([s]) !== reason).map((s) => s.id);
  if (ids.length && !(await edit("reason", { ids, reason }, t("done")))) return false;
  if (left.length) forget(draftOf(who.map((s) => s.id)));
  return left.length > 0;
}
