// The tables on Postgres. `schema-sqlite.ts` has the same tables and property names; repositories are written against these
// types (see dialect.ts). After a change in either: `npx drizzle-kit generate --config drizzle.pg.config.ts` and the same for
// SQLite.
//
//   T1  Times are milliseconds since the epoch. JSON is text, parsed by the domain's schemas when it is read.
//   T2  Long text that a step does not change (goal, opening) is in `briefs`: a step rewrites the row of its run.
//   T3  An index that a scan needs holds the rows that the scan wants and no others, so parked runs cost nothing (I6). No
//       index begins with a state: SQLite would take it for such a scan, and read all rows of that state.

import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { approvalStates } from "../domain/approval.ts";
import { verdicts } from "../domain/feedback.ts";
import type {
  ApprovalId,
  ConversationId,
  PersonKey,
  RunId,
  ScheduleId,
  TenantId,
  WaitId,
} from "../domain/ids.ts";
import type { MailKind } from "../domain/mailbox.ts";
import type { MemoryScope } from "../domain/memory.ts";
import { type OutboxOp, outboxStates } from "../domain/outbox.ts";
import type { Person } from "../domain/person.ts";
import { type RunMode, runStates } from "../domain/run.ts";
import { type ScheduleSource, scheduleStates } from "../domain/schedule.ts";
import { stepKinds, stepStates } from "../domain/step.ts";
import { waitKinds, waitStates } from "../domain/wait.ts";
import { withheldStates } from "../domain/withheld.ts";

export * from "./schema-grants-pg.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

export const conversations = pgTable("conversations", {
  id: text("id").$type<ConversationId>().primaryKey(),
  addressKey: text("address_key").notNull().unique("conversations_address"),
  tenant: text("tenant").$type<TenantId>().notNull(),
  platform: text("platform").notNull(),
  kind: text("kind", { enum: ["channel", "dm", "group"] }).notNull(),
  channel: text("channel").notNull(),
  thread: text("thread").notNull(),
  workspace: text("workspace").notNull(),
  muted: boolean("muted").notNull(),
  createdAt: ms("created_at").notNull(),
});

export const people = pgTable("people", {
  key: text("key").$type<PersonKey>().primaryKey(),
  tenant: text("tenant").$type<TenantId>().notNull(),
  name: text("name").notNull(),
  kind: text("kind").$type<Person["kind"]>().notNull(),
  timeZone: text("time_zone"),
  locale: text("locale"),
  seenAt: ms("seen_at").notNull(),
});

export const inbox = pgTable(
  "inbox",
  {
    seq: bigint("seq", { mode: "number" }).generatedAlwaysAsIdentity().primaryKey(),
    id: text("id").notNull().unique("inbox_id"),
    tenant: text("tenant").$type<TenantId>().notNull(),
    platform: text("platform").notNull(),
    eventId: text("event_id").notNull(),
    conversation: text("conversation")
      .$type<ConversationId>()
      .notNull()
      .references(() => conversations.id),
    /** Of messages only: edits and deletions of the same message are events of their own. */
    messageId: text("message_id"),
    /** The author, if the message addresses the agent. */
    follower: text("follower").$type<PersonKey>(),
    event: text("event").notNull(),
    state: text("state", { enum: ["new", "routed", "noted"] }).notNull(),
    dueAt: ms("due_at").notNull(),
    receivedAt: ms("received_at").notNull(),
    run: text("run").$type<RunId>(),
  },
  (table) => [
    uniqueIndex("inbox_event").on(table.platform, table.tenant, table.eventId),
    uniqueIndex("inbox_message")
      .on(table.conversation, table.messageId)
      .where(sql`${table.messageId} is not null`),
    index("inbox_conversation").on(table.conversation, table.seq, table.follower),
    index("inbox_new").on(table.conversation, table.dueAt).where(sql`${table.state} = 'new'`),
  ],
);

