// Posting under a key: once, whatever Slack answers or fails to answer (C2, I2).
//
//   PO1  Files go up first, then the message: the keyed message is the proof that all of it is there, and it can name
//        the files that Slack did not take.
//   PO2  After a try whose fate is unknown the conversation is read before anything is repeated: the message by its
//        key, files by name, size and their place in the thread (OM2).
//   PO3  No message is begun so late that another sender may have taken it over (design 9).
//
// What is remembered here saves questions to Slack; all of it can be read back.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import type { FileContent, PostName } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import { requireSize } from "../../require-size.ts";
import { fileLook, metadataType, type ReadDeps, readOwnMessages } from "./own-messages.ts";
import type { Places, SlackPlace } from "./places.ts";
import { forNew, inSomeForm, longestText, quietly } from "./rendered.ts";
import { uploadFiles } from "./upload-files.ts";

export interface PosterDeps extends ReadDeps {
  readonly places: Places;
}

export interface SlackPoster {
  post(posting: Posting): Promise<string>;
  findByKey(at: ConversationAddress, key: string): Promise<string | undefined>;
}

export interface Posting {
  readonly at: ConversationAddress;
  readonly name: PostName;
  readonly message: Outgoing;
  readonly files: readonly FileContent[];
}

/** What is known of a key. */
interface Trail {
  readonly id?: string;
  /** The last try may have posted. */
  readonly unsure?: boolean;
  /** Files that are up, by `fileLook`. */
  readonly up?: ReadonlySet<string>;
}

const remembered = 10_000;
/** With the time one call may take, less than the 30 s after which a sender counts as dead. */
const latestStartMs = 15_000;

export function createSlackPoster(deps: PosterDeps): SlackPoster {
  return new KeyedPoster(deps);
}

class KeyedPoster implements SlackPoster {
  readonly #deps: PosterDeps;
  readonly #trails = new Map<string, Trail>();
  readonly #posting = new Map<string, Promise<string>>();

  constructor(deps: PosterDeps) {
    this.#deps = deps;
  }

  async post(posting: Posting): Promise<string> {
    const trail = trailOf(posting.at, posting.name.key);
    const id = this.#trails.get(trail)?.id;
    if (id !== undefined) return id;
    const running = this.#posting.get(trail) ?? this.#postOnce(trail, posting);
    this.#posting.set(trail, running);
    try {
      return await running;
    } finally {
      this.#posting.delete(trail);
    }
  }

  async findByKey(at: ConversationAddress, key: string): Promise<string | undefined> {
    const trail = trailOf(at, key);
    const known = this.#trails.get(trail);
    if (known?.id !== undefined) return known.id;
    const own = await readOwnMessages(this.#deps, await this.#deps.places.of(at));
    const id = own.byKey.get(key);
    const up = new Set([...own.strays, ...(known?.up ?? [])]);
    this.#note(trail, id === undefined ? { ...known, up, unsure: false } : { id });
    return id;
  }

  async #postOnce(trail: string, posting: Posting): Promise<string> {
    try {
      const found = this.#trails.get(trail)?.unsure
        ? await this.findByKey(posting.at, posting.name.key)
        : undefined;
      const id = found ?? (await this.#postNow(trail, posting));
      this.#note(trail, { id });
      return id;
    } catch (error) {
      const unsure = !(error instanceof ChatError) || error.fate === "unknown";
      if (unsure) this.#note(trail, { ...this.#trails.get(trail), unsure });
      throw error;
    }
  }

  async #postNow(trail: string, posting: Posting): Promise<string> {
    const { clock, places } = this.#deps;
    const startedAt = clock.now();
    const place = await places.of(posting.at);
    requireSize(posting.message, longestText); // before its files go up
    const missing = this.#missing(trail, posting.files);
    const refused = await this.#sendFiles(trail, place, missing);
    if (clock.now() - startedAt > latestStartMs) throw tooLate();
    // Files have had the message's turn in the channel.
    const turn = missing.length > 0 ? undefined : place.channel;
    return this.#send(place, { ...posting, message: withRefused(posting.message, refused) }, turn);
  }

  #missing(trail: string, files: readonly FileContent[]): readonly FileContent[] {
    const up = this.#trails.get(trail)?.up;
    return files.filter((file) => !up?.has(lookOf(file)));
  }

  /** Names of those that Slack does not take. */
  async #sendFiles(
    trail: string,
    place: SlackPlace,
    files: readonly FileContent[],
  ): Promise<readonly string[]> {
    const refused = await uploadFiles(this.#deps.api, place, files);
    const up = files.filter(({ name }) => !refused.includes(name)).map(lookOf);
    const known = this.#trails.get(trail);
    if (up.length > 0) this.#note(trail, { ...known, up: new Set([...(known?.up ?? []), ...up]) });
    return refused;
  }

  async #send(
    { team, channel, thread }: SlackPlace,
    { name, message }: Pick<Posting, "name" | "message">,
    turn: string | undefined,
  ): Promise<string> {
    const { key, run } = name;
    const event_payload = { key, ...(run !== undefined && { run }), kind: message.kind };
    const answer = await inSomeForm(message, team, (contents) =>
      this.#deps.api.call({ team, method: "chat.postMessage", channel: turn }, (client) =>
        client.chat.postMessage({
          channel,
          ...(thread !== undefined && { thread_ts: thread }),
          ...forNew(contents),
          metadata: { event_type: metadataType, event_payload },
          ...quietly,
        }),
      ),
    );
    if (answer.ts !== undefined) return answer.ts;
    throw new ChatError("chat.unavailable", "Slack took a message and did not say where it is.", {
      fate: "unknown",
      retry: { kind: "backoff" },
      facts: { channel },
    });
  }

  #note(trail: string, what: Trail): void {
    this.#trails.delete(trail);
    this.#trails.set(trail, what);
    const [oldest] = this.#trails.keys();
    if (this.#trails.size > remembered && oldest !== undefined) this.#trails.delete(oldest);
  }
}

function lookOf({ name, content }: FileContent): string {
  return fileLook(name, content.length);
}

function trailOf({ tenant, channel, thread }: ConversationAddress, key: string): string {
  return JSON.stringify([tenant, channel, thread, key]);
}

function withRefused(message: Outgoing, refused: readonly string[]): Outgoing {
  if (refused.length === 0 || (message.kind !== "result" && message.kind !== "notice")) return message;
  const files = message.files.filter(({ name }) => !refused.includes(name));
  return {
    ...message,
    text: `${message.text}\n\n(Not attached, because Slack did not take it: ${refused.join(", ")})`,
    files,
  };
}

function tooLate(): ChatError {
  return new ChatError(
    "chat.unavailable",
    "The files of a message took so long that it waits for its turn.",
    {
      fate: "refused",
      retry: { kind: "backoff" },
    },
  );
}
