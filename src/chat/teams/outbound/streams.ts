// Streams of a personal chat (T-M8): one line of what a run is at, or its answer while it is written, as Teams' `typing` activities.
//
// Owns: which stream is open where, its numbers and times. Does not own: what is shown and when (gateway), and the message that ends a
// stream, which is the delivery of the outbox (post-message.ts, end-stream.ts).
//
//   TR1  Only in a personal chat, one stream at a time there; each activity after the answer to the one before, in order, and with
//        all the words that the one before had.
//   TR2  A hundred seconds, of the two minutes that Teams gives: then an answer is marked as broken off, and a line is left to end by
//        itself. A line has one stream in a run's life in this process: after that its card says the same.
//   TR3  Nothing here endangers a message: an activity is tried once, for five seconds, in a turn that is free (PT3); whatever is
//        refused ends the stream, and never the place (TE3).
//   TR4  An answer of which nothing can be shown yet has the line that is there sent again: a Stop is heard of all the while.
//   TR5  Kept in memory only. What a process that ended left open, Teams closes after two minutes.

import { pause, within } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { RunId } from "../../../domain/ids.ts";
import type { LiveOutcome, LiveShowing, LiveWords, PostName } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import { createShortMemory, type ShortMemory } from "../../short-memory.ts";
import { aiLabel } from "../render/ai-label.ts";
import { brokenOff, streamedWords } from "../render/render-stream.ts";
import type { Json } from "../render/teams-message.ts";
import type { Connector } from "./connector.ts";
import type { Spot } from "./places.ts";
import { streamRefusal } from "./teams-errors.ts";

/** Microsoft's advice is 1.5 to 2 s; one in a second is the limit. */
export const streamEveryMs = 1_700;
/** A Stop in the client is heard of in the answer to what is sent next. */
export const streamAgainMs = 3_000;
/** What looks the same as what is there is sent again no sooner. */
const sameAgainMs = 2_000;
const longestMs = 100_000;
/** Then Teams has closed it. */
const lifetimeMs = 120_000;
const callMs = 5_000;
const leastBetweenMs = 1_000;
const mostFailures = 3;
const remembered = 10_000;

export interface Streams {
  show(spot: Spot, showing: LiveShowing): Promise<LiveOutcome>;
  breakOff(spot: Spot, run: RunId): Promise<void>;
  /** What this message of its run ends, unless another's end is in doubt (ES3); nothing more is shown in it from now on. */
  ending(conversation: string, message: PostName): Promise<EndingStream | undefined>;
  /** It has ended, or is given up. */
  forget(conversation: string, stream: EndingStream): void;
}

export interface EndingStream {
  readonly id: string;
  /** What it shows of an answer; empty where it shows a line. */
  readonly words: string;
  /** The key of the message that was sent as its end, where nobody knows whether that arrived. */
  doubtful: string | undefined;
}

interface Stream {
  readonly run: RunId;
  readonly openedAt: number;
  /** As Teams calls it; unknown until its first activity is answered. */
  id: string | undefined;
  sequence: number;
  line: string;
  words: string;
  lastAt: number;
  failures: number;
  doubtful: string | undefined;
  /** Nothing more is shown in it. */
  ended: boolean;
  /** What is under way; resolves when it has been answered, and never rejects. */
  busy: Promise<LiveOutcome> | undefined;
}

export interface StreamsDeps {
  readonly connector: Connector;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createStreams(deps: StreamsDeps): Streams {
  return new ChatStreams(deps);
}

class ChatStreams implements Streams {
  readonly #deps: StreamsDeps;
  readonly #open = new Map<string, Stream>();
  /** Runs that have had their line (TR2). */
  readonly #lined: ShortMemory<true>;
  /** Chats that took no stream just now: one that a process left open is in the way for as long as it lives. */
  readonly #closed: ShortMemory<true>;

  constructor(deps: StreamsDeps) {
    this.#deps = deps;
    this.#lined = createShortMemory(deps.clock, { ms: 24 * 3_600_000, most: remembered });
    this.#closed = createShortMemory(deps.clock, { ms: lifetimeMs, most: remembered });
  }

