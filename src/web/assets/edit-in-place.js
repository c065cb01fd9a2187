// @ts-check
// Puts a field where the message was, until it is saved or given up.

import { h } from "./dom.js";
import { tell } from "./toast.js";

/** @typedef {import("../message-view.ts").MessageView} MessageView */

/**
 * @param {MessageView} view
 * @param {"c" | "t"} list Channel or thread: a first message is in both.
 * @param {(text: string) => Promise<void>} save
 */
export function editInPlace(view, list, save) {
  const content = document.getElementById(`${list}-${view.id}`)?.querySelector(".content");
  if (!(content instanceof HTMLElement) || view.body.kind !== "text") return;
  const field = h("textarea", { "aria-label": "Edit the message", rows: 3 });
  field.value = view.body.source;
  const done = () => {
    form.remove();
    content.hidden = false;
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void tell(async () => {
      await save(field.value);
      done();
      return "";
    });
  };
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    done();
  };
  const form = h(
    "form",
    { class: "edit", onsubmit: submit, onkeydown: escape },
    field,
    h(
      "div",
      { class: "row" },
      h("button", { type: "submit", class: "button small primary" }, "Save"),
      h("button", { type: "button", class: "button small", onclick: done }, "Cancel"),
    ),
  );
  content.hidden = true;
  content.after(form);
  field.focus();
}