export const runs = pgTable(
  "runs",
  {
    id: text("id").$type<RunId>().primaryKey(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    conversation: text("conversation")
      .$type<ConversationId>()
      .notNull()
      .references(() => conversations.id),
    agent: text("agent").notNull(),
    subject: text("subject").$type<PersonKey>().notNull(),
    subjectName: text("subject_name").notNull(),
    mode: text("mode").$type<RunMode>().notNull(),
    state: text("state", { enum: runStates }).notNull(),
    title: text("title").notNull(),
    epoch: integer("epoch").notNull(),
    leaseOwner: text("lease_owner"),
    leaseUntil: ms("lease_until"),
    cursor: integer("cursor").notNull(),
    contextBase: integer("context_base").notNull(),
    segment: integer("segment").notNull(),
    wakeAt: ms("wake_at"),
    budget: text("budget").notNull(),
    spent: text("spent").notNull(),
    plan: text("plan"),
    stopRequestedBy: text("stop_requested_by").$type<PersonKey>(),
    finishing: boolean("finishing").notNull(),
    retries: integer("retries").notNull(),
    barrenClaims: integer("barren_claims").notNull(),
    checkInAt: ms("check_in_at"),
    outcomeCode: text("outcome_code"),
    outcomeSummary: text("outcome_summary"),
    /** The ended run that this one goes on from. */
    continues: text("continues").$type<RunId>(),
    through: text("through"),
    /** The schedule that fired it. */
    schedule: text("schedule").$type<ScheduleId>(),
    /** What it has seen that is not its subject's (TNT-2). */
    taint: text("taint").notNull().default('{"external":[],"private":[]}'),
    /** Since when it waits for its next slice: made, or last taken. Rows of an earlier release have 0 and go first. */
    turnAt: ms("turn_at").notNull().default(0),
    createdAt: ms("created_at").notNull(),
    startedAt: ms("started_at"),
    endedAt: ms("ended_at"),
  },
  (table) => [
    uniqueIndex("runs_active")
      .on(table.conversation)
      .where(sql`${table.state} in ('queued', 'working', 'waiting')`),
    index("runs_backlog")
      .on(table.tenant, table.subject, table.turnAt, table.id, table.state)
      .where(sql`${table.state} in ('queued', 'working')`),
    index("runs_working").on(table.tenant, table.subject).where(sql`${table.state} = 'working'`),
    index("runs_waking")
      .on(table.wakeAt)
      .where(sql`${table.state} = 'waiting' and ${table.wakeAt} is not null`),
    index("runs_promised").on(table.checkInAt).where(sql`${table.checkInAt} is not null`),
    index("runs_created").on(table.createdAt, table.state),
    index("runs_conversation").on(table.conversation, table.createdAt),
    index("runs_subject").on(table.subject, table.createdAt),
    index("runs_own")
      .on(table.subject, table.createdAt)
      .where(sql`${table.state} in ('queued', 'working', 'waiting')`),
    index("runs_schedule").on(table.schedule, table.createdAt).where(sql`${table.schedule} is not null`),
    uniqueIndex("runs_continues").on(table.continues).where(sql`${table.continues} is not null`),
  ],
);

export const briefs = pgTable("briefs", {
  run: text("run")
    .$type<RunId>()
    .primaryKey()
    .references(() => runs.id),
  goal: text("goal").notNull(),
  opening: text("opening"),
});

export const steps = pgTable(
  "steps",
  {
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    n: integer("n").notNull(),
    kind: text("kind", { enum: stepKinds }).notNull(),
    state: text("state", { enum: stepStates }).notNull(),
    tool: text("tool"),
    callId: text("call_id"),
    arguments: text("arguments"),
    result: text("result"),
    epoch: integer("epoch").notNull(),
    startedAt: ms("started_at").notNull(),
    endedAt: ms("ended_at"),
    identity: text("identity"),
    manifest: text("manifest"),
    gated: boolean("gated").notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.run, table.n] })],
);