  async show(spot: Spot, { run, words: live, may }: LiveShowing): Promise<LiveOutcome> {
    const { conversation, place } = spot;
    if (place.kind !== "dm" || this.#closed.has(conversation)) return "over";
    const shown = this.#sayable(conversation, run, live);
    if (shown.words === "" || !may()) return "skipped";
    const stream = this.#current(conversation) ?? this.#begun(conversation, run, shown.kind);
    if (stream?.run !== run) return stream === undefined ? "over" : "skipped";
    const outcome = await this.#shown(spot, stream, shown);
    return outcome === "shown" && shown.kind !== live.kind ? "skipped" : outcome;
  }

  async #shown(spot: Spot, stream: Stream, shown: Shown): Promise<LiveOutcome> {
    if (!stream.ended && this.#ageOf(stream) >= longestMs) await this.#end(spot, stream);
    const instead = this.#insteadOf(stream, shown);
    if (instead !== undefined) return instead;
    stream.busy = this.#send(spot, stream, shown);
    const outcome = await stream.busy;
    stream.busy = undefined;
    return outcome;
  }

  /** TR4. */
  #sayable(conversation: string, run: RunId, live: LiveWords): Shown {
    const words = streamedWords(live);
    const stream = this.#current(conversation);
    const isLine = stream?.run === run && !stream.ended && this.#ageOf(stream) < longestMs;
    return words === "" && isLine && stream.words === ""
      ? { kind: "status", words: stream.line }
      : { kind: live.kind, words };
  }

  /** What comes of words that are not sent. */
  #insteadOf(stream: Stream, { kind, words }: Shown): LiveOutcome | undefined {
    if (stream.busy !== undefined) return "skipped";
    if (kind === "status" && stream.words !== "") return "over";
    // A line that is left to end by itself is in the way of an answer for as long as that takes.
    if (stream.ended) return kind === "answer" && stream.words === "" ? "skipped" : "over";
    if (!words.startsWith(stream.words)) return "skipped";
    const isSame = kind === "answer" && words === stream.words;
    return isSame && this.#deps.clock.now() - stream.lastAt < sameAgainMs ? "shown" : undefined;
  }

  async breakOff(spot: Spot, run: RunId): Promise<void> {
    const stream = this.#current(spot.conversation);
    if (stream?.run === run && stream.doubtful === undefined) await this.#end(spot, stream);
  }

  async ending(conversation: string, { key, run }: PostName): Promise<EndingStream | undefined> {
    const stream = this.#current(conversation);
    if (stream === undefined || stream.run !== run) return undefined;
    if (stream.doubtful !== undefined && stream.doubtful !== key) {
      this.#open.delete(conversation);
      return undefined;
    }
    stream.ended = true;
    const isQuiet = await this.#quiet(stream);
    return isQuiet && this.#open.get(conversation) === stream && isNamed(stream) ? stream : undefined;
  }

  forget(conversation: string, { id }: EndingStream): void {
    if (this.#open.get(conversation)?.id === id) this.#open.delete(conversation);
  }

  #current(conversation: string): Stream | undefined {
    const stream = this.#open.get(conversation);
    if (stream === undefined || this.#ageOf(stream) < lifetimeMs) return stream;
    this.#open.delete(conversation);
    return undefined;
  }

  #ageOf({ openedAt }: Stream): number {
    return this.#deps.clock.now() - openedAt;
  }

  /** TR2. */
  #begun(conversation: string, run: RunId, kind: LiveWords["kind"]): Stream | undefined {
    if (kind === "status" && this.#lined.has(run)) return undefined;
    const now = this.#deps.clock.now();
    const stream: Stream = {
      run,
      openedAt: now,
      id: undefined,
      sequence: 0,
      line: "",
      words: "",
      lastAt: now,
      failures: 0,
      doubtful: undefined,
      ended: false,
      busy: undefined,
    };
    this.#open.set(conversation, stream);
    return stream;
  }

