// What was heard, each event once.
//
//   IN1  Two constraints say what "once" is: (platform, tenant, event id), and (conversation, message id) of messages (I1).
//   IN2  Order is the order of arrival, not of the platform's clocks.
//   IN3  What is old is looked for from the first that arrived to the first that is not: an index by time would be a page more with
//        every message.

import { and, asc, desc, eq, gte, isNotNull, lt, lte, not, type SQL, sql } from "drizzle-orm";
import type { ConversationId, PersonKey, TenantId } from "../../domain/ids.ts";
import { InboundEvent } from "../../domain/inbound.ts";
import type { InboxRepository, InboxRow } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";
import { besideKey } from "./keyed.ts";

type Row = Tables["inbox"]["$inferSelect"];

export function inboxRepository(session: Session): InboxRepository {
  const { add, route, prune } = writing(session);
  const { rewrite, describe } = rewriting(session);
  const { unrouted, dueConversations, history, followers, findEvent, findMessage, oldestNew } =
    reading(session);
  return {
    add,
    route,
    rewrite,
    describe,
    prune,
    unrouted,
    dueConversations,
    history,
    followers,
    findEvent,
    findMessage,
    oldestNew,
  };
}

function writing(session: Session): Pick<InboxRepository, "add" | "route" | "prune"> {
  const { inbox } = session.tables;
  return {
    async add(row) {
      const { event } = row;
      const added = await insertion(session).execute({
        id: row.id,
        tenant: row.tenant,
        platform: event.conversation.platform,
        eventId: event.eventId,
        conversation: row.conversation,
        messageId: event.kind === "message" ? event.messageId : null,
        follower: follower(event) ?? null,
        event: JSON.stringify(event),
        dueAt: row.dueAt,
        receivedAt: row.now,
      });
      return added.length > 0;
    },

    async route(id, state, run) {
      const statement = session.prepared("inbox.route", (db, name) =>
        db
          .update(inbox)
          .set({ state: sql`${sql.placeholder("state")}`, run: sql`${sql.placeholder("run")}` })
          .where(and(eq(inbox.id, sql.placeholder("id")), sql`${besideKey(inbox.state)} = 'new'`))
          .returning({ id: inbox.id })
          .prepare(name),
      );
      const routed = await statement.execute({ id, state, run: run ?? null });
      return routed.length > 0;
    },

    async prune(before, now) {
      const gone = await session.db
        .delete(inbox)
        .where(
          and(
            lt(inbox.receivedAt, before),
            sql`${inbox.state} <> 'new'`,
            sql`${inbox.seq} < coalesce((${firstSince(session, before, now)}), ${afterAll})`,
          ),
        )
        .returning({ id: inbox.id });
      return gone.length;
    },
  };
}

/** IN3. */
const afterAll = sql.raw("9223372036854775807");