export const mailbox = pgTable(
  "mailbox",
  {
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    seq: integer("seq").notNull(),
    kind: text("kind").$type<MailKind>().notNull(),
    from: text("from_person").$type<PersonKey>().notNull(),
    fromName: text("from_name").notNull(),
    text: text("text").notNull(),
    files: text("files").notNull(),
    messageId: text("message_id").notNull(),
    sentAt: ms("sent_at").notNull(),
    consumedBy: integer("consumed_by"),
  },
  (table) => [primaryKey({ columns: [table.run, table.seq] })],
);

export const waits = pgTable(
  "waits",
  {
    id: text("id").$type<WaitId>().primaryKey(),
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    step: integer("step").notNull(),
    kind: text("kind", { enum: waitKinds }).notNull(),
    state: text("state", { enum: waitStates }).notNull(),
    ask: text("ask").notNull(),
    asked: text("asked").$type<PersonKey>().notNull(),
    dueAt: ms("due_at"),
    nudgeAt: ms("nudge_at"),
    answer: text("answer"),
    createdAt: ms("created_at").notNull(),
    resolvedAt: ms("resolved_at"),
  },
  (table) => [
    index("waits_run").on(table.run, table.createdAt),
    index("waits_open").on(table.createdAt).where(sql`${table.state} = 'open'`),
    index("waits_due").on(table.dueAt).where(sql`${table.state} = 'open' and ${table.dueAt} is not null`),
    index("waits_nudge")
      .on(table.nudgeAt)
      .where(sql`${table.state} = 'open' and ${table.nudgeAt} is not null`),
  ],
);

