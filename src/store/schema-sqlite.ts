// The tables on SQLite: the same tables and property names as in `schema-pg.ts`, which explains them (T1 to T3).

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export * from "./schema-grants-sqlite.ts";

export const conversations = sqliteTable("conversations", {
  id: text("id").primaryKey(),
  addressKey: text("address_key").notNull().unique("conversations_address"),
  tenant: text("tenant").notNull(),
  platform: text("platform").notNull(),
  kind: text("kind").notNull(),
  channel: text("channel").notNull(),
  thread: text("thread").notNull(),
  workspace: text("workspace").notNull(),
  muted: integer("muted", { mode: "boolean" }).notNull(),
  createdAt: integer("created_at").notNull(),
});

export const people = sqliteTable("people", {
  key: text("key").primaryKey(),
  tenant: text("tenant").notNull(),
  name: text("name").notNull(),
  kind: text("kind").notNull(),
  timeZone: text("time_zone"),
  locale: text("locale"),
  seenAt: integer("seen_at").notNull(),
});

export const inbox = sqliteTable(
  "inbox",
  {
    seq: integer("seq").primaryKey(),
    id: text("id").notNull().unique("inbox_id"),
    tenant: text("tenant").notNull(),
    platform: text("platform").notNull(),
    eventId: text("event_id").notNull(),
    conversation: text("conversation")
      .notNull()
      .references(() => conversations.id),
    messageId: text("message_id"),
    follower: text("follower"),
    event: text("event").notNull(),
    state: text("state").notNull(),
    dueAt: integer("due_at").notNull(),
    receivedAt: integer("received_at").notNull(),
    run: text("run"),
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

export const runs = sqliteTable(
  "runs",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").notNull(),
    conversation: text("conversation")
      .notNull()
      .references(() => conversations.id),
    agent: text("agent").notNull(),
    subject: text("subject").notNull(),
    subjectName: text("subject_name").notNull(),
    mode: text("mode").notNull(),
    state: text("state").notNull(),
    title: text("title").notNull(),
    epoch: integer("epoch").notNull(),
    leaseOwner: text("lease_owner"),
    leaseUntil: integer("lease_until"),
    cursor: integer("cursor").notNull(),
    contextBase: integer("context_base").notNull(),
    segment: integer("segment").notNull(),
    wakeAt: integer("wake_at"),
    budget: text("budget").notNull(),
    spent: text("spent").notNull(),
    plan: text("plan"),
    stopRequestedBy: text("stop_requested_by"),
    finishing: integer("finishing", { mode: "boolean" }).notNull(),
    retries: integer("retries").notNull(),
    barrenClaims: integer("barren_claims").notNull(),
    checkInAt: integer("check_in_at"),
    outcomeCode: text("outcome_code"),
    outcomeSummary: text("outcome_summary"),
    continues: text("continues"),
    through: text("through"),
    schedule: text("schedule"),
    taint: text("taint").notNull().default('{"external":[],"private":[]}'),
    /** Since when it waits for its next slice: made, or last taken. Rows of an earlier release have 0 and go first. */
    turnAt: integer("turn_at").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
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

export const briefs = sqliteTable("briefs", {
  run: text("run")
    .primaryKey()
    .references(() => runs.id),
  goal: text("goal").notNull(),
  opening: text("opening"),
});

export const steps = sqliteTable(
  "steps",
  {
    run: text("run")
      .notNull()
      .references(() => runs.id),
    n: integer("n").notNull(),
    kind: text("kind").notNull(),
    state: text("state").notNull(),
    tool: text("tool"),
    callId: text("call_id"),
    arguments: text("arguments"),
    result: text("result"),
    epoch: integer("epoch").notNull(),
    startedAt: integer("started_at").notNull(),
    endedAt: integer("ended_at"),
    identity: text("identity"),
    manifest: text("manifest"),
    gated: integer("gated", { mode: "boolean" }).notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.run, table.n] })],
);

export const mailbox = sqliteTable(
  "mailbox",
  {
    run: text("run")
      .notNull()
      .references(() => runs.id),
    seq: integer("seq").notNull(),
    kind: text("kind").notNull(),
    from: text("from_person").notNull(),
    fromName: text("from_name").notNull(),
    text: text("text").notNull(),
    files: text("files").notNull(),
    messageId: text("message_id").notNull(),
    sentAt: integer("sent_at").notNull(),
    consumedBy: integer("consumed_by"),
  },
  (table) => [primaryKey({ columns: [table.run, table.seq] })],
);

