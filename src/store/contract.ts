// The store as everything above it sees it: repositories inside a transaction. No SQL, no dialect, no connection.
//
// Owns: the shape of what can be asked and changed. Does not own: when and why (gateway, runtime, workers).
//
//   S1  `write` is all or nothing. Its function awaits nothing but the `Tx` it was given, and is called once; on Postgres
//       again from its start, when the server has undone it because of a deadlock.
//   S2  Writes requested in the same tick may share one commit; each still succeeds or fails alone.
//   S3  When `write` has resolved, the change survives kill -9 and power loss (SQLite FULL, Postgres defaults).
//   S4  Every change of state is a conditional update with exactly one winner.
//   S5  `advance` is the fence: it refuses with `LeaseLost` unless run, epoch, owner and cursor all match (I8).
//       What follows in the same `write` needs no check of its own.
//   S6  `commitStep` writes all of a step or nothing, by one condition: the run is the lease's, at this cursor, each step that gets a
//       result is `started`, no stop is asked for, and no mail is unread where the next step would have to hear it.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { Spent } from "../domain/budget.ts";
import type { Brake, BrakeKind } from "../domain/brake.ts";
import type { Conversation, ConversationAddress } from "../domain/conversation.ts";
import type { Feedback } from "../domain/feedback.ts";
import type { ConversationId, PersonKey, RunId, ScheduleId, TenantId, WaitId } from "../domain/ids.ts";
import type { InboundEvent } from "../domain/inbound.ts";
import type { Mail } from "../domain/mailbox.ts";
import type { ManifestRow } from "../domain/manifest.ts";
import type { Memory, MemoryOwner, MemoryScope, NewMemory } from "../domain/memory.ts";
import type { OutboxEntry, OutboxOp, Outgoing, Utterance } from "../domain/outbox.ts";
import type { Person } from "../domain/person.ts";
import type { Sighting } from "../domain/provenance.ts";
import type { Lease } from "../domain/run.ts";
import type { Schedule, ScheduleState } from "../domain/schedule.ts";
import type { Step, StepKind, StepState } from "../domain/step.ts";
import type { Trouble } from "../domain/trouble.ts";
import type { Wait, WaitAnswer, WaitAsk, WaitKind } from "../domain/wait.ts";
import type { ApprovalRepository } from "./contract-approvals.ts";
import type { AuditPayload, AuditRepository } from "./contract-audit.ts";
import type {
  AuthorityRepository,
  OAuthClientRepository,
  ScopeWantRepository,
} from "./contract-authorities.ts";
import type {
  BrowserRepository,
  ConnectionRepository,
  ConsentRepository,
  DataKeyRepository,
} from "./contract-grants.ts";
import type { DueRepository } from "./contract-due.ts";
import type { McpToolRepository } from "./contract-mcp.ts";
import type { Withheld, WithheldState } from "../domain/withheld.ts";
import type { PersonLinkRepository } from "./contract-person-links.ts";
import type { SlackInstallationRepository, TeamsReferenceRepository } from "./contract-platforms.ts";
import type { RetentionRepository } from "./contract-retention.ts";
import type { RunRepository } from "./contract-runs.ts";

export interface Store {
  readonly dialect: "sqlite" | "postgres";
  /** Committed state only. May see a newer state with each query inside. */
  read<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  write<T>(fn: (tx: Tx) => Promise<T>, how?: WriteHow): Promise<T>;
  /**
   * What most steps commit, with as little around it as the database allows (S6). False if nothing was written, whatever the
   * reason: the transaction of the same step tells.
   */
  commitStep(commit: StepCommit): Promise<boolean>;
  /** What time it is where the database is; absent where that is this machine. */
  readonly clock?: () => Promise<number>;
  close(): Promise<void>;
}

export interface WriteHow {
  /** Somebody outside is to be told that it is stored: where there is one writer it goes before what nobody waits for. */
  readonly awaited?: boolean;
}

/** A step whose commit changes nothing but the journal and the run's cursor, and goes on record. */
export interface StepCommit {
  readonly lease: Lease;
  /** Where the run stands; it moves on by the intents. */
  readonly cursor: number;
  readonly spent: Spent;
  /** The next step reads mail: nothing is committed if any is unread. */
  readonly hears: boolean;
  readonly results: readonly StepResult[];
  readonly intents: readonly StepIntent[];
  /** In the order of their places in the chain; AUD-2 holds for them. */
  readonly events: readonly NewAuditEvent[];
  readonly payloads: readonly AuditPayload[];
  readonly now: number;
}

