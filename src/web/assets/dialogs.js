// @ts-check
// Two dialogs: a question before something is ended, and a message as text.

import { byId, h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Resolves to true when the person confirms.
 * @param {{ title: string, text: string, yes: string, no: string }} ask
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, yes, no }) {
  return new Promise((resolve) => {
    const close = (/** @type {boolean} */ answer) => () => {
      dialog.close();
      resolve(answer);
    };
    const keep = h("button", { type: "button", class: "button", onclick: close(false), autofocus: true }, no);
    const go = h("button", { type: "button", class: "button danger", onclick: close(true) }, yes);
    const dialog = open("confirm", title, [h("p", {}, text), h("div", { class: "row end" }, keep, go)]);
    dialog.addEventListener("cancel", close(false));
  });
}

/**
 * @param {string} plain
 */
export function showAsText(plain) {
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => dialog.close() },
    icon("close"),
  );
  const note = "What a notification, a screen reader or a terminal gets.";
  const dialog = open("drawer", "As text", [
    close,
    h("p", { class: "muted" }, note),
    h("pre", { class: "as-text", tabindex: 0, role: "region", "aria-label": "The message as text" }, plain),
  ]);
}

/** @param {string} kind @param {string} title @param {readonly HTMLElement[]} content */
function open(kind, title, content) {
  const heading = h("h2", { id: "dialog-title" }, title);
  const dialog = h("dialog", { class: kind, "aria-labelledby": "dialog-title" }, heading, ...content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && kind === "drawer") dialog.close(); // beside it
  });
  byId("dialogs").append(dialog);
  dialog.showModal();
  return dialog;
}
