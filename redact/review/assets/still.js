// The picture on the screen, saved as it is in the result.
import { post } from "./api.js";
import { state, toast, tried } from "./store.js";
import { t } from "./words.js";

export async function save() {
  const { kind, ...look } = state.wish,
    wish = { ...look, n: state.frame, release: kind === "release" };
  const told = await tried(post("still", wish));
  if (told) toast(t("still_saved", { name: told.name }), false, null);
}