export const approvals = pgTable(
  "approvals",
  {
    id: text("id").$type<ApprovalId>().primaryKey(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    step: integer("step").notNull(),
    wait: text("wait").$type<WaitId>().notNull(),
    state: text("state", { enum: approvalStates }).notNull(),
    tool: text("tool").notNull(),
    digest: text("digest").notNull(),
    arguments: text("arguments").notNull(),
    facts: text("facts").notNull(),
    votes: text("votes").notNull(),
    standing: text("standing"),
    uses: integer("uses").notNull(),
    seal: text("seal").notNull(),
    expiresAt: ms("expires_at").notNull(),
    createdAt: ms("created_at").notNull(),
    decidedAt: ms("decided_at"),
  },
  (table) => [
    index("approvals_run").on(table.run, table.step),
    index("approvals_pending").on(table.createdAt).where(sql`${table.state} = 'pending'`),
  ],
);

export const outbox = pgTable(
  "outbox",
  {
    seq: bigint("seq", { mode: "number" }).generatedAlwaysAsIdentity().primaryKey(),
    key: text("key").notNull().unique("outbox_key"),
    tenant: text("tenant").$type<TenantId>().notNull(),
    conversation: text("conversation")
      .$type<ConversationId>()
      .notNull()
      .references(() => conversations.id),
    run: text("run").$type<RunId>(),
    op: text("op").notNull(),
    opKind: text("op_kind").$type<OutboxOp["op"]>().notNull(),
    /** Entries of one lane of a conversation go out one after the other (see repositories/outbox.ts). */
    lane: text("lane").notNull(),
    /** The key of the entry that must be out first: what an edit edits. */
    after: text("after_key"),
    state: text("state", { enum: outboxStates }).notNull(),
    attempts: integer("attempts").notNull(),
    dueAt: ms("due_at").notNull(),
    claimedAt: ms("claimed_at"),
    /** The process that sends it, or tried to last. */
    sender: text("sender"),
    providerId: text("provider_id"),
    createdAt: ms("created_at").notNull(),
    sentAt: ms("sent_at"),
  },
  (table) => [
    index("outbox_conversation").on(table.conversation, table.seq),
    index("outbox_unsent")
      .on(table.conversation, table.lane, table.seq)
      .where(sql`${table.state} in ('due', 'sending')`),
  ],
);

export const manifests = pgTable(
  "manifests",
  {
    conversation: text("conversation").$type<ConversationId>().notNull(),
    workspace: text("workspace").notNull(),
    seq: integer("seq").notNull(),
    digest: text("digest").notNull(),
    files: integer("files").notNull(),
    sizeBytes: ms("size_bytes").notNull(),
    run: text("run").$type<RunId>(),
    step: integer("step"),
    createdAt: ms("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.seq] })],
);

export const memories = pgTable(
  "memories",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    agent: text("agent").notNull(),
    scope: text("scope").$type<MemoryScope>().notNull(),
    fact: text("fact").notNull(),
    taint: text("taint"),
    createdAt: ms("created_at").notNull(),
  },
  (table) => [index("memories_scope").on(table.tenant, table.agent, table.scope, table.createdAt)],
);

/** Channels in which only a mention is answered. */
export const mutedChannels = pgTable(
  "muted_channels",
  {
    platform: text("platform").notNull(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    channel: text("channel").notNull(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.tenant, table.channel] })],
);

export const feedback = pgTable(
  "feedback",
  {
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    person: text("person").$type<PersonKey>().notNull(),
    verdict: text("verdict", { enum: verdicts }).notNull(),
    text: text("text"),
    at: ms("given_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.person] })],
);

export const locks = pgTable("locks", {
  name: text("name").primaryKey(),
  owner: text("owner").notNull(),
  until: ms("until_at").notNull(),
});

export const schedules = pgTable(
  "schedules",
  {
    id: text("id").$type<ScheduleId>().primaryKey(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    agent: text("agent").notNull(),
    source: text("source").$type<ScheduleSource>().notNull(),
    name: text("name").notNull(),
    owner: text("owner").$type<PersonKey>(),
    ownerName: text("owner_name"),
    place: text("place").notNull(),
    what: text("what").notNull(),
    when: text("when_text").notNull(),
    timeZone: text("time_zone").notNull(),
    state: text("state", { enum: scheduleStates }).notNull(),
    why: text("why"),
    nextAt: ms("next_at"),
    lastAt: ms("last_at"),
    lastRun: text("last_run").$type<RunId>(),
    taint: text("taint"),
    createdAt: ms("created_at").notNull(),
  },
  (table) => [
    index("schedules_due")
      .on(table.nextAt)
      .where(sql`${table.state} = 'active' and ${table.nextAt} is not null`),
    index("schedules_owner").on(table.owner, table.createdAt),
    index("schedules_tenant").on(table.tenant, table.createdAt),
  ],
);

/** Where something outside is in the way of several runs, and the one message that says so, until it is over. */
export const troubles = pgTable("troubles", {
  place: text("place").primaryKey(),
  key: text("key").notNull(),
  conversation: text("conversation")
    .$type<ConversationId>()
    .notNull()
    .references(() => conversations.id),
  runs: text("runs").notNull(),
  since: ms("since").notNull(),
});

/** Addresses that were read in what others wrote, by the step that read them (TNT-4). */
export const sightings = pgTable(
  "sightings",
  {
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    step: integer("step").notNull(),
    source: text("source").notNull(),
    found: text("found").notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.step, table.source] })],
);

/** What was not posted because it is not for everybody who reads there (OUT-4), until its owner decides. */
export const withheld = pgTable(
  "withheld",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    run: text("run")
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    conversation: text("conversation")
      .$type<ConversationId>()
      .notNull()
      .references(() => conversations.id),
    owners: text("owners").notNull(),
    utterance: text("utterance").notNull(),
    state: text("state", { enum: withheldStates }).notNull(),
    createdAt: ms("created_at").notNull(),
    decidedBy: text("decided_by").$type<PersonKey>(),
    decidedAt: ms("decided_at"),
  },
  (table) => [index("withheld_run").on(table.run)],
);

export * from "./schema-pg-audit.ts";
export * from "./schema-pg-brakes.ts";
export * from "./schema-pg-mcp.ts";
export * from "./schema-pg-person-links.ts";
export * from "./schema-pg-platforms.ts";
export * from "./schema-pg-authorities.ts";
