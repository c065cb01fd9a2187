// @ts-check
// One message in a list: who, when, what, its files, and what can be done with it.

import { bodyOf, statePill } from "./bodies.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { agoOf, timeOf } from "./time.js";

/** @typedef {import("../message-view.ts").MessageView} MessageView */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("../../domain/outbox.ts").Button} Button */
/** @typedef {import("./icons.js").IconName} IconName */
/**
 * @typedef {object} MessageActs
 * @property {(view: MessageView, button: Button, text?: string) => Promise<void>} press
 * @property {(view: MessageView) => void} openThread
 * @property {(view: MessageView) => void} asText
 * @property {(view: MessageView) => void} edit
 * @property {(view: MessageView) => Promise<void>} remove
 * @property {(view: MessageView) => Promise<void>} retry
 */

/**
 * What the element depends on: the same print is the same element.
 * @param {MessageView} view
 * @param {Model} model
 * @param {boolean} inChannel
 */
export function printOf(view, model, inChannel) {
  const around = inChannel ? summaryOf(view, model) : model.openAttention(view.thread)?.attention.mentionName;
  return JSON.stringify([view, model.as, around]);
}

/**
 * @param {MessageView} view
 * @param {Model} model
 * @param {{ acts: MessageActs, inChannel: boolean }} options
 * @returns {HTMLElement}
 */
export function messageOf(view, model, { acts, inChannel }) {
  const name = model.nameOf(view);
  const person = view.author !== undefined;
  const labelled = `author-${inChannel ? "c" : "t"}-${view.id}`;
  return h(
    "li",
    {
      class: `message ${person ? "person" : "agent"} ${view.onlyYou ? "only-you" : ""}`,
      id: `${inChannel ? "c" : "t"}-${view.id}`,
    },
    h(
      "article",
      { "aria-labelledby": labelled },
      avatarOf(view.author, name),
      h(
        "div",
        { class: "message-main" },
        h(
          "p",
          { class: "message-head" },
          h("span", { class: "author", id: labelled }, name),
          !person && h("span", { class: "tag" }, "agent"),
          timeOf(view.sentAt),
          view.editedAt !== undefined && person && !view.removed && h("span", { class: "muted" }, "edited"),
          view.onlyYou && h("span", { class: "only-you-mark" }, icon("private"), "Only you can see this"),
        ),
        contentOf(view, model, acts),
        inChannel && threadLinkOf(view, model, acts),
      ),
      !view.removed && toolsOf(view, model, acts),
    ),
  );
}

/** @param {MessageView} view @param {Model} model @param {MessageActs} acts @returns {HTMLElement} */
function contentOf(view, model, acts) {
  if (view.removed) return h("p", { class: "muted removed" }, "This message was deleted.");
  const files =
    view.files.length > 0 &&
    h(
      "ul",
      { class: "files", "aria-label": "Files" },
      view.files.map((file) => fileOf(file, model.as)),
    );
  const context = {
    id: view.id,
    files,
    me: model.me?.name ?? "",
    waitsFor: model.openAttention(view.thread)?.attention.mentionName,
    press: (/** @type {Button} */ button, /** @type {string | undefined} */ text) =>
      acts.press(view, button, text),
  };
  return h(
    "div",
    { class: "content" },
    bodyOf(view.body, context),
    view.body.kind !== "result" && files,
    view.reactions.length > 0 &&
      h("ul", { class: "reactions", "aria-label": "Reactions" }, view.reactions.map(reactionOf)),
    deliveryOf(view, acts),
  );
}

/** @param {string | undefined} author @param {string} name */
function avatarOf(author, name) {
  if (author === undefined)
    return h("img", { class: "avatar", src: "/chat/assets/mark.svg", alt: "", width: 36, height: 36 });
  return h("span", { class: `avatar letter ${author}`, "aria-hidden": "true" }, name.slice(0, 2));
}

/** @param {MessageView["files"][number]} file @param {string} as */
function fileOf({ id, title, name, size }, as) {
  const href = `/chat/files/${encodeURIComponent(id)}?as=${encodeURIComponent(as)}`;
  return h(
    "li",
    {},
    h(
      "a",
      { class: "file", href, download: name },
      icon("file"),
      h("span", { class: "file-name" }, h("span", { class: "hidden" }, "Download "), title),
      h("span", { class: "muted" }, size),
      icon("download"),
    ),
  );
}

