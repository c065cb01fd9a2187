// Streams of personal chats, as Microsoft's page on streaming has them: strict about order, pace, time and what was said before.

import type { Clock } from "../../../src/base/clock.ts";
import type { Json } from "./state.ts";

export interface FakeStream {
  readonly id: string;
  readonly conversation: string;
  readonly openedAt: number;
  /** Everything that was shown, in order. */
  readonly shown: { readonly type: string; readonly text: string; readonly at: number }[];
  sequence: number;
  lastAt: number;
  state: "open" | "stopped" | "completed";
}

export type StreamAnswer =
  | { readonly kind: "shown"; readonly id: string; readonly first: boolean }
  /** The message that ends it. */
  | { readonly kind: "ended"; readonly stream: FakeStream }
  | { readonly kind: "refused"; readonly status: number; readonly code: string; readonly message: string };

const lifetimeMs = 120_000;
const paceMs = 1_000;

/** Undefined for an activity that is no part of a stream. */
export function streamInfoOf({ entities }: Json): Json | undefined {
  const found: unknown = Array.isArray(entities)
    ? entities.find((one) => one?.type === "streaminfo")
    : undefined;
  return typeof found === "object" && found !== null ? { ...found } : undefined;
}

export interface Streamed {
  readonly conversation: string;
  readonly activity: Json;
  readonly info: Json;
}

interface Piece extends Streamed {
  readonly text: string;
  readonly type: string;
  readonly isFinal: boolean;
  readonly now: number;
}

/** Changes `streams` where it takes the piece. */
export function takePiece(streams: FakeStream[], clock: Clock, given: Streamed): StreamAnswer {
  const { activity, info } = given;
  const text = typeof activity["text"] === "string" ? activity["text"] : "";
  const type = typeof info["streamType"] === "string" ? info["streamType"] : "streaming";
  const piece: Piece = { ...given, text, type, isFinal: type === "final", now: clock.now() };
  const stream = streams.find(({ id }) => id === info["streamId"]);
  return wrongForm(piece) ?? (stream === undefined ? begin(streams, piece) : goOn(stream, piece));
}

function wrongForm({ conversation, activity, info, text, type, isFinal }: Piece): StreamAnswer | undefined {
  if (!conversation.startsWith("a:")) return notAllowed("Content stream is not allowed");
  if (activity["type"] !== (isFinal ? "message" : "typing")) return bad("type and streamType don't fit");
  if (isFinal === (info["streamSequence"] !== undefined))
    return bad("streamSequence is for what is not final");
  if (isFinal) return undefined;
  if (text === "") return bad("Start streaming activities should include text");
  if (activity["attachments"] !== undefined) return bad("attachments before the end");
  return type === "informative" && text.length > 1_000 ? bad("An informative line is too long") : undefined;
}

function begin(streams: FakeStream[], { conversation, info, isFinal, type, text, now }: Piece): StreamAnswer {
  if (info["streamId"] !== undefined || isFinal) return bad("there is no such stream");
  if (info["streamSequence"] !== 1) return bad("the first streamSequence is 1");
  const isOpen = ({ state, openedAt }: FakeStream): boolean =>
    state === "open" && now - openedAt <= lifetimeMs;
  if (streams.some((one) => one.conversation === conversation && isOpen(one)))
    return notAllowed("Content stream is not allowed");
  const id = `stream-${streams.length + 1}`;
  const shown = [{ type, text, at: now }];
  streams.push({ id, conversation, openedAt: now, shown, sequence: 1, lastAt: now, state: "open" });
  return { kind: "shown", id, first: true };
}

function goOn(stream: FakeStream, piece: Piece): StreamAnswer {
  const { info, isFinal, type, text, now } = piece;
  const refusal = closed(stream, piece) ?? wrongWords(stream, piece);
  if (refusal) return refusal;
  const sequence = Number(info["streamSequence"]);
  if (!isFinal && !(sequence > stream.sequence)) {
    const message = "PreCondition failed exception when processing streaming activity.";
    return { kind: "refused", status: 202, code: "ContentStreamSequenceOrderPreConditionFailed", message };
  }
  stream.lastAt = now;
  if (isFinal) {
    stream.state = "completed";
    return { kind: "ended", stream };
  }
  stream.sequence = sequence;
  stream.shown.push({ type, text, at: now });
  return { kind: "shown", id: stream.id, first: false };
}

function closed(stream: FakeStream, { conversation, now }: Piece): StreamAnswer | undefined {
  if (stream.conversation !== conversation) return bad("not a stream of this conversation");
  if (stream.state === "stopped") return notAllowed("Content stream was cancelled by user.");
  if (stream.state === "completed")
    return notAllowed("Content stream is not allowed on an already completed streamed message");
  if (now - stream.openedAt > lifetimeMs)
    return notAllowed("Content stream finished due to exceeded streaming time.");
  if (now - stream.lastAt >= paceMs) return undefined;
  return { kind: "refused", status: 429, code: "", message: "API calls quota exceeded" };
}

function wrongWords({ shown }: FakeStream, { type, text }: Piece): StreamAnswer | undefined {
  const before = shown.findLast((one) => one.type === "streaming")?.text ?? "";
  if (type === "informative")
    return before === "" ? undefined : bad("no informative line once the answer has begun");
  return text.startsWith(before)
    ? undefined
    : notAllowed("Content stream has to hold what was streamed before");
}

function notAllowed(message: string): StreamAnswer {
  return { kind: "refused", status: 403, code: "ContentStreamNotAllowed", message };
}

function bad(message: string): StreamAnswer {
  return { kind: "refused", status: 400, code: "BadRequest", message };
}
