// @ts-check
// A sentence at the edge of the page that goes away by itself.

import { sayPolitely } from "./announce.js";
import { byId, h } from "./dom.js";

const shownMs = 8_000;
let timer = 0;

/** @param {string} text */
function toast(text) {
  document.getElementById("toast")?.remove();
  clearTimeout(timer);
  if (text === "") return;
  const shown = h("p", { class: "toast", id: "toast" }, text);
  byId("dialogs").append(shown);
  sayPolitely(text);
  timer = window.setTimeout(() => shown.remove(), shownMs);
}

/**
 * Does it, and says what came of it: the sentence it resolves to, or the one it failed with.
 * @param {() => Promise<string>} act
 */
export async function tell(act) {
  try {
    toast(await act());
  } catch (failure) {
    toast(failure instanceof Error ? failure.message : String(failure));
  }
}