export interface Tx {
  readonly conversations: ConversationRepository;
  readonly people: PersonRepository;
  readonly inbox: InboxRepository;
  readonly runs: RunRepository;
  readonly steps: StepRepository;
  readonly mailbox: MailboxRepository;
  readonly waits: WaitRepository;
  readonly outbox: OutboxRepository;
  readonly manifests: ManifestRepository;
  readonly memories: MemoryRepository;
  readonly feedback: FeedbackRepository;
  readonly schedules: ScheduleRepository;
  readonly locks: LockRepository;
  readonly troubles: TroubleRepository;
  readonly sightings: SightingRepository;
  readonly withheld: WithheldRepository;
  readonly slackInstallations: SlackInstallationRepository;
  readonly dataKeys: DataKeyRepository;
  readonly connections: ConnectionRepository;
  readonly consents: ConsentRepository;
  readonly browsers: BrowserRepository;
  readonly audit: AuditRepository;
  readonly lastKnown: LastKnownRepository;
  readonly teamsReferences: TeamsReferenceRepository;
  readonly approvals: ApprovalRepository;
  readonly brakes: BrakeRepository;
  readonly mcpTools: McpToolRepository;
  readonly personLinks: PersonLinkRepository;
  readonly authorities: AuthorityRepository;
  readonly oauthClients: OAuthClientRepository;
  readonly scopeWants: ScopeWantRepository;
  readonly due: DueRepository;
  readonly retention: RetentionRepository;
}

export interface BrakeRepository {
  /** False if it is pulled already. */
  pull(brake: Brake): Promise<boolean>;
  /** What was released; undefined if it was not pulled. */
  release(kind: BrakeKind, name: string): Promise<Brake | undefined>;
  find(kind: BrakeKind, name: string): Promise<Brake | undefined>;
  /** All that are pulled, the oldest first. */
  list(): Promise<Brake[]>;
}

export interface ConversationRepository {
  /** The conversation at `address`, made with `fresh` if it is the first time. Twice is once. */
  ensure(
    address: ConversationAddress,
    fresh: { readonly id: ConversationId; readonly workspace: string; readonly now: number },
  ): Promise<Conversation>;
  find(id: ConversationId): Promise<Conversation | undefined>;
  /** The conversation at `address`, if there is one. */
  at(address: ConversationAddress): Promise<Conversation | undefined>;
  list(): Promise<Conversation[]>;
  /**
   * Gives a conversation that was not begun its thread. If somebody else's conversation is found at that address already, it
   * keeps being found by its old one, and is there all the same.
   */
  begin(id: ConversationId, address: ConversationAddress): Promise<void>;
  setMuted(id: ConversationId, muted: boolean): Promise<void>;
  /** Of the whole channel that `address` is in, whatever its conversations say. */
  setChannelMuted(address: ConversationAddress, muted: boolean): Promise<void>;
  isChannelMuted(address: ConversationAddress): Promise<boolean>;
}

export interface PersonRepository {
  /** Remembers how a platform last described the person. */
  see(person: Person, tenant: TenantId, now: number): Promise<void>;
  find(key: PersonKey): Promise<Person | undefined>;
  /** Whoever was described last comes first. */
  list(limit: number): Promise<(Person & { readonly seenAt: number })[]>;
  /** Where and when they were last described; up to a minute before, where that was the same. */
  lastSeen(key: PersonKey): Promise<{ readonly tenant: TenantId; readonly at: number } | undefined>;
  /** As last described, if that was at `since` or later. */
  recall(key: PersonKey, since: number): Promise<Person | undefined>;
}

/** `new`: heard, not yet routed. `routed`: became part of a run or was acted on. `noted`: kept as context only. */
export type InboxState = "new" | "routed" | "noted";

export interface InboxRow {
  readonly id: string;
  readonly conversation: ConversationId;
  readonly event: InboundEvent;
  readonly state: InboxState;
  /** When routing may take it: the end of its burst window. */
  readonly dueAt: number;
  readonly receivedAt: number;
  /** The run that it started or steered. */
  readonly run?: RunId;
}

