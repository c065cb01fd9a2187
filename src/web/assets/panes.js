// @ts-check
// The two lists of messages: a channel, and a thread beside it.

import { agent, agentName } from "./agent.js";
import { byId, h, syncChildren } from "./dom.js";
import { icon } from "./icons.js";
import { messageOf, printOf } from "./message.js";
import { dayOf } from "./time.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("../message-view.ts").MessageView} MessageView */
/** @typedef {import("./message.js").MessageActs} MessageActs */
/** @typedef {import("./dom.js").Item} Item */

/**
 * A scrolled list that stays at its end while the reader is there.
 * @param {HTMLElement} scroll
 * @param {string} label
 */
export function createPane(scroll, label) {
  const list = h("ol", { class: "messages", "aria-label": label });
  const jump = h(
    "button",
    { type: "button", class: "button small jump", hidden: true },
    icon("down"),
    "New messages",
  );
  scroll.append(list);
  scroll.after(jump);
  let place = "";
  let newFrom = 0;
  let length = 0;
  const toEnd = () => {
    scroll.scrollTop = scroll.scrollHeight;
    jump.hidden = true;
  };
  /** To the end, but never past the first line of the last message. */
  const toLast = () => {
    toEnd();
    const last = list.lastElementChild;
    if (last instanceof HTMLElement && last.offsetTop < scroll.scrollTop)
      scroll.scrollTop = last.offsetTop - 8;
  };
  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  jump.addEventListener("click", toEnd);
  scroll.addEventListener("scroll", () => {
    if (atEnd()) jump.hidden = true;
  });
  return {
    toEnd,
    /** Forgets what it shows: another person may look next. */
    clear() {
      list.replaceChildren();
      place = "";
      length = 0;
    },
    /**
     * @param {string} at Where we are: another place begins at its end.
     * @param {readonly MessageView[]} messages
     * @param {{ model: Model, acts: MessageActs, inChannel: boolean, seen: number }} options
     */
    draw(at, messages, { model, acts, inChannel, seen }) {
      const moved = at !== place;
      if (moved) newFrom = seen;
      const stick = moved || atEnd();
      const grown = messages.length > length;
      place = at;
      length = messages.length;
      const items = itemsOf(messages, { model, acts, inChannel, newFrom });
      syncChildren(list, items);
      if (stick && (moved || grown)) toLast();
      else if (stick) toEnd();
      else if (grown) jump.hidden = false;
    },
  };
}

/**
 * @param {readonly MessageView[]} messages
 * @param {{ model: Model, acts: MessageActs, inChannel: boolean, newFrom: number }} options
 */
function itemsOf(messages, { model, acts, inChannel, newFrom }) {
  /** @type {Item[]} */
  const items = [];
  let day = "";
  let marked = newFrom === 0; // nothing was seen before: all of it is new
  for (const view of messages) {
    if (inChannel && dayOf(view.sentAt) !== day) {
      day = dayOf(view.sentAt);
      items.push(divider(`day ${day}`, day, "day"));
    }
    if (!marked && view.seq > newFrom && view.author !== model.as) {
      marked = true;
      items.push(divider("new", "New", "new"));
    }
    const build = () => messageOf(view, model, { acts, inChannel });
    items.push({ key: view.id, print: printOf(view, model, inChannel), build });
  }
  return items;
}

/** @param {string} key @param {string} text @param {string} kind @returns {Item} */
function divider(key, text, kind) {
  return { key, print: text, build: () => h("li", { class: `divider ${kind}` }, h("span", {}, text)) };
}

/**
 * @param {Model} model
 * @param {{ suggest(text: string): void }} acts
 */
export function drawEmpty(model, acts) {
  const { channel } = model.place;
  const old = document.getElementById("empty");
  const needed = model.state !== undefined && model.roots(channel).length === 0;
  if (!needed) {
    old?.remove();
    return;
  }
  const dm = channel.startsWith("dm-");
  const lead = dm
    ? `Write to ${agentName} here. Only you two can read it, and it works with your own access.`
    : `Mention @${agent} in a message, and attach a file if it needs one. It answers in the thread.`;
  const ideas = (model.state?.suggestions ?? []).map((idea) =>
    h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "button suggestion",
          onclick: () => acts.suggest(dm ? idea : `@${agent} ${idea}`),
        },
        idea,
      ),
    ),
  );
  const empty = h(
    "div",
    { class: "empty", id: "empty" },
    h("img", { src: "/chat/assets/mark.svg", alt: "", width: 56, height: 56 }),
    h("h2", {}, dm ? "Your direct line" : `Give ${agentName} something to do`),
    h("p", {}, lead),
    ideas.length > 0 && h("ul", { class: "suggestions", "aria-label": "Things to ask for" }, ideas),
  );
  if (old) old.replaceWith(empty);
  else byId("messages").prepend(empty);
}
