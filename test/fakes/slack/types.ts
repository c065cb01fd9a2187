// What tests see of the fake Slack: its options, its state and its levers. README.md shows them in use.

import type { Clock } from "../../../src/base/clock.ts";

/** A JSON object as it came over the wire. */
export type Shape = { readonly [key: string]: unknown };

export interface FakeSlackOptions {
  /** Real time by default. It moves limits, retries, timestamps and the life of trigger ids. */
  readonly clock?: Clock;
  /** A free one by default. */
  readonly port?: number;
  /** Where events and interactions go: an address, or over Socket Mode (the default). */
  readonly deliverTo?: string;
  /** Milliseconds before the 1st, 2nd and 3rd retry of an event. */
  readonly retryDelays?: readonly number[];
  /** How long a delivery waits for its acknowledgement. */
  readonly ackTimeoutMs?: number;
  /** Events that the app has not subscribed to are not delivered. */
  readonly subscribed?: readonly string[];
  /** What the bot token may do; a method beyond it answers `missing_scope`. */
  readonly scopes?: readonly string[];
  readonly signingSecret?: string;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly clientSecret?: string;
}

export interface FakePerson {
  readonly id: string;
  readonly team: string;
  readonly name: string;
  readonly realName: string;
  readonly tz: string;
  /** Told to whoever asks for it. */
  readonly locale?: string;
  readonly restricted?: boolean;
  readonly ultraRestricted?: boolean;
  readonly bot?: boolean;
  readonly deleted?: boolean;
}

export type ChannelType = "channel" | "group" | "im" | "mpim";

export interface FakeFile {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly mimetype: string;
  readonly altText?: string | undefined;
  content: Buffer;
  readonly user: string;
  readonly created: number;
  /** Sent up, but not completed: nobody can see it. */
  pending: boolean;
  readonly sharedIn: string[];
}

export interface FakeMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string | undefined;
  readonly user: string;
  readonly bot_id?: string | undefined;
  readonly client_msg_id?: string | undefined;
  subtype?: string | undefined;
  text: string;
  blocks: readonly Shape[];
  metadata?: Shape | undefined;
  readonly files: readonly FakeFile[];
  /** Texts and blocks before each edit, oldest first. */
  readonly edits: { readonly text: string; readonly blocks: readonly Shape[]; readonly at: number }[];
  readonly reactions: { readonly name: string; readonly user: string }[];
  readonly broadcast: boolean;
  readonly unfurl: { readonly links: boolean; readonly media: boolean };
  deleted: boolean;
  readonly at: number;
}

export interface FakeEphemeral {
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly thread_ts?: string | undefined;
  text: string;
  blocks: readonly Shape[];
  /** False in a DM: Slack answers `ok` and shows nothing. */
  readonly shown: boolean;
  deleted: boolean;
}

export interface FakeView {
  readonly id: string;
  readonly type: "modal" | "home";
  readonly user: string;
  view: Shape;
  hash: string;
  /** Modals only: it is on the person's screen. */
  open: boolean;
  readonly root: string;
  readonly previous: string | undefined;
  errors: Readonly<Record<string, string>>;
}

export type SessionStatus = "active" | "processing" | "suspended" | "closed";

export interface FakeSession {
  readonly channel: string;
  readonly thread_ts: string;
  status: SessionStatus;
  title: string | undefined;
  readonly initiator: string | undefined;
  /** Every status that was set, oldest first. */
  readonly history: SessionStatus[];
}

export interface FakeCall {
  readonly method: string;
  readonly at: number;
  readonly args: Shape;
  /** Team of the token that was good. */
  readonly team: string | undefined;
  ok: boolean | undefined;
  error: string | undefined;
  status: number | undefined;
}

export interface Attempt {
  readonly at: number;
  readonly retryNum: number;
  readonly retryReason: string | undefined;
  /** HTTP status; 200 for an acknowledged envelope; undefined without an answer. */
  readonly status: number | undefined;
  readonly body: unknown;
  readonly failure: string | undefined;
}

export interface FakeDelivery {
  readonly kind: "events_api" | "interactive" | "slash_commands";
  readonly payload: Shape;
  /** Events only. */
  readonly eventId: string | undefined;
  readonly attempts: Attempt[];
  state: "under way" | "acknowledged" | "given up";
}

/** What came of a click, a submission, a command: `warned` is when the person sees a warning sign. */
export interface Interaction {
  readonly status: number | undefined;
  readonly body: unknown;
  readonly warned: boolean;
  readonly triggerId: string;
}

export type FakeFault =
  /** Answers `{ok: false, error}`; it did not happen. */
  | { readonly kind: "error"; readonly error: string }
  /** An HTTP error with a page as body; it did not happen. */
  | { readonly kind: "http"; readonly status: number }
  /** Never answers; it did not happen. */
  | { readonly kind: "hang" }
  /** It happens, and the connection is cut instead of an answer. */
  | { readonly kind: "lost" }
  /** The connection is cut; it did not happen. */
  | { readonly kind: "cut" }
  | { readonly kind: "limited"; readonly seconds: number }
  /** It happens, and is answered when `until` resolves. */
  | { readonly kind: "wait"; readonly until: Promise<unknown> };

export interface Bucket {
  readonly capacity: number;
  readonly perSecond: number;
}

export interface Limits {
  on(): void;
  off(): void;
  /** For `chat.postMessage` per channel, for other methods per workspace. */
  set(method: string, bucket: Bucket): void;
}