/** IN3: the first that is to be kept. What a clock that was wrong dated after `now` is passed over. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- the query builder's own
function firstSince({ db, tables: { inbox } }: Session, before: number, now: number) {
  return db
    .select({ seq: inbox.seq })
    .from(inbox)
    .where(and(gte(inbox.receivedAt, before), lte(inbox.receivedAt, now)))
    .orderBy(asc(inbox.seq))
    .limit(1);
}

function rewriting(session: Session): Pick<InboxRepository, "rewrite" | "describe"> {
  const { inbox } = session.tables;
  return {
    async rewrite(conversation, messageId, text) {
      const row = await messageRow(session, conversation, messageId);
      if (row?.event.kind !== "message") return false;
      const { event } = row;
      const changed = text === undefined ? { ...event, text: "", files: [] } : { ...event, text };
      await session.done(
        session.db
          .update(inbox)
          .set({ event: JSON.stringify(changed) })
          .where(eq(inbox.id, row.id)),
      );
      return true;
    },

    async describe(id, author) {
      const isNew = and(eq(inbox.id, id), sql`${besideKey(inbox.state)} = 'new'`);
      const [row] = await session.db.select().from(inbox).where(isNew);
      if (!row) return;
      const event = JSON.stringify({ ...toInboxRow(row).event, author });
      await session.done(session.db.update(inbox).set({ event }).where(isNew));
    },
  };
}

type Reading =
  | "unrouted"
  | "dueConversations"
  | "history"
  | "followers"
  | "findEvent"
  | "findMessage"
  | "oldestNew";

function reading(session: Session): Pick<InboxRepository, Reading> {
  const { inbox } = session.tables;
  return {
    async unrouted(conversation) {
      const statement = session.prepared("inbox.unrouted", (db, name) => {
        const query = db
          .select()
          .from(inbox)
          .where(and(eq(inbox.conversation, sql.placeholder("conversation")), sql`${inbox.state} = 'new'`))
          .orderBy(sql`+${inbox.seq}`); // as a bare column it would make SQLite walk the whole conversation
        return session.dialect.locked(query).prepare(name);
      });
      const rows = await statement.execute({ conversation });
      return session.readable(rows, toInboxRow);
    },

    async dueConversations(now, limit, left = []) {
      const statement =
        left.length === 0
          ? session.prepared("inbox.due-conversations", (db, name) => dueNow(session, db).prepare(name))
          : session.prepared("inbox.due-conversations-but", (db, name) =>
              dueNow(
                session,
                db,
                not(session.dialect.among(inbox.platform, sql.placeholder("left"))),
              ).prepare(name),
            );
      const rows = await statement.execute({ now, limit, left: session.dialect.list(left) });
      return rows.map((row) => row.conversation);
    },

    async history(conversation, before, limit) {
      const rows = await earlier(session).execute({ conversation, before, limit });
      return session.readable(rows.toReversed(), toInboxRow);
    },

    async followers(conversation) {
      const statement = session.prepared("inbox.followers", (db, name) =>
        db
          .selectDistinct({ person: inbox.follower })
          .from(inbox)
          .where(and(eq(inbox.conversation, sql.placeholder("conversation")), isNotNull(inbox.follower)))
          .prepare(name),
      );
      const rows = await statement.execute({ conversation });
      return rows.flatMap((row) => row.person ?? []);
    },

    findEvent: (...of) => eventRow(session, ...of),

    findMessage: (conversation, messageId) => messageRow(session, conversation, messageId),

    oldestNew: () => oldestNew(session),
  };
}

async function oldestNew(session: Session): Promise<number | undefined> {
  const { inbox } = session.tables;
  // As a bare column it would make the server walk all that was ever received, in the hope for something new.
  const [row] = await session.db
    .select({ at: sql<number | string | null>`min(${inbox.receivedAt} + 0)` })
    .from(inbox)
    .where(sql`${inbox.state} = 'new'`);
  const at = row?.at ?? undefined;
  return at === undefined ? undefined : Number(at);
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the query builder's own
function dueNow(session: Session, db: Session["db"], also?: SQL) {
  const { inbox } = session.tables;
  return db
    .select({ conversation: inbox.conversation })
    .from(inbox)
    .where(and(lte(inbox.dueAt, sql.placeholder("now")), sql`${inbox.state} = 'new'`, also))
    .groupBy(inbox.conversation)
    .orderBy(sql`min(${inbox.dueAt})`)
    .limit(sql.placeholder("limit"));
}

interface Insertion {
  execute(values: Record<string, unknown>): Promise<{ id: string }[]>;
}

function insertion(session: Session): Insertion {
  const { inbox } = session.tables;
  return session.prepared("inbox.add", (db, name) =>
    db
      .insert(inbox)
      .values({
        id: sql.placeholder("id"),
        tenant: sql.placeholder("tenant"),
        platform: sql.placeholder("platform"),
        eventId: sql.placeholder("eventId"),
        conversation: sql.placeholder("conversation"),
        messageId: sql.placeholder("messageId"),
        follower: sql.placeholder("follower"),
        event: sql.placeholder("event"),
        state: "new",
        dueAt: sql.placeholder("dueAt"),
        receivedAt: sql.placeholder("receivedAt"),
      })
      .onConflictDoNothing()
      .returning({ id: inbox.id })
      .prepare(name),
  );
}

interface Before {
  readonly [name: string]: unknown;
  readonly conversation: ConversationId;
  readonly before: number;
  readonly limit: number;
}

function earlier(session: Session): { execute(values: Before): Promise<Row[]> } {
  const { inbox } = session.tables;
  return session.prepared("inbox.history", (db, name) =>
    db
      .select()
      .from(inbox)
      .where(
        and(
          eq(inbox.conversation, sql.placeholder("conversation")),
          isNotNull(inbox.messageId),
          lt(inbox.receivedAt, sql.placeholder("before")),
        ),
      )
      .orderBy(desc(inbox.seq))
      .limit(sql.placeholder("limit"))
      .prepare(name),
  );
}

async function messageRow(
  session: Session,
  conversation: ConversationId,
  messageId: string,
): Promise<InboxRow | undefined> {
  const { inbox } = session.tables;
  const statement = session.prepared("inbox.message", (db, name) =>
    db
      .select()
      .from(inbox)
      .where(
        and(
          eq(inbox.conversation, sql.placeholder("conversation")),
          eq(inbox.messageId, sql.placeholder("messageId")),
        ),
      )
      .prepare(name),
  );
  const [row] = await statement.execute({ conversation, messageId });
  return row && toInboxRow(row);
}

async function eventRow(
  session: Session,
  platform: string,
  tenant: TenantId,
  eventId: string,
): Promise<InboxRow | undefined> {
  const { inbox } = session.tables;
  const [row] = await session.db
    .select()
    .from(inbox)
    .where(and(eq(inbox.platform, platform), eq(inbox.tenant, tenant), eq(inbox.eventId, eventId)));
  return row && toInboxRow(row);
}

/** The author of a message that speaks to the agent: by mention, or because nobody else is there. */
function follower(event: InboundEvent): PersonKey | undefined {
  if (event.kind !== "message") return undefined;
  return event.mentionsAgent || event.conversation.kind === "dm" ? event.author.key : undefined;
}

function toInboxRow(row: Row): InboxRow {
  const { id, conversation, state, dueAt, receivedAt, run } = row;
  const event = readJson(InboundEvent, row.event, { table: "inbox", key: id });
  return withoutNulls({ id, conversation, event, state, dueAt, receivedAt, run });
}