  async #send(spot: Spot, stream: Stream, { kind, words }: Shown): Promise<LiveOutcome> {
    const streamSequence = stream.sequence + 1;
    try {
      const answer = await this.#call(spot, {
        type: "typing",
        text: words,
        ...(kind === "answer" && { textFormat: "markdown" }),
        entities: [
          {
            type: "streaminfo",
            ...(stream.id !== undefined && { streamId: stream.id }),
            streamType: kind === "answer" ? "streaming" : "informative",
            streamSequence,
          },
        ],
      });
      if ("error" in answer) return this.#missed(stream, words, kind); // dropped, as what comes out of order is
      stream.id ??= nameIn(answer);
      stream.sequence = streamSequence;
      stream.failures = 0;
      if (kind === "answer") stream.words = words;
      else {
        stream.line = words;
        this.#lined.set(stream.run, true);
      }
      if (isNamed(stream)) return "shown";
      stream.ended = true; // it is open, and can't be gone on with
      return "over";
    } catch (error) {
      return this.#refused(spot.conversation, stream, error) ?? this.#missed(stream, words, kind);
    } finally {
      stream.lastAt = this.#deps.clock.now(); // when it arrived there at the latest
    }
  }

  /** TR3. Undefined where it may have been taken. */
  #refused(conversation: string, stream: Stream, error: unknown): LiveOutcome | undefined {
    const { log } = this.#deps;
    const isFirst = stream.id === undefined;
    const why = streamRefusal(error);
    const isRefused = error instanceof ChatError && error.fate === "refused";
    log.debug("Teams did not take a piece of a stream", { why: why ?? "", error: errorText(error) });
    if (why === "stopped") {
      this.#open.delete(conversation);
      return "stopped";
    }
    if (isRefused && error.retry.kind !== "never") {
      if (isFirst) this.#open.delete(conversation);
      return "skipped";
    }
    if (isRefused) {
      this.#open.delete(conversation);
      if (isFirst) this.#closed.set(conversation, true);
      return "over";
    }
    return undefined;
  }

  /** It may have been shown: what comes next has a higher number, and all of its words. */
  #missed(stream: Stream, words: string, kind: LiveWords["kind"]): LiveOutcome {
    stream.sequence += 1;
    stream.failures += 1;
    if (kind === "answer") stream.words = words;
    stream.ended = stream.id === undefined || stream.failures >= mostFailures;
    return stream.ended ? "over" : "skipped";
  }

  /** Nothing more comes of it: what it shows of an answer says so (TR2). */
  async #end(spot: Spot, stream: Stream): Promise<void> {
    stream.ended = true;
    const isQuiet = await this.#quiet(stream);
    if (!isQuiet || stream.words === "" || !isNamed(stream)) return;
    try {
      await this.#call(spot, {
        ...brokenOff(stream.words),
        entities: [aiLabel([]), endOf(stream)],
      });
    } catch (error) {
      this.#deps.log.debug("A stream could not be marked as broken off", { error: errorText(error) });
    } finally {
      this.#open.delete(spot.conversation);
    }
  }

  /** Until what is under way has been answered, and Teams takes the next. False where no answer comes. */
  async #quiet(stream: Stream): Promise<boolean> {
    const { clock } = this.#deps;
    if (stream.busy && (await within(clock, callMs, stream.busy)) === undefined) return false;
    const restMs = stream.lastAt + leastBetweenMs - clock.now();
    if (restMs > 0) await pause(clock, restMs);
    return true;
  }

  #call({ place, conversation }: Spot, activity: Json): Promise<Readonly<Record<string, unknown>>> {
    return this.#deps.connector.call({
      method: "POST",
      serviceUrl: place.serviceUrl,
      path: `conversations/${encodeURIComponent(conversation)}/activities`,
      conversation,
      what: "a piece of a stream",
      onceWithinMs: callMs,
      body: { ...activity, from: place.bot, conversation: { id: conversation } },
    });
  }
}

interface Shown {
  readonly kind: LiveWords["kind"];
  readonly words: string;
}

function isNamed(stream: Stream): stream is Stream & EndingStream {
  return stream.id !== undefined;
}

function nameIn({ id }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** What makes a message the last one of a stream; it has no number. */
export function endOf({ id }: Pick<EndingStream, "id">): Json {
  return { type: "streaminfo", streamId: id, streamType: "final" };
}