export interface InboxRepository {
  /**
   * False when the platform's event id, or for a message (conversation, message id), is there already (I1):
   * nothing is written then.
   */
  add(row: {
    readonly id: string;
    readonly tenant: TenantId;
    readonly conversation: ConversationId;
    readonly event: InboundEvent;
    readonly dueAt: number;
    readonly now: number;
  }): Promise<boolean>;
  /** `new` rows of one conversation, oldest first. On Postgres locks them until the transaction ends. */
  unrouted(conversation: ConversationId): Promise<InboxRow[]>;
  /** Conversations with `new` rows that are due: for the sweeper. Those of the platforms in `left` are another process's. */
  dueConversations(now: number, limit: number, left?: readonly string[]): Promise<ConversationId[]>;
  /** Conditional on still being `new`; false if somebody else routed it. */
  route(id: string, state: Exclude<InboxState, "new">, run?: RunId): Promise<boolean>;
  /** Messages of a conversation that were received before `before`, newest `limit` of them, oldest first. */
  history(conversation: ConversationId, before: number, limit: number): Promise<InboxRow[]>;
  /** People who have addressed the agent in this conversation: the followers (ux c.8). */
  followers(conversation: ConversationId): Promise<PersonKey[]>;
  /** What was heard under this id of its platform. */
  findEvent(platform: string, tenant: TenantId, eventId: string): Promise<InboxRow | undefined>;
  /** The message as first heard. */
  findMessage(conversation: ConversationId, messageId: string): Promise<InboxRow | undefined>;
  /** Replaces the text of a stored message that was edited; empties text and files when it was deleted. */
  rewrite(conversation: ConversationId, messageId: string, text: string | undefined): Promise<boolean>;
  /** Puts another description of its author in the place of the one it has, while it is still `new`. */
  describe(id: string, author: Person): Promise<void>;
  /** When the oldest event that is not routed yet was received. */
  oldestNew(): Promise<number | undefined>;
  /** Deletes routed and noted rows that were received before `before` and before all that came since; returns how many. */
  prune(before: number, now: number): Promise<number>;
}

export interface StepIntent {
  readonly n: number;
  readonly kind: StepKind;
  readonly tool?: string;
  readonly callId?: string;
  readonly arguments?: string;
  readonly identity?: string;
  /** It waits at a gate (P3). */
  readonly gated?: boolean;
}

export interface StepResult {
  readonly n: number;
  readonly state: Exclude<StepState, "started">;
  readonly result: string;
  readonly manifest?: string;
}

export interface StepRepository {
  /** Intent before act (I4). The caller has fenced with `advance`. */
  start(lease: Lease, intent: StepIntent, now: number): Promise<void>;
  /** The act of a step that waited at a gate begins now. Throws `StepAlreadySettled` if it does not wait. The caller has fenced. */
  begin(
    run: RunId,
    begun: { readonly n: number; readonly identity: string; readonly arguments: string },
    now: number,
  ): Promise<void>;
  /** A step that was begun did nothing, and waits at its gate again. Throws `StepAlreadySettled` if it has ended. The caller has fenced. */
  back(run: RunId, n: number): Promise<void>;
  /** Result once: throws `StepAlreadySettled` if the step is not `started`. The caller has fenced. */
  finish(run: RunId, result: StepResult, now: number): Promise<void>;
  /** `unknown → done | failed`, by a person's word (I5). False if it was not unknown. */
  decide(run: RunId, result: StepResult, now: number): Promise<boolean>;
  /** Steps `from` and later, in order. */
  list(run: RunId, from: number): Promise<Step[]>;
  find(run: RunId, n: number): Promise<Step | undefined>;
}

export interface MailboxRepository {
  /** Returns its place. */
  add(mail: Omit<Mail, "seq" | "consumedBy">): Promise<number>;
  /** In order: those read by steps `from` and later, and the unread. */
  list(run: RunId, from: number): Promise<Mail[]>;
  unread(run: RunId): Promise<Mail[]>;
  /** Marks unread mail up to `seq` as read by step `n`. The caller has fenced. */
  consume(run: RunId, seq: number, n: number): Promise<void>;
}

