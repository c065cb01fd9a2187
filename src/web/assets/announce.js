// @ts-check
// What screen readers hear without being asked: progress politely, "waiting for you" at once.

import { byId } from "./dom.js";

/** @typedef {import("../message-view.ts").MessageView} MessageView */

/** @param {string} text */
export function sayPolitely(text) {
  put("say-politely", text);
}

/** @param {string} text */
function sayNow(text) {
  put("say-now", text);
}

/** @param {string} id @param {string} text */
function put(id, text) {
  const region = byId(id);
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}

/**
 * @param {MessageView} view
 * @param {MessageView | undefined} before
 * @param {{ me: string, author: string }} names
 */
export function announce(view, before, { me, author }) {
  const waits = waitsForViewer(view);
  if (waits && !(before && waitsForViewer(before))) {
    sayNow(`Waiting for you: ${firstLine(view)}`);
    return;
  }
  if (view.author === me || firstLine(view) === (before && firstLine(before))) return;
  sayPolitely(`${author}: ${firstLine(view)}`);
}

/** @param {MessageView} view */
function waitsForViewer({ body }) {
  return body.kind === "attention" && body.forViewer && body.attention.decided === undefined;
}

/** @param {MessageView} view */
function firstLine({ plain }) {
  return plain.split("\n", 1)[0]?.slice(0, 200) ?? "";
}
