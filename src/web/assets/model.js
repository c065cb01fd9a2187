// @ts-check
// What the page knows: the room as one person sees it, where they look, and what they have seen.

import { agentName } from "./agent.js";
import { follow, loadState, loadWaiting } from "./api.js";

/** @typedef {import("../message-view.ts").MessageView} MessageView */
/** @typedef {import("../chat-views.ts").ChatStateView} ChatState */
/** @typedef {import("../chat-views.ts").LiveView} LiveView */
/** @typedef {import("./api.js").WaitingLink} WaitingLink */
/** @typedef {Extract<MessageView["body"], { kind: "attention" }>} AttentionBody */
/** @typedef {{ channel: string, thread?: string | undefined }} Place */
/** @typedef {"open" | "lost" | "over"} Connection */

const lookAfterMs = 300;

/** Not what only tells: what comes round, what is connected, what was asked elsewhere. @param {AttentionBody} body */
function asks({ attention: { about, decided, options, freeText } }) {
  if (decided !== undefined || about === "schedule") return false;
  return freeText !== undefined || options.some(({ action }) => action !== "connect.disconnect");
}

export class Model {
  /** @type {ChatState | undefined} */
  state;
  /** @type {Map<string, MessageView>} */
  messages = new Map();
  /** @type {Map<string, string>} */
  statuses = new Map();
  /** What is shown before it is said, by thread. @type {Map<string, LiveView>} */
  live = new Map();
  /** @type {Place} */
  place = { channel: "sales" };
  as = sessionStorage.getItem("deputy.as") ?? "ana";
  /** @type {Connection} */
  connection = "open";

  #unfollow = () => {};
  #wanted = "";
  /** What the agent says that waits for the viewer; undefined where only the messages tell. @type {readonly WaitingLink[] | undefined} */
  waiting;

  #hasList = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #look;
  /** @type {() => void} */
  #changed;
  /** @type {(view: MessageView, before: MessageView | undefined) => void} */
  #heard;

  /**
   * @param {{ changed: () => void, heard: (view: MessageView, before: MessageView | undefined) => void }} on
   */
  constructor(on) {
    this.#changed = on.changed;
    this.#heard = on.heard;
  }

  /**
   * Looks at the room as this person, from the beginning. Nothing changes when the room cannot be loaded.
   * @param {string} as
   * @param {Place} [place]
   */
  async become(as, place = this.place) {
    this.#wanted = as;
    const state = await loadState(as);
    if (this.#wanted !== as) return; // switched again meanwhile
    this.#unfollow();
    this.as = as;
    sessionStorage.setItem("deputy.as", as);
    this.place = place;
    this.state = state;
    this.messages = new Map(state.messages.map((message) => [message.id, message]));
    this.statuses = new Map(Object.entries(state.statuses));
    this.live = new Map();
    this.waiting = undefined;
    this.#lookForWaiting(0);
    this.#unfollow = follow(as, state.seq, {
      message: (view) => this.take(view),
      status: ({ thread, status }) => {
        this.statuses.set(thread, status);
        this.#changed();
      },
      live: (words) => {
        this.live.set(words.thread, words);
        this.#changed();
      },
      reset: () => void this.become(as),
      connection: (connection) => {
        this.connection = connection;
        if (connection !== "open") this.live = new Map(); // what ends it may be missed meanwhile
        this.#changed();
      },
    });
    this.#changed();
  }

  /** A message as it is now, from an event or an answer. @param {MessageView} view */
  take(view) {
    const before = this.messages.get(view.id);
    this.messages.set(view.id, view);
    if (view.body.kind !== "text") this.#lookForWaiting(lookAfterMs);
    this.#heard(view, before);
    this.#changed();
  }

  /** Whatever the agent says may have changed it; several words are one look. @param {number} ms */
  #lookForWaiting(ms) {
    clearTimeout(this.#look);
    if (!this.#hasList) return;
    this.#look = setTimeout(() => void this.#lookAgain(), ms);
  }

  async #lookAgain() {
    const { as } = this;
    const waiting = await loadWaiting(as);
    if (waiting === "nowhere") this.#hasList = false;
    else if (this.as === as && waiting !== undefined) {
      this.waiting = waiting;
      this.#changed();
    }
  }

  get me() {
    return this.state?.people.find((person) => person.id === this.as);
  }

  /** @param {MessageView} message */
  nameOf(message) {
    return this.state?.people.find((person) => person.id === message.author)?.name ?? agentName;
  }

  /** First messages of the threads of a channel, oldest first. @param {string} channel */
  roots(channel) {
    return this.#sorted((one) => one.channel === channel && one.id === one.thread);
  }

  /** @param {string} thread */
  replies(thread) {
    return this.#sorted((one) => one.thread === thread && one.id !== thread);
  }

  /** The run card of a thread as it is now. @param {string} thread */
  cardOf(thread) {
    const cards = this.replies(thread).flatMap(({ body }) => (body.kind === "card" ? [body.card] : []));
    return cards.at(-1);
  }

  /** The question that a thread waits on. @param {string} thread */
  openAttention(thread) {
    const open = this.replies(thread).flatMap(({ body }) =>
      body.kind === "attention" && asks(body) ? [body] : [],
    );
    return open.at(-1);
  }

  /** What is open and waits for a person, as far as the viewer sees, the oldest first. @param {string} name */
  waitingFor(name) {
    return this.#sorted(({ body, removed }) => {
      if (body.kind !== "attention" || removed) return false;
      return asks(body) && body.attention.mentionName === name;
    });
  }

  /** What the viewer has not seen. @param {(message: MessageView) => boolean} which */
  unread(which) {
    return [...this.messages.values()].filter(
      (one) => which(one) && one.author !== this.as && !one.removed && one.seq > this.seenUpTo(one.thread),
    );
  }

  /** @param {string} thread */
  seenUpTo(thread) {
    return Number(localStorage.getItem(this.#seenKey(thread)) ?? 0);
  }

  /** @param {string} thread @param {number} seq */
  markSeen(thread, seq) {
    if (seq > this.seenUpTo(thread)) localStorage.setItem(this.#seenKey(thread), String(seq));
  }

  /** @param {string} thread */
  #seenKey(thread) {
    return `deputy.seen.${this.as}.${thread}`;
  }

  /** @param {(message: MessageView) => boolean} which */
  #sorted(which) {
    return [...this.messages.values()].filter(which).sort((a, b) => a.seq - b.seq);
  }
}
