// A chat platform that keeps what a real one would hold, and fails as real ones do, on command.

import type {
  ChatPlatform,
  FileContent,
  PlatformCapabilities,
  PlatformHooks,
  Receive,
  SessionAbout,
  Standing,
} from "../../src/chat/contract.ts";
import { ChatError, type ChatErrorCode } from "../../src/chat/errors.ts";
import {
  addressKey,
  type ConversationAddress,
  directLine,
  isUnbegun,
} from "../../src/domain/conversation.ts";
import type { HomePage } from "../../src/domain/home-page.ts";
import type { PersonKey } from "../../src/domain/ids.ts";
import type { Outgoing } from "../../src/domain/outbox.ts";

export type Fault =
  /** It did not happen, and won't. */
  | { readonly kind: "refuse"; readonly code?: ChatErrorCode; readonly noPlace?: boolean }
  /** It did not happen; later it may. */
  | { readonly kind: "unavailable" }
  | { readonly kind: "rate-limit"; readonly retryAfterMs: number }
  /** It happened, but the answer got lost. */
  | { readonly kind: "accept-then-time-out" }
  /** It did not happen, and nobody can tell. */
  | { readonly kind: "lose-then-time-out" }
  /** It happens when `until` resolves, or fails like `after`. */
  | { readonly kind: "slow"; readonly until: Promise<void>; readonly after?: Fault }
  /** Anything but the plainest message is refused. */
  | { readonly kind: "decoration-refused" }
  /** Throws something that is no `ChatError`. */
  | { readonly kind: "bug" };

export type FaultyOp =
  | "post"
  | "edit"
  | "whisper"
  | "react"
  | "status"
  | "find"
  | "download"
  | "standing"
  | "home";

export interface HeldMessage {
  readonly id: string;
  readonly key: string;
  readonly message: Outgoing;
  readonly files: readonly FileContent[];
  /** How often it was replaced. */
  readonly edits: number;
}

export interface HeldConversation {
  readonly messages: readonly HeldMessage[];
  readonly whispers: readonly { readonly to: PersonKey; readonly message: Outgoing }[];
  readonly reactions: readonly { readonly messageId: string; readonly emoji: string }[];
  readonly statuses: readonly string[];
  /** What the session of each of those is about. */
  readonly sessions: readonly (SessionAbout | undefined)[];
}

export interface FakePlatform extends ChatPlatform {
  /** The next calls of `op` fail like this, one after the other. */
  fail(op: FaultyOp, ...faults: readonly Fault[]): void;
  /** All calls of `op` fail like this from now on, after those of `fail`; none when absent. */
  failAlways(op: FaultyOp, fault?: Fault): void;
  held(at: ConversationAddress): HeldConversation;
  /** Every call that reached the platform, in order. */
  readonly calls: readonly string[];
  /** Contents for `download`, by `ref`. */
  readonly files: Map<string, Buffer>;
  /** What `start` was given. */
  readonly receive: () => Receive;
  readonly hooks: () => PlatformHooks | undefined;
  /** Who is no ordinary member of this chat. */
  readonly standings: Map<PersonKey, Standing>;
  /** The pages that were published, in order. */
  readonly homes: readonly { readonly to: PersonKey; readonly page: HomePage }[];
}

export interface FakePlatformOptions {
  readonly name?: string;
  readonly capabilities?: Partial<PlatformCapabilities>;
}

interface Room {
  messages: HeldMessage[];
  whispers: { to: PersonKey; message: Outgoing }[];
  reactions: { messageId: string; emoji: string }[];
  statuses: string[];
  sessions: (SessionAbout | undefined)[];
}