export const waits = sqliteTable(
  "waits",
  {
    id: text("id").primaryKey(),
    run: text("run")
      .notNull()
      .references(() => runs.id),
    step: integer("step").notNull(),
    kind: text("kind").notNull(),
    state: text("state").notNull(),
    ask: text("ask").notNull(),
    asked: text("asked").notNull(),
    dueAt: integer("due_at"),
    nudgeAt: integer("nudge_at"),
    answer: text("answer"),
    createdAt: integer("created_at").notNull(),
    resolvedAt: integer("resolved_at"),
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

export const approvals = sqliteTable(
  "approvals",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").notNull(),
    run: text("run")
      .notNull()
      .references(() => runs.id),
    step: integer("step").notNull(),
    wait: text("wait").notNull(),
    state: text("state").notNull(),
    tool: text("tool").notNull(),
    digest: text("digest").notNull(),
    arguments: text("arguments").notNull(),
    facts: text("facts").notNull(),
    votes: text("votes").notNull(),
    standing: text("standing"),
    uses: integer("uses").notNull(),
    seal: text("seal").notNull(),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
    decidedAt: integer("decided_at"),
  },
  (table) => [
    index("approvals_run").on(table.run, table.step),
    index("approvals_pending").on(table.createdAt).where(sql`${table.state} = 'pending'`),
  ],
);

export const outbox = sqliteTable(
  "outbox",
  {
    seq: integer("seq").primaryKey(),
    key: text("key").notNull().unique("outbox_key"),
    tenant: text("tenant").notNull(),
    conversation: text("conversation")
      .notNull()
      .references(() => conversations.id),
    run: text("run"),
    op: text("op").notNull(),
    opKind: text("op_kind").notNull(),
    lane: text("lane").notNull(),
    after: text("after_key"),
    state: text("state").notNull(),
    attempts: integer("attempts").notNull(),
    dueAt: integer("due_at").notNull(),
    claimedAt: integer("claimed_at"),
    /** The process that sends it, or tried to last. */
    sender: text("sender"),
    providerId: text("provider_id"),
    createdAt: integer("created_at").notNull(),
    sentAt: integer("sent_at"),
  },
  (table) => [
    index("outbox_conversation").on(table.conversation, table.seq),
    index("outbox_unsent")
      .on(table.conversation, table.lane, table.seq)
      .where(sql`${table.state} in ('due', 'sending')`),
  ],
);

export const manifests = sqliteTable(
  "manifests",
  {
    conversation: text("conversation").notNull(),
    workspace: text("workspace").notNull(),
    seq: integer("seq").notNull(),
    digest: text("digest").notNull(),
    files: integer("files").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    run: text("run"),
    step: integer("step"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.seq] })],
);

export const memories = sqliteTable(
  "memories",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").notNull(),
    agent: text("agent").notNull(),
    scope: text("scope").notNull(),
    fact: text("fact").notNull(),
    taint: text("taint"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("memories_scope").on(table.tenant, table.agent, table.scope, table.createdAt)],
);

export const mutedChannels = sqliteTable(
  "muted_channels",
  {
    platform: text("platform").notNull(),
    tenant: text("tenant").notNull(),
    channel: text("channel").notNull(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.tenant, table.channel] })],
);

export const feedback = sqliteTable(
  "feedback",
  {
    run: text("run")
      .notNull()
      .references(() => runs.id),
    person: text("person").notNull(),
    verdict: text("verdict").notNull(),
    text: text("text"),
    at: integer("given_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.person] })],
);

export const locks = sqliteTable("locks", {
  name: text("name").primaryKey(),
  owner: text("owner").notNull(),
  until: integer("until_at").notNull(),
});

export const schedules = sqliteTable(
  "schedules",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").notNull(),
    agent: text("agent").notNull(),
    source: text("source").notNull(),
    name: text("name").notNull(),
    owner: text("owner"),
    ownerName: text("owner_name"),
    place: text("place").notNull(),
    what: text("what").notNull(),
    when: text("when_text").notNull(),
    timeZone: text("time_zone").notNull(),
    state: text("state").notNull(),
    why: text("why"),
    nextAt: integer("next_at"),
    lastAt: integer("last_at"),
    lastRun: text("last_run"),
    taint: text("taint"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("schedules_due")
      .on(table.nextAt)
      .where(sql`${table.state} = 'active' and ${table.nextAt} is not null`),
    index("schedules_owner").on(table.owner, table.createdAt),
    index("schedules_tenant").on(table.tenant, table.createdAt),
  ],
);

export const troubles = sqliteTable("troubles", {
  place: text("place").primaryKey(),
  key: text("key").notNull(),
  conversation: text("conversation")
    .notNull()
    .references(() => conversations.id),
  runs: text("runs").notNull(),
  since: integer("since").notNull(),
});

export const sightings = sqliteTable(
  "sightings",
  {
    run: text("run")

      .notNull()
      .references(() => runs.id),
    step: integer("step").notNull(),
    source: text("source").notNull(),
    found: text("found").notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.step, table.source] })],
);

export const withheld = sqliteTable(
  "withheld",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").notNull(),
    run: text("run")

      .notNull()
      .references(() => runs.id),
    conversation: text("conversation")

      .notNull()
      .references(() => conversations.id),
    owners: text("owners").notNull(),
    utterance: text("utterance").notNull(),
    state: text("state").notNull(),
    createdAt: integer("created_at").notNull(),
    decidedBy: text("decided_by"),
    decidedAt: integer("decided_at"),
  },
  (table) => [index("withheld_run").on(table.run)],
);

export * from "./schema-sqlite-audit.ts";
export * from "./schema-sqlite-brakes.ts";
export * from "./schema-sqlite-mcp.ts";
export * from "./schema-sqlite-person-links.ts";
export * from "./schema-sqlite-platforms.ts";
export * from "./schema-sqlite-authorities.ts";
