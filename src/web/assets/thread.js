// @ts-check
// The thread panel: the request, everything said about it, and a field to answer.

import { agentName } from "./agent.js";
import { Composer } from "./composer.js";
import { byId, h } from "./dom.js";
import { dropFiles } from "./drop-files.js";
import { icon } from "./icons.js";
import { createPane } from "./panes.js";
import { richText } from "./rich-text.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./message.js").MessageActs} MessageActs */
/** @typedef {import("./composer.js").Draft} Draft */

/**
 * @param {{ agent: string, limits: import("./composer.js").ComposerOptions["limits"], send: (draft: Draft) => Promise<void>, close: () => void }} options
 */
export function createThread({ agent, limits, send, close }) {
  const panel = byId("thread");
  const where = h("p", { class: "bar-note" });
  const scroll = h("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Messages of the thread",
  });
  const status = h("p", { class: "status" });
  const composer = new Composer({ id: "thread-composer", name: "Write in the thread", agent, limits, send });
  const shut = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close the thread", onclick: close },
    icon("close"),
  );
  panel.append(
    h("div", { class: "bar" }, h("div", { class: "bar-title" }, h("h2", {}, "Thread"), where), shut),
    scroll,
    status,
    composer.element,
  );
  dropFiles(panel, (files) => composer.addFiles(files));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });
  const pane = createPane(scroll, "Messages of the thread");
  const writing = createWriting(scroll);
  let shown = "";
  return {
    composer,
    toEnd: pane.toEnd,
    /** @param {Model} model @param {MessageActs} acts @param {number} seen Number of the last reply seen before. */
    draw(model, acts, seen) {
      const thread = model.place.thread;
      const root = thread === undefined ? undefined : model.messages.get(thread);
      panel.hidden = root === undefined;
      document.body.classList.toggle("with-thread", root !== undefined);
      if (root === undefined) {
        shown = "";
        pane.clear();
        return;
      }
      const dm = root.channel.startsWith("dm-");
      if (shown !== root.id)
        composer.moveTo(root.id, "Reply in the thread", "Enter sends, Shift + Enter makes a new line");
      shown = root.id;
      where.textContent = dm ? `with ${agentName}` : `in #${root.channel}`;
      const live = model.live.get(root.thread);
      const state = model.statuses.get(root.thread) ?? "";
      const said = (state === "processing" ? live?.status : undefined) ?? statusWords[state] ?? "";
      status.textContent = said;
      status.classList.toggle("busy", state === "processing");
      const messages = [root, ...model.replies(root.thread)];
      const atEnd = writing.atEnd();
      pane.draw(root.id, messages, { model, acts, inChannel: false, seen });
      writing.draw(live?.answer, atEnd);
    },
  };
}

/**
 * An answer while it is written. Not announced: the message that takes its place is.
 * @param {HTMLElement} scroll
 */
function createWriting(scroll) {
  const text = h("div", {});
  const element = h(
    "section",
    { class: "writing", "aria-label": "Being written", hidden: true },
    h("p", { class: "writing-head" }, `${agentName} is writing`),
    text,
  );
  scroll.append(element);
  return {
    atEnd: () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80,
    /** @param {readonly import("../markdown.ts").Block[] | undefined} answer @param {boolean} stick */
    draw(answer, stick) {
      element.hidden = answer === undefined;
      text.replaceChildren(...(answer === undefined ? [] : [richText(answer)]));
      if (answer !== undefined && stick) scroll.scrollTop = scroll.scrollHeight;
    },
  };
}

/** @type {Readonly<Record<string, string>>} */
const statusWords = {
  processing: `${agentName} is working`,
  suspended: `${agentName} is waiting for an answer`,
};