export function createFakePlatform(options: FakePlatformOptions = {}): FakePlatform {
  const rooms = new Map<string, Room>();
  const begun = new Map<string, string>();
  const next = new Map<FaultyOp, Fault[]>();
  const always = new Map<FaultyOp, Fault>();
  const calls: string[] = [];
  const files = new Map<string, Buffer>();
  let receive: Receive = () => Promise.reject(new Error("The platform was not started"));
  let hooks: PlatformHooks | undefined;
  const homes: { to: PersonKey; page: HomePage }[] = [];
  const standings = new Map<PersonKey, Standing>();
  let count = 0;

  const room = (at: ConversationAddress): Room => {
    const key = addressKey(at);
    const known = rooms.get(key);
    if (known) return known;
    const made: Room = { messages: [], whispers: [], reactions: [], statuses: [], sessions: [] };
    rooms.set(key, made);
    return made;
  };

  const call = async <T>(op: FaultyOp, note: string, act: () => T, message?: Outgoing): Promise<T> => {
    calls.push(`${op} ${note}`);
    return failing(next.get(op)?.shift() ?? always.get(op), act, message?.kind);
  };

  return {
    name: options.name ?? "fake",
    capabilities: {
      readBack: true,
      reactions: true,
      sessionStatus: true,
      editIntervalMs: 0,
      ...options.capabilities,
    },
    calls,
    files,
    homes,
    standings,
    receive: () => receive,
    hooks: () => hooks,
    fail: (op, ...faults) => void next.set(op, [...(next.get(op) ?? []), ...faults]),
    failAlways: (op, fault) => void (fault ? always.set(op, fault) : always.delete(op)),
    held: (at) => room(at),
    start: async (given, more) => {
      receive = given;
      hooks = more;
    },
    people: {
      standing: (person) => call("standing", person, () => standings.get(person) ?? "member"),
      lineTo: async (person, tenant) => directLine(person, tenant),
    },
    publishHome: (to, page) => call("home", to, () => void homes.push({ to, page })),
    stop: async () => undefined,
    post: (at, { key }, message, contents) =>
      call(
        "post",
        key,
        () => {
          count += 1;
          const id = `m${count}`;
          // The first post of a thread that has not begun is what the thread is called by.
          const there = isUnbegun(at) ? { ...at, thread: id } : at;
          if (isUnbegun(at)) begun.set(`${addressKey(at)} ${key}`, id);
          room(there).messages.push({ id, key, message, files: contents, edits: 0 });
          return id;
        },
        message,
      ),
    edit: (at, id, message) =>
      call(
        "edit",
        id,
        () => {
          const held = room(at);
          const index = held.messages.findIndex((one) => one.id === id);
          const before = held.messages[index];
          if (!before) throw failure("chat.not_found", "refused");
          held.messages[index] = { ...before, message, edits: before.edits + 1 };
        },
        message,
      ),
    whisper: (at, to, message) =>
      call("whisper", to, () => void room(at).whispers.push({ to, message }), message),
    react: (at, messageId, emoji) =>
      call("react", `${emoji} ${messageId}`, () => {
        const { reactions } = room(at);
        const there = reactions.some((one) => one.messageId === messageId && one.emoji === emoji);
        if (!there) reactions.push({ messageId, emoji });
      }),
    setStatus: (at, status, about) =>
      call("status", status, () => {
        room(at).statuses.push(status);
        room(at).sessions.push(about);
      }),
    findByKey: (at, key) =>
      call(
        "find",
        key,
        () => begun.get(`${addressKey(at)} ${key}`) ?? room(at).messages.find((one) => one.key === key)?.id,
      ),
    download: (file) =>
      call("download", file.ref, () => {
        const content = files.get(file.ref);
        if (!content) throw failure("chat.file_gone", "refused");
        return chunks(content);
      }),
  };
}

/** Does `act`, or what `fault` says. */
async function failing<T>(
  fault: Fault | undefined,
  act: () => T,
  kind: Outgoing["kind"] | undefined,
): Promise<T> {
  if (fault === undefined) return act();
  if (fault.kind === "slow") {
    await fault.until;
    return failing(fault.after, act, kind);
  }
  if (fault.kind === "accept-then-time-out") act();
  if (fault.kind === "decoration-refused" && (kind === undefined || kind === "notice")) return act();
  throw errorOf(fault);
}

function errorOf(fault: Fault): Error {
  switch (fault.kind) {
    case "refuse":
      return new ChatError(fault.code ?? "chat.refused", "The fake platform was told to refuse", {
        fate: "refused",
        noPlace: fault.noPlace ?? false,
      });
    case "unavailable":
      return new ChatError("chat.unavailable", "down", { fate: "refused", retry: { kind: "backoff" } });
    case "rate-limit":
      return new ChatError("chat.rate_limited", "slow down", {
        fate: "refused",
        retry: { kind: "after", ms: fault.retryAfterMs },
      });
    case "decoration-refused":
      return failure("chat.decoration_refused", "refused");
    case "bug":
      return new TypeError("cannot read properties of undefined");
    case "slow":
    case "accept-then-time-out":
    case "lose-then-time-out":
      return failure("chat.unavailable", "unknown");
    default:
      return fault satisfies never;
  }
}

function failure(code: ChatErrorCode, fate: "refused" | "unknown"): ChatError {
  return new ChatError(code, `The fake platform was told to fail: ${code}`, {
    fate,
    ...(fate === "unknown" ? { retry: { kind: "backoff" } } : {}),
  });
}

async function* chunks(content: Buffer): AsyncIterable<Uint8Array> {
  const size = 64 * 1024;
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
}