export interface SentFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly mimetype?: string;
}

export interface SayOptions {
  readonly thread?: string;
  readonly files?: readonly SentFile[];
  readonly broadcast?: boolean;
}

/** Something with buttons: a message, a private note, a modal or a home page. */
export type Clickable = FakeMessage | FakeEphemeral | FakeView;

export interface PersonDriver {
  readonly id: string;
  /** Channel of the direct messages with the agent. */
  readonly dm: string;
  says(channel: string, text: string, options?: SayOptions): Promise<FakeMessage>;
  mentions(channel: string, text: string, options?: SayOptions): Promise<FakeMessage>;
  edits(message: FakeMessage, text: string): Promise<void>;
  deletes(message: FakeMessage): Promise<void>;
  reacts(message: FakeMessage, emoji: string): Promise<void>;
  clicks(on: Clickable, button: string): Promise<Interaction>;
  picks(on: Clickable, menu: string, option: string | readonly string[]): Promise<Interaction>;
  /** The modal on top of the person's screen. */
  modal(): FakeView | undefined;
  submitsModal(values?: Readonly<Record<string, string | readonly string[]>>): Promise<Interaction>;
  closesModal(): Promise<void>;
  opensHome(): Promise<void>;
  opensMessages(): Promise<void>;
  slash(command: string, text: string, channel: string): Promise<Interaction>;
  shortcut(message: FakeMessage, callbackId: string): Promise<Interaction>;
  globalShortcut(callbackId: string): Promise<Interaction>;
  /** The Stop of the thread that the message is in. */
  stops(message: Pick<FakeMessage, "channel" | "ts" | "thread_ts">): Promise<void>;
  /** What is before them beside the agent from now on, as Slack's entities; nothing without any. */
  looksAt(...entities: readonly Shape[]): Promise<void>;
  /** Lets the app into a channel. */
  invites(channel: string): Promise<void>;
}

export interface AddedTeam {
  readonly botToken: string;
  readonly botUserId: string;
  readonly channel: string;
  readonly person: string;
}

export interface RawDelivery {
  readonly body: string | Uint8Array;
  readonly contentType?: string;
  /** Seconds since the epoch; now by default. */
  readonly signedAt?: number;
  readonly secret?: string;
  /** Beside and over those that Slack sends. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeSlack {
  readonly url: string;
  /** For SLACK_API_URL. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  deliverTo(target: string): void;

  person(id: string): PersonDriver;
  addPerson(person: FakePerson): void;
  /** The account is closed. With `tell`, the app hears of it (`user_change`). */
  deactivate(id: string, options?: { readonly tell?: boolean }): Promise<void>;
  addChannel(id: string, type: ChannelType, members: readonly string[]): void;
  /** Another workspace that has installed the app, with a channel and one person. */
  addTeam(id: string): AddedTeam;
  /** A bot that is not ours. */
  robotSays(channel: string, text: string, options?: SayOptions): Promise<FakeMessage>;

  messages(channel: string): readonly FakeMessage[];
  thread(channel: string, ts: string): readonly FakeMessage[];
  message(channel: string, ts: string): FakeMessage | undefined;
  /** What our app said, in one channel or in all, oldest first. */
  botMessages(channel?: string): readonly FakeMessage[];
  readonly ephemerals: readonly FakeEphemeral[];
  readonly views: readonly FakeView[];
  readonly homes: ReadonlyMap<string, FakeView>;
  readonly files: ReadonlyMap<string, FakeFile>;
  session(channel: string, ts: string): FakeSession | undefined;
  /** Line of `assistant.threads.setStatus`, gone after 2 minutes or an answer. */
  assistantStatus(channel: string, ts: string): string | undefined;
  readonly prompts: ReadonlyMap<string, readonly Shape[]>;
  readonly calls: readonly FakeCall[];
  callsTo(method: string): readonly FakeCall[];
  readonly deliveries: readonly FakeDelivery[];

  /** What `look` finds, looking again after each change. Rejects after `ms` of real time (10 s). */
  until<T>(look: () => T | undefined | false | null, ms?: number): Promise<T>;
  settled(): Promise<void>;

  fault(method: string, fault: FakeFault, times?: number): void;
  /** Ends all faults that are left, and lets hanging calls go. */
  clearFaults(): void;
  switchOff(method: string, error?: string): void;
  switchOn(method: string): void;
  readonly limits: Limits;
  /** Tokens answer `token_revoked` from now on, and `tokens_revoked` is delivered. */
  revokeTokens(team?: string): Promise<void>;
  /** Tokens answer `account_inactive` from now on, and `app_uninstalled` is delivered. */
  uninstall(team?: string): Promise<void>;

  readonly openSockets: number;
  /** Cuts all sockets, and refuses new ones for `ms`. */
  dropSockets(ms: number): void;
  /** Asks clients to connect anew, as Slack does every few hours. */
  refreshSockets(): void;

  sign(body: string | Uint8Array, seconds: number, secret?: string): string;
  deliverRaw(raw: RawDelivery): Promise<{ readonly status: number; readonly body: string }>;
  /** Delivers an event of your own making in the usual envelope, and resolves after the first attempt. */
  deliverEvent(event: Shape, envelope?: Shape): Promise<FakeDelivery>;
  /** The same event once more, as a retry. */
  redeliver(delivery: FakeDelivery): Promise<void>;
  close(): Promise<void>;
}