export interface WaitRepository {
  open(wait: {
    readonly id: WaitId;
    readonly run: RunId;
    readonly step: number;
    readonly kind: WaitKind;
    readonly ask: WaitAsk;
    readonly asked: PersonKey;
    readonly dueAt?: number;
    readonly nudgeAt?: number;
    readonly now: number;
  }): Promise<void>;
  find(id: WaitId): Promise<Wait | undefined>;
  /** Newest first. */
  forRun(run: RunId): Promise<Wait[]>;
  /** The same without those that this version can't read: for what has to go on beside them. */
  readableOf(run: RunId): Promise<Wait[]>;
  /** `open → resolved`; false if something else came first (W1). */
  resolve(id: WaitId, answer: WaitAnswer, now: number): Promise<boolean>;
  /** Open waits with a default whose time has come. */
  due(now: number, limit: number): Promise<Wait[]>;
  /** Open waits that are to be nudged; returns each once, clearing `nudgeAt`. */
  takeNudges(now: number, limit: number): Promise<Wait[]>;
  /** `open → superseded`: its person wrote something new before deciding. False if something else came first. */
  supersede(id: WaitId, now: number): Promise<boolean>;
  /** An open wait is to be nudged at `at`. */
  remindAt(id: WaitId, at: number): Promise<void>;
  /** Open ones that wait for this person. */
  openOf(asked: PersonKey, kind: WaitKind): Promise<Wait[]>;
  /** Every open wait. */
  listOpen(limit: number): Promise<Wait[]>;
}

export interface ShownPost {
  readonly key: string;
  readonly run?: RunId;
  readonly message: Outgoing;
}

export interface OutboxRepository {
  /**
   * Adds in the order of calls. The same key twice is one entry (I2); returns false then. An edit drops the `due`
   * edits of the same message before it.
   */
  add(utterance: Utterance, now: number): Promise<boolean>;
  find(key: string): Promise<OutboxEntry | undefined>;
  /**
   * Takes up to `limit` entries that are due, or `sending` since before `staleBefore` (their sender died):
   * the earliest unsent of each conversation only, so that order holds. Sets `sending` and counts the attempt.
   * What is to be said on the platforms in `left` is left to another process. `sender` names the process.
   */
  claim(
    now: number,
    staleBefore: number,
    limit: number,
    left?: readonly string[],
    sender?: string,
  ): Promise<OutboxEntry[]>;
  /** The named senders of what is being sent. */
  senders(): Promise<string[]>;
  /** Makes what a dead sender left claimable at once; returns how many. */
  release(sender: string): Promise<number>;
  /** `sending → sent`. */
  sent(key: string, providerId: string | undefined, now: number): Promise<void>;
  /** `sending → due` again at `dueAt`. */
  retry(key: string, dueAt: number): Promise<void>;
  /**
   * Leaves an entry that this version can't read to another one until `dueAt`. False, and nothing done, if it was made before
   * `madeSince` or is not to be said any more.
   */
  leave(key: string, dueAt: number, madeSince: number): Promise<boolean>;
  /** `due | sending → dropped`: superseded edits, refused decorations. */
  drop(key: string): Promise<void>;
  /** Drops `due` edits of `target` that are older than entry `newerThan` (they say less than what comes). */
  supersedeEdits(target: string, newerThan: string): Promise<number>;
  /** The newest unsent edit of `target`: the one that says all that the older ones would. */
  latestEdit(conversation: ConversationId, target: string): Promise<OutboxEntry | undefined>;
  /** Entries of a conversation, oldest first. */
  list(conversation: ConversationId, limit: number): Promise<OutboxEntry[]>;
  /** The post that the platform calls `providerId` in the conversation at `at`, and how it looks by its newest edit. */
  shown(at: ConversationAddress, providerId: string): Promise<ShownPost | undefined>;
  /** Posts of a conversation that are sent and were decided before `before`: the newest `limit` of them, oldest first. */
  posted(conversation: ConversationId, before: number, limit: number): Promise<OutboxEntry[]>;
  /** When the next `due` entry is due, if there is one. */
  nextDue(): Promise<number | undefined>;
  /** Entries that are due or being sent. */
  countDue(now: number): Promise<number>;
  replaceOp(key: string, op: OutboxOp): Promise<void>;
  /**
   * Conversations whose last session mark is sent, says that somebody is at work or awaited, and stands where no run is
   * active: among the newest `rows` entries.
   */
  orphanMarks(rows: number): Promise<OutboxEntry[]>;
}

