// A message as the end of the stream that its run has open in the chat: the line or the beginning of the answer turns into it.
//
//   ES1  It is the one delivery of the message: an entry of the outbox like any other, by the one call that posts it (I2).
//   ES2  What Teams refuses as the end of a stream is posted as a message of its own, in the same try: the refusal did not happen.
//   ES3  Where its fate is unknown it is sent as the same end again: Teams takes a stream's end once, and says so. What is said after it
//        is a message of its own then: that the end was taken says nothing of another message.
//   ES4  Words that are no beginning of the message are marked as broken off before it.

import type { Outgoing } from "../../../domain/outbox.ts";
import type { PostName } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import { streamRefusal } from "./teams-errors.ts";
import type { TeamsMessage } from "../render/teams-message.ts";
import type { Connector } from "./connector.ts";
import type { Spot } from "./places.ts";
import type { Showing } from "./showing.ts";
import { type EndingStream, endOf, type Streams } from "./streams.ts";

export interface EndStreamDeps {
  readonly connector: Connector;
  readonly showing: Showing;
  readonly streams: Streams;
}

export interface LastMessage {
  readonly message: Outgoing;
  readonly name: PostName;
}

/** The message's id; undefined where it is to be posted as if there had been no stream. */
export async function endStream(
  deps: EndStreamDeps,
  spot: Spot,
  { message, name }: LastMessage,
): Promise<string | undefined> {
  const { key, run } = name;
  const { streams, showing } = deps;
  const stream = await streams.ending(spot.conversation, name);
  if (stream === undefined) return undefined;
  const to = await showing.placeFor(message, spot.place.kind);
  try {
    const send = (form: TeamsMessage): Promise<string | undefined> => sendEnd(deps, spot, { form, stream });
    const id = await showing.inSomeForm(message, { ...to, streamed: stream.words !== "" }, send);
    if (id === undefined && run !== undefined) await streams.breakOff(spot, run);
    streams.forget(spot.conversation, stream);
    return id;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    const happened = stream.doubtful === key && streamRefusal(error) === "completed";
    if (error.fate === "unknown") stream.doubtful = key;
    if (!happened && !isOfTheStream(error)) throw error;
    streams.forget(spot.conversation, stream);
    return happened ? stream.id : undefined;
  }
}

interface End {
  readonly form: TeamsMessage;
  readonly stream: EndingStream;
}

/** Undefined where the message does not begin with what is shown (ES4), or Teams says that it dropped it. */
async function sendEnd(
  { connector }: EndStreamDeps,
  spot: Spot,
  { form, stream }: End,
): Promise<string | undefined> {
  const { place, conversation } = spot;
  if (stream.words !== "" && form.text?.startsWith(stream.words) !== true) return undefined;
  const answer = await connector.call({
    method: "POST",
    serviceUrl: place.serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/activities`,
    conversation,
    what: "the end of a stream",
    body: {
      ...form,
      entities: [...(form.entities ?? []), endOf(stream)],
      from: place.bot,
      conversation: { id: conversation },
    },
  });
  return "error" in answer ? undefined : stream.id;
}

/** ES2. What is put off, too large or in doubt is as it would be without a stream. */
function isOfTheStream({ fate, retry, code }: ChatError): boolean {
  return fate === "refused" && retry.kind === "never" && code !== "chat.bad_request";
}
