// What is to be said, in order, each utterance once (I2).
//
//   OB1  Entries of a conversation are in lanes: all its posts; the edits of one message; the whispers to one person; the
//        reactions to one message; the status marks. In a lane an entry goes out only when those before it are sent or
//        dropped, also while the first of them waits for its time.
//   OB2  Lanes do not wait for each other: an edit that the platform has put off never delays a result. The one exception is
//        that an edit waits until the message that it edits is sent or dropped.
//   OB3  An entry is taken by one sender at a time (outbox-sending.ts).
//   OB4  A new edit drops the `due` edits of the same message before it: it says all that they would, and none of them
//        may hold it up.

import { and, asc, count, desc, eq, gte, inArray, lt, sql } from "drizzle-orm";
import { addressKey } from "../../domain/conversation.ts";
import type { ConversationId, RunId } from "../../domain/ids.ts";
import type { OutboxRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import type { Session } from "../session.ts";
import { lanes, nothingBefore, type OutboxPlace, placeOf } from "./outbox-lanes.ts";
import { toEntry } from "./outbox-rows.ts";
import { outboxSending } from "./outbox-sending.ts";

type Row = Tables["outbox"]["$inferSelect"];

export function outboxRepository(session: Session): OutboxRepository {
  const { add, supersedeEdits, replaceOp, leave, drop } = saying(session);
  const { claim, sent, retry, senders, release } = outboxSending(session);
  const { find, latestEdit, nextDue, countDue } = looking(session);
  const { list, posted, shown } = telling(session);
  const { orphanMarks } = marking(session);
  return {
    add,
    supersedeEdits,
    replaceOp,
    leave,
    drop,
    claim,
    sent,
    retry,
    senders,
    release,
    find,
    latestEdit,
    list,
    posted,
    shown,
    nextDue,
    countDue,
    orphanMarks,
  };
}

type Saying = "add" | "supersedeEdits" | "replaceOp" | "leave" | "drop";

function saying(session: Session): Pick<OutboxRepository, Saying> {
  const { outbox } = session.tables;
  return {
    async add(utterance, now) {
      const { key, tenant, conversation, run, op, dueAt } = utterance;
      const added = await insertion(session).execute({
        key,
        tenant,
        conversation,
        run: run ?? null,
        ...placeOf(op),
        dueAt: dueAt ?? now,
        createdAt: now,
      });
      const [row] = added;
      if (row && op.op === "edit") {
        await session.done(dropEdits(session, { conversation, target: op.target, before: row.seq }));
      }
      return row !== undefined;
    },

    async supersedeEdits(target, newerThan) {
      const newer = await rowOf(session, newerThan);
      if (!newer) return 0;
      const { conversation, seq } = newer;
      const dropped = await dropEdits(session, { conversation, target, before: seq });
      return dropped.length;
    },

    async replaceOp(key, op) {
      await session.done(session.db.update(outbox).set(placeOf(op)).where(eq(outbox.key, key)));
    },

    async leave(key, dueAt, madeSince) {
      const left = await session.db
        .update(outbox)
        .set({ state: "due", dueAt })
        .where(
          and(
            eq(outbox.key, key),
            sql`${outbox.state} in ('due', 'sending')`,
            gte(outbox.createdAt, madeSince),
          ),
        )
        .returning({ key: outbox.key });
      return left.length > 0;
    },

    async drop(key) {
      await session.done(
        session.db
          .update(outbox)
          .set({ state: "dropped" })
          .where(and(eq(outbox.key, key), sql`${outbox.state} in ('due', 'sending')`)),
      );
    },
  };
}

interface OlderEdits {
  readonly conversation: ConversationId;
  readonly target: string;
  readonly before: number;
}

/** OB4. */
function dropEdits(
  session: Session,
  { conversation, target, before }: OlderEdits,
): Promise<{ seq: number }[]> {
  const { outbox } = session.tables;
  const statement = session.prepared("outbox.drop-edits", (db, name) =>
    db
      .update(outbox)
      .set({ state: "dropped" })
      .where(
        and(
          eq(outbox.conversation, sql.placeholder("conversation")),
          eq(outbox.lane, sql.placeholder("lane")),
          sql`${outbox.state} in ('due', 'sending')`,
          sql`${outbox.state} = 'due'`,
          lt(outbox.seq, sql.placeholder("before")),
        ),
      )
      .returning({ seq: outbox.seq })
      .prepare(name),
  );
  return statement.execute({ conversation, lane: lanes.edit(target), before });
}

function looking(session: Session): Pick<OutboxRepository, "find" | "latestEdit" | "nextDue" | "countDue"> {
  const { outbox } = session.tables;
  return {
    async find(key) {
      const row = await rowOf(session, key);
      return row && toEntry(row);
    },

    async latestEdit(conversation, target) {
      const [row] = await session.db
        .select()
        .from(outbox)
        .where(
          and(
            eq(outbox.conversation, conversation),
            eq(outbox.lane, lanes.edit(target)),
            sql`${outbox.state} in ('due', 'sending')`,
          ),
        )
        .orderBy(desc(outbox.seq))
        .limit(1);
      return row && toEntry(row);
    },

    async nextDue() {
      const [row] = await earliest(session).execute();
      return row?.at ?? undefined;
    },

    async countDue(now) {
      const [row] = await session.db
        .select({ entries: count() })
        .from(outbox)
        .where(sql`${outbox.state} in ('due', 'sending') and ${outbox.dueAt} <= ${now}`);
      return row?.entries ?? 0;
    },
  };
}

function marking(session: Session): Pick<OutboxRepository, "orphanMarks"> {
  const { outbox, runs } = session.tables;
  return {
    async orphanMarks(rows) {
      const newest = sql`(select max(m.seq) - ${rows} from ${outbox} m)`;
      const later = sql`select 1 from ${outbox} l where l.conversation = ${outbox.conversation}
        and l.seq > ${outbox.seq} and l.op_kind = 'status'`;
      const active = sql`select 1 from ${runs} r where r.conversation = ${outbox.conversation}
        and r.state in ('queued', 'working', 'waiting')`;
      const found = await session.db
        .select()
        .from(outbox)
        .where(
          and(
            sql`${outbox.seq} > ${newest}`,
            sql`${outbox.opKind} = 'status' and ${outbox.state} = 'sent'`,
            sql`${outbox.op} not like '%"status":"active"%'`,
            sql`not exists (${later})`,
            sql`not exists (${active})`,
          ),
        )
        .orderBy(asc(outbox.seq));
      return session.readable(found, toEntry);
    },
  };
}

/** What was said in a conversation. */
function telling(session: Session): Pick<OutboxRepository, "list" | "posted" | "shown"> {
  const { outbox, conversations } = session.tables;
  return {
    async list(conversation, limit) {
      const rows = await session.db
        .select()
        .from(outbox)
        .where(eq(outbox.conversation, conversation))
        .orderBy(asc(outbox.seq))
        .limit(limit);
      return session.readable(rows, toEntry);
    },

    async posted(conversation, before, limit) {
      const rows = await session.db
        .select()
        .from(outbox)
        .where(
          and(
            eq(outbox.conversation, conversation),
            eq(outbox.opKind, "post"),
            eq(outbox.state, "sent"),
            lt(outbox.createdAt, before),
          ),
        )
        .orderBy(desc(outbox.seq))
        .limit(limit);
      return session.readable(rows, toEntry).toReversed();
    },

    async shown(at, providerId) {
      const place = session.db
        .select({ id: conversations.id })
        .from(conversations)
        .where(eq(conversations.addressKey, addressKey(at)));
      const [found] = await session.db
        .select()
        .from(outbox)
        .where(
          and(
            inArray(outbox.conversation, place),
            eq(outbox.providerId, providerId),
            eq(outbox.opKind, "post"),
          ),
        )
        .limit(1);
      if (!found) return undefined;
      const [edit] = await session.db
        .select()
        .from(outbox)
        .where(and(eq(outbox.conversation, found.conversation), eq(outbox.lane, lanes.edit(found.key))))
        .orderBy(desc(outbox.seq))
        .limit(1);
      const { key, run, op } = toEntry(found);
      const latest = edit ? toEntry(edit).op : op;
      if (latest.op !== "post" && latest.op !== "edit") return undefined;
      return { key, ...(run === undefined ? {} : { run }), message: latest.message };
    },
  };
}

function earliest(session: Session): { execute(): Promise<{ at: number | null }[]> } {
  const { outbox } = session.tables;
  return session.prepared("outbox.next-due", (db, name) =>
    db
      .select({ at: sql<number | null>`min(${outbox.dueAt})`.mapWith(outbox.dueAt) })
      .from(outbox)
      .where(
        and(sql`${outbox.state} in ('due', 'sending')`, sql`${outbox.state} = 'due'`, nothingBefore(session)),
      )
      .prepare(name),
  );
}

async function rowOf(session: Session, key: string): Promise<Row | undefined> {
  const { outbox } = session.tables;
  const statement = session.prepared("outbox.find", (db, name) =>
    db
      .select()
      .from(outbox)
      .where(eq(outbox.key, sql.placeholder("key")))
      .prepare(name),
  );
  const [row] = await statement.execute({ key });
  return row;
}

function insertion(session: Session): { execute(values: InsertValues): Promise<{ seq: number }[]> } {
  const { outbox } = session.tables;
  return session.prepared("outbox.add", (db, name) =>
    db
      .insert(outbox)
      .values({
        key: sql.placeholder("key"),
        tenant: sql.placeholder("tenant"),
        conversation: sql.placeholder("conversation"),
        run: sql.placeholder("run"),
        op: sql.placeholder("op"),
        opKind: sql.placeholder("opKind"),
        lane: sql.placeholder("lane"),
        after: sql.placeholder("after"),
        state: "due",
        attempts: 0,
        dueAt: sql.placeholder("dueAt"),
        createdAt: sql.placeholder("createdAt"),
      })
      .onConflictDoNothing({ target: outbox.key })
      .returning({ seq: outbox.seq })
      .prepare(name),
  );
}

interface InsertValues extends OutboxPlace {
  readonly [name: string]: unknown;
  readonly conversation: ConversationId;
  readonly run: RunId | null;
}
