// What an invoke is answered with: Teams shows "unable to reach app" to anything else, and delivers the click again (T-M4).

export type InvokeReply = Readonly<Record<string, unknown>>;

/** Shown to whoever clicked. */
export function told(text: string): InvokeReply {
  return { statusCode: 200, type: "application/vnd.microsoft.activity.message", value: text };
}

/** The card is replaced for whoever asked. */
export function replaced(card: unknown): InvokeReply {
  return { statusCode: 200, type: "application/vnd.microsoft.card.adaptive", value: card };
}

export function notTaken(): InvokeReply {
  return {
    statusCode: 500,
    type: "application/vnd.microsoft.error",
    value: { code: "500", message: "I couldn't take that in just now. Please try again in a minute." },
  };
}

/** It may still be kept, and says nothing else: what is pressed again is the same click (AD2). */
const late =
  "That takes me longer than usual. If nothing has changed here in a minute, please press it again: twice counts once.";

/** For an invoke called `name` that is not worked out in time. */
export function tooSlow(name: string | undefined): InvokeReply {
  if (name === "adaptiveCard/action") return told(late);
  return name?.startsWith("task/") === true ? taskTold(late) : nothing;
}

export function taskForm(title: string, card: unknown): InvokeReply {
  const content = { contentType: "application/vnd.microsoft.card.adaptive", content: card };
  return { task: { type: "continue", value: { title, height: "medium", width: "medium", card: content } } };
}

export function taskTold(text: string): InvokeReply {
  return { task: { type: "message", value: text } };
}

/** Wherever no words are shown. */
export const nothing: InvokeReply = {};