export interface ManifestRepository {
  add(row: Omit<ManifestRow, "seq">): Promise<ManifestRow>;
  latest(workspace: string): Promise<ManifestRow | undefined>;
  /** Oldest first. */
  list(workspace: string): Promise<ManifestRow[]>;
}

export interface MemoryRepository {
  /** The same fact of the same owner twice is once. The oldest goes when there are too many. */
  add(memory: NewMemory): Promise<void>;
  /** Facts of this agent and scope that share words with `query`, best first; all, newest first, if it has none. */
  search(
    tenant: TenantId,
    agent: string,
    scope: MemoryScope,
    query: string,
    limit: number,
  ): Promise<Memory[]>;
  /** All of them, oldest first: a fact keeps its place while others only come. */
  list(owner: MemoryOwner): Promise<Memory[]>;
  /** Erases these, where they are the owner's; returns how many were. */
  forget(owner: MemoryOwner, ids: readonly string[]): Promise<number>;
}

export interface FeedbackRepository {
  /** Replaces what the same person said about the same run. */
  give(feedback: Feedback): Promise<void>;
  /** Oldest first. */
  list(run: RunId): Promise<Feedback[]>;
}

export interface SchedulePatch {
  readonly agent?: string;
  readonly state?: ScheduleState;
  /** Null takes it away. */
  readonly why?: string | null;
  readonly nextAt?: number | null;
  readonly place?: ConversationAddress;
  readonly what?: string;
  readonly when?: string;
  readonly timeZone?: string;
  readonly name?: string;
  readonly lastRun?: RunId;
}

export interface ScheduleRepository {
  /** Twice the same id is once; false then. */
  add(schedule: Schedule): Promise<boolean>;
  find(id: ScheduleId): Promise<Schedule | undefined>;
  /** Without the deleted ones, oldest first. */
  list(filter: {
    readonly tenant?: TenantId;
    readonly owner?: PersonKey;
    readonly limit: number;
  }): Promise<Schedule[]>;
  /** Conditional on being in one of `from`; false otherwise. */
  change(id: ScheduleId, from: readonly ScheduleState[], patch: SchedulePatch): Promise<boolean>;
  /** Active ones whose time has come, the longest due first. */
  due(now: number, limit: number): Promise<Schedule[]>;
  /**
   * Takes the firing that is due: `nextAt` moves from `from` to `next` (or the schedule is `done`), `lastAt` becomes
   * `from`. False if somebody else took it, or it is not active any more (SC2).
   */
  fire(id: ScheduleId, from: number, next: number | undefined): Promise<boolean>;
}

export interface SightingRepository {
  /** The same source of the same step twice is once. */
  add(run: RunId, step: number, sighting: Sighting): Promise<void>;
  /** In the order of steps. */
  list(run: RunId): Promise<Sighting[]>;
}

export interface WithheldRepository {
  /** The same id twice is once. */
  add(withheld: Omit<Withheld, "state" | "decidedBy" | "decidedAt">): Promise<void>;
  /** In the order in which it was to be said. */
  ofRun(run: RunId): Promise<Withheld[]>;
  /** All of the run's that are in one of `from`; false if none was. */
  decide(
    run: RunId,
    from: readonly WithheldState[],
    decision: { readonly state: WithheldState; readonly by: PersonKey; readonly at: number },
  ): Promise<boolean>;
}

export interface TroubleRepository {
  /** False if there is one at the place already. */
  open(trouble: Trouble): Promise<boolean>;
  /** Conditional on `from`; false if somebody else changed it. */
  change(place: string, from: readonly RunId[], to: readonly RunId[]): Promise<boolean>;
  /** False if it was over already. */
  end(place: string): Promise<boolean>;
  list(): Promise<Trouble[]>;
}

/** Named leases: the sweeper's, and the one that keeps a second process off an SQLite file. */
export interface LockRepository {
  /** True if `owner` now holds `name` until `until`: it was free, expired, or its own already. */
  acquire(name: string, owner: string, now: number, until: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
  holder(name: string): Promise<{ readonly owner: string; readonly until: number } | undefined>;
}

/** What was last known, by name, of things outside the database: the master key, the configuration, the stream of the record. */
export interface LastKnownRepository {
  /** The first to say something is kept; returns what is kept. */
  claim(name: string, value: string): Promise<string>;
  find(name: string): Promise<string | undefined>;
  /** Conditional on `from`; false otherwise. */
  replace(name: string, from: string, to: string): Promise<boolean>;
}
