// Invokes: answered at once with a well-formed reply, and worked on afterwards (T-M4).
//
//   IV1  An action is committed before its reply: "Taken in." is true (I1).
//   IV2  Every invoke has a reply, known or not. Nothing that a person could want is done for an unknown one.
//   IV3  A reply waits for nothing longer than Teams' patience allows: not for the store, not for the roster. What is late goes on.

import { within } from "../../../base/abort.ts";
import { errorText } from "../../../base/errors.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import type { TeamsDeps } from "../deps.ts";
import { FormData } from "../action-data.ts";
import { addressOf } from "./home.ts";
import { type ReadClick, readCardAction, readFeedback, readForm } from "./clicks.ts";
import * as replies from "./invoke-replies.ts";
import type { InboundEdges } from "./edges.ts";
import type { Reading } from "./messages.ts";
import { type Activity, FileConsent, Task } from "./shapes.ts";

export interface InvokeDeps extends Reading {
  readonly shown: TeamsDeps["shown"];
  readonly log: TeamsDeps["log"];
  readonly edges: InboundEdges;
}

const taken = "Taken in.";
const unknownControl =
  "I don't know that button: its message is from another version of me. Please write what you need here.";

/** Teams gives up after 10 to 15 s; whether the token is good was asked before, and takes its time, too (VE5). */
const patienceMs = 5_000;

/** `before`: what else is to be there when it is answered. */
export async function answerInvoke(
  d: InvokeDeps,
  activity: Activity,
  before: Promise<unknown>,
): Promise<replies.InvokeReply> {
  const worked = Promise.all([answered(d, activity), before]).then(([reply]) => reply);
  const reply = await within(d.clock, patienceMs, worked);
  if (reply !== undefined) return reply;
  d.log.warn("A click in Teams takes long, and is answered before it is done", { invoke: activity.name });
  return replies.tooSlow(activity.name);
}

async function answered(d: InvokeDeps, activity: Activity): Promise<replies.InvokeReply> {
  switch (activity.name ?? "") {
    case "adaptiveCard/action":
      return cardAction(d, activity);
    case "message/submitAction":
      await commit(d, await readFeedback(d, activity, d.shown));
      return replies.nothing;
    case "task/fetch":
      return openForm(d, activity);
    case "task/submit":
      return submitForm(d, activity);
    case "fileConsent/invoke":
      return fileConsent(d, activity);
    default:
      return replies.nothing; // sign-in and what Teams may yet invent
  }
}

async function cardAction(d: InvokeDeps, activity: Activity): Promise<replies.InvokeReply> {
  const read = await readCardAction(d, activity);
  if (read.kind === "refresh") return refreshed(d, activity);
  if (read.kind === "unknown") {
    d.edges.reject("unknown-action", { invoke: activity.name });
    return replies.told(unknownControl);
  }
  if (read.kind === "later" || !(await commit(d, read))) return replies.notTaken();
  const decided = await newestCard(
    d,
    activity,
    ({ kind, decided: by }) => kind === "attention" && by !== undefined,
  );
  return decided === undefined ? replies.told(taken) : replies.replaced(decided);
}

async function refreshed(d: InvokeDeps, activity: Activity): Promise<replies.InvokeReply> {
  const card = await newestCard(d, activity, () => true);
  return card === undefined ? replies.told("There is nothing newer.") : replies.replaced(card);
}

/** Of the message that was clicked, if it is one of those that are wanted. What is decided shows at once to who decided. */
async function newestCard(
  d: InvokeDeps,
  activity: Activity,
  wanted: (message: { readonly kind: Outgoing["kind"]; readonly decided?: string | undefined }) => boolean,
): Promise<unknown> {
  const at = addressOf(d.settings, activity);
  const { replyToId } = activity;
  try {
    const shown = replyToId === undefined ? undefined : await d.shown?.(at, replyToId);
    return shown && wanted(shown.message) ? await d.edges.cardOf(at, shown.message) : undefined;
  } catch (error) {
    d.log.debug("A card could not be shown anew", { error: errorText(error) });
    return undefined;
  }
}

async function openForm(d: InvokeDeps, activity: Activity): Promise<replies.InvokeReply> {
  const form = FormData.safeParse(Task.safeParse(activity.value).data?.data).data;
  if (form === undefined) return replies.taskTold(unknownControl);
  const { title, card } = d.edges.formFor(form);
  return replies.taskForm(title, card);
}

async function submitForm(d: InvokeDeps, activity: Activity): Promise<replies.InvokeReply> {
  const read = await readForm(d, activity);
  if (read.kind === "unknown" || read.kind === "refresh") return replies.taskTold(unknownControl);
  const isTaken = read.kind === "event" && (await commit(d, read));
  return replies.taskTold(isTaken ? taken : "I couldn't take that in just now. Please try again.");
}

async function fileConsent(d: InvokeDeps, activity: Activity): Promise<replies.InvokeReply> {
  const consent = FileConsent.safeParse(activity.value).data;
  if (consent !== undefined) d.edges.consented(addressOf(d.settings, activity), activity.replyToId, consent);
  return replies.nothing;
}

/** False where it could not be kept: the person is asked to click again, which is the same event. */
async function commit(d: InvokeDeps, read: ReadClick): Promise<boolean> {
  if (read.kind !== "event") return true;
  try {
    await d.edges.receive(read.event);
    return true;
  } catch (error) {
    d.log.error("A click in Teams could not be taken; its author is told to try again", {
      reason: errorText(error),
    });
    return false;
  }
}
