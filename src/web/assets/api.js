// @ts-check
// The page's talk with the server.

/** @typedef {import("../chat-views.ts").ChatStateView} ChatState */
/** @typedef {import("../chat-views.ts").LiveView} LiveView */
/** @typedef {import("../message-view.ts").MessageView} MessageView */

/** A refusal with a sentence for the person. */
class Refusal extends Error {
  /** @param {number} status @param {string} sentence */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

const unreachable = "Deputy cannot be reached. Nothing was sent; try again when the connection is back.";

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
async function call(path, init) {
  const response = await fetch(path, init).catch(() => undefined);
  if (response === undefined) throw new Refusal(0, unreachable);
  const body = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new Refusal(response.status, body.error ?? "That did not work. Reload the page and try again.");
  return body;
}

/** @param {string} method @param {unknown} body @returns {RequestInit} */
function json(method, body) {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** @param {string} as @returns {Promise<ChatState>} */
export function loadState(as) {
  return call(`/chat/state?as=${encodeURIComponent(as)}`);
}

/** @typedef {import("../console-contract.ts").WaitingLink} WaitingLink */

/** @param {string} as @returns {Promise<readonly WaitingLink[] | "nowhere" | undefined>} `nowhere` where nobody keeps such a list. */
export function loadWaiting(as) {
  return call(`/chat/console/waiting?as=${encodeURIComponent(as)}`).catch((error) =>
    error.status === 404 ? "nowhere" : undefined,
  );
}

/**
 * @param {{ as: string, channel: string, thread?: string | undefined, text: string, files: readonly File[] }} saying
 * @returns {Promise<{ message: MessageView }>}
 */
export function say({ as, channel, thread, text, files }) {
  if (files.length === 0) return call("/chat/messages", json("POST", { as, channel, thread, text }));
  const form = new FormData();
  for (const [name, value] of Object.entries({ as, channel, thread: thread ?? "", text }))
    form.set(name, value);
  for (const file of files) form.append("files", file);
  return call("/chat/messages", { method: "POST", body: form });
}

/** @param {{ as: string, id: string, text: string }} change */
export function edit({ as, id, text }) {
  return call(`/chat/messages/${encodeURIComponent(id)}`, json("PATCH", { as, text }));
}

/** @param {{ as: string, id: string }} change */
export function remove({ as, id }) {
  return call(`/chat/messages/${encodeURIComponent(id)}`, json("DELETE", { as }));
}

/** @param {{ as: string, id: string }} change @returns {Promise<{ delivered: boolean }>} */
export function retry({ as, id }) {
  return call(`/chat/messages/${encodeURIComponent(id)}/retry`, json("POST", { as }));
}

/**
 * @param {{ as: string, message: string, action: string, value: string, text?: string | undefined }} click
 * @returns {Promise<{ delivered: boolean }>}
 */
export function click(click) {
  return call("/chat/actions", json("POST", click));
}

/**
 * Follows the room after event `since`; the browser resumes by itself.
 * @param {string} as
 * @param {number} since
 * @param {{ message(view: MessageView): void, status(change: { thread: string, status: string }): void, live(words: LiveView): void, reset(): void, connection(state: "open" | "lost" | "over"): void }} on
 * @returns {() => void}
 */
export function follow(as, since, on) {
  const source = new EventSource(`/chat/events?as=${encodeURIComponent(as)}&since=${since}`);
  source.addEventListener("message", (event) => on.message(JSON.parse(event.data)));
  source.addEventListener("status", (event) => on.status(JSON.parse(event.data)));
  source.addEventListener("live", (event) => on.live(JSON.parse(event.data)));
  source.addEventListener("reset", () => on.reset());
  source.onopen = () => on.connection("open");
  source.onerror = () => on.connection(source.readyState === EventSource.CLOSED ? "over" : "lost");
  return () => source.close();
}
