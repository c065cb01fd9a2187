// Buttons, thumbs and forms as neutral actions (T-M3, T-M4, T-M5).

import { createHash } from "node:crypto";
import { parseJson } from "../../../base/json.ts";
import type { ActionId } from "../../../domain/actions.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import type { Person } from "../../../domain/person.ts";
import { type Click, FormData, readClick } from "../action-data.ts";
import type { TeamsDeps } from "../deps.ts";
import { addressOf, msOf } from "./home.ts";
import type { Reading } from "./messages.ts";
import { type Activity, CardAction, Feedback, Task } from "./shapes.ts";

export type ReadClick =
  | { readonly kind: "event"; readonly event: InboundEvent }
  | { readonly kind: "refresh" }
  /** Who clicked can't be said now, and it matters (TP3). */
  | { readonly kind: "later" }
  | { readonly kind: "unknown" };

const unknown: ReadClick = { kind: "unknown" };

export async function readCardAction(r: Reading, activity: Activity): Promise<ReadClick> {
  const action = CardAction.safeParse(activity.value).data?.action;
  if (action === undefined) return unknown;
  if (action.verb === "card.refresh") return { kind: "refresh" };
  const click = readClick(action.verb, action.data);
  return click ? eventOf(r, activity, click) : unknown;
}

export async function readForm(r: Reading, activity: Activity): Promise<ReadClick> {
  const data = Task.safeParse(activity.value).data?.data;
  const form = FormData.safeParse(data).data;
  const click = form && readClick(form.form, data);
  return click ? eventOf(r, activity, click) : unknown;
}

/** Which run a thumb is about, the message under which it was pressed says. */
export async function readFeedback(
  r: Reading,
  activity: Activity,
  shown: TeamsDeps["shown"],
): Promise<ReadClick> {
  const said = Feedback.safeParse(activity.value).data?.actionValue;
  const { replyToId } = activity;
  if (said === undefined || replyToId === undefined) return unknown;
  const message = (await shown?.(addressOf(r.settings, activity), replyToId))?.message;
  const action = said.reaction === "like" ? "feedback.up" : "feedback.down";
  const buttons = message?.kind === "result" ? message.buttons : [];
  const value = buttons.find((button) => button.action === action)?.value;
  if (value === undefined) return unknown;
  const text = wordsOf(said.feedback);
  const click: Click = { action, value, nonce: replyToId, ...(text === "" ? {} : { text }) };
  return eventOf(r, activity, click);
}

/** Teams sends what was typed as JSON in a string. */
function wordsOf(feedback: string | undefined): string {
  const value = parseJson(feedback ?? "")?.value;
  const text =
    typeof value === "object" && value !== null && "feedbackText" in value ? value.feedbackText : "";
  return typeof text === "string" ? text.trim() : "";
}

async function eventOf(r: Reading, activity: Activity, click: Click): Promise<ReadClick> {
  const author = await authorOf(r, activity, click.action);
  if (author === undefined) return { kind: "later" };
  const { conversation, from, replyToId = "" } = activity;
  const { action, value, text, nonce } = click;
  const typed = createHash("sha256")
    .update(text ?? "")
    .digest("hex")
    .slice(0, 12);
  const id = [conversation.id, from.id, replyToId, action, value, nonce, typed];
  const event: InboundEvent = {
    eventId: `click:${createHash("sha256").update(JSON.stringify(id)).digest("hex")}`,
    conversation: addressOf(r.settings, activity),
    author,
    sentAt: msOf(activity, r.clock.now()),
    kind: "action",
    action,
    value,
    ...(text === undefined ? {} : { text }),
  };
  return { kind: "event", event };
}

async function authorOf(
  { people }: Reading,
  activity: Activity,
  action: ActionId,
): Promise<Person | undefined> {
  return action.startsWith("approval.") ? people.decider(activity) : people.author(activity);
}