/** @type {Readonly<Record<string, { words: string, sign: IconName }>>} */
const knownReactions = {
  eyes: { words: "seen", sign: "eye" },
  white_check_mark: { words: "done", sign: "check" },
  heavy_check_mark: { words: "done", sign: "check" },
  warning: { words: "warning", sign: "alert" },
  octagonal_sign: { words: "stopped", sign: "stop" },
  no_entry: { words: "refused", sign: "close" },
};

/** @param {string} name */
function reactionOf(name) {
  const known = knownReactions[name];
  return h(
    "li",
    { class: "reaction" },
    known ? icon(known.sign) : false,
    known ? known.words : name.replaceAll("_", " "),
  );
}

/** @param {MessageView} view @param {MessageActs} acts */
function deliveryOf(view, acts) {
  if (view.delivery === "delivered") return false;
  if (view.delivery === "sending") return h("p", { class: "delivery sending" }, "Sending…");
  const again = h(
    "button",
    {
      type: "button",
      class: "button small",
      "data-focus": `${view.id} retry`,
      onclick: () => void acts.retry(view),
    },
    "Retry now",
  );
  const what = view.author === undefined ? "A click was not delivered." : "Not delivered.";
  return h(
    "div",
    { class: "delivery failed" },
    icon("alert"),
    h("span", {}, `${what} It is tried again by itself.`),
    again,
  );
}

/** @param {MessageView} view @param {Model} model */
function summaryOf(view, model) {
  const replies = model.replies(view.thread);
  const last = replies.at(-1);
  const card = model.cardOf(view.thread);
  const asked = model.openAttention(view.thread);
  return {
    count: replies.length,
    last: last?.sentAt,
    authors: [...new Set(replies.map((reply) => reply.author ?? "deputy"))],
    unread: model.unread((one) => one.thread === view.thread && one.id !== view.id).length,
    state: card?.state ?? (asked && "Waiting for you"),
    askedBy: card?.askedBy,
    waitsFor: asked?.attention.mentionName,
    open: model.place.thread === view.thread,
  };
}

/** @param {MessageView} view @param {Model} model @param {MessageActs} acts @returns {HTMLElement} */
function threadLinkOf(view, model, acts) {
  const { count, last, authors, unread, state, askedBy, waitsFor, open } = summaryOf(view, model);
  const attributes = {
    type: "button",
    class: `thread-link ${open ? "open" : ""}`,
    "aria-pressed": open ? "true" : "false",
    "data-focus": `${view.id} thread`,
    onclick: () => acts.openThread(view),
  };
  if (count === 0)
    return h("button", { ...attributes, class: `${attributes.class} empty` }, icon("reply"), "Reply");
  return h(
    "button",
    attributes,
    h(
      "span",
      { class: "faces", "aria-hidden": "true" },
      authors
        .slice(0, 4)
        .map((author) => avatarOf(author === "deputy" ? undefined : author, author.charAt(0).toUpperCase())),
    ),
    h("span", { class: "replies" }, `${count} ${count === 1 ? "reply" : "replies"}`),
    unread > 0 && h("span", { class: "badge" }, `${unread} new`),
    state !== undefined && statePill(state, model.me?.name ?? "", waitsFor ?? askedBy),
    last !== undefined && h("span", { class: "muted ago" }, "last reply ", agoOf(last)),
  );
}

/** @param {MessageView} view @param {Model} model @param {MessageActs} acts @returns {HTMLElement} */
function toolsOf(view, model, acts) {
  const own = view.author === model.as;
  const list = h("div", { class: "tool-list", hidden: true });
  const toggle = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": "More about this message",
      "aria-expanded": "false",
      "data-focus": `${view.id} more`,
      onclick: () => show(list.hidden === true),
    },
    icon("more"),
  );
  const show = (/** @type {boolean} */ shown) => {
    list.hidden = !shown;
    toggle.setAttribute("aria-expanded", String(shown));
    const first = list.querySelector("button");
    if (shown && first) first.focus();
  };
  /** @param {IconName} sign @param {string} label @param {() => void} act */
  const tool = (sign, label, act) => {
    const run = () => {
      show(false);
      toggle.focus();
      act();
    };
    return h("button", { type: "button", class: "tool", onclick: run }, icon(sign), label);
  };
  list.append(tool("text", "Show as text", () => acts.asText(view)));
  if (own)
    list.append(
      tool("edit", "Edit", () => acts.edit(view)),
      tool("remove", "Delete", () => void acts.remove(view)),
    );
  const tools = h("div", { class: "tools" }, toggle, list);
  tools.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    show(false);
    toggle.focus();
  });
  tools.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !tools.contains(event.relatedTarget)) show(false);
  });
  return tools;
}
