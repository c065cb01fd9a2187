// Taking entries off the outbox to send them, and what became of them.
//
//   OB3  An entry is taken by one sender at a time. It may be taken again once its sender is given up for dead: by its age, or
//        at once where somebody knows (`release`). `attempts` tells that its fate has to be asked for.

import { and, eq, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { OutboxRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import type { Session } from "../session.ts";
import { besideKey } from "./keyed.ts";
import { nothingBefore } from "./outbox-lanes.ts";
import { toEntry } from "./outbox-rows.ts";

type Row = Tables["outbox"]["$inferSelect"];
type Sending = Pick<OutboxRepository, "claim" | "sent" | "retry" | "senders" | "release">;

export function outboxSending(session: Session): Sending {
  const { senders, release } = leftBehind(session);
  const { outbox } = session.tables;
  return {
    senders,
    release,

    // oxlint-disable-next-line max-params -- the contract's
    async claim(now, staleBefore, limit, left = [], sender) {
      const chosen =
        left.length === 0
          ? await choosing(session).execute({ now, staleBefore, limit })
          : await choosingBut(session).execute({
              now,
              staleBefore,
              limit,
              left: session.dialect.list(left),
            });
      if (chosen.length === 0) return [];
      const seqs = session.dialect.list(chosen.map((row) => row.seq));
      const rows = await taking(session).execute({ seqs, now, staleBefore, sender: sender ?? null });
      return rows.toSorted((a, b) => a.seq - b.seq).map(toEntry);
    },

    async sent(key, providerId, now) {
      const statement = session.prepared("outbox.sent", (db, name) =>
        db
          .update(outbox)
          .set({
            state: "sent",
            providerId: sql`${sql.placeholder("providerId")}`,
            sentAt: sql`${sql.placeholder("now")}`,
          })
          .where(and(eq(outbox.key, sql.placeholder("key")), isStillSending(session)))
          .prepare(name),
      );
      await session.done(statement.execute({ key, providerId: providerId ?? null, now }));
    },

    async retry(key, dueAt) {
      await session.done(
        session.db
          .update(outbox)
          .set({ state: "due", dueAt })
          .where(and(eq(outbox.key, key), isStillSending(session))),
      );
    },
  };
}

function leftBehind(session: Session): Pick<Sending, "senders" | "release"> {
  const { outbox } = session.tables;
  return {
    async senders() {
      const statement = session.prepared("outbox.senders", (db, name) =>
        db
          .selectDistinct({ sender: outbox.sender })
          .from(outbox)
          .where(and(sql`${outbox.state} in ('due', 'sending')`, isSending(session)))
          .prepare(name),
      );
      const rows = await statement.execute();
      return rows.flatMap((row) => row.sender ?? []);
    },

    async release(sender) {
      const rows = await session.db
        .update(outbox)
        .set({ claimedAt: 0 })
        .where(and(sql`${outbox.state} in ('due', 'sending')`, isSending(session), eq(outbox.sender, sender)))
        .returning({ seq: outbox.seq });
      return rows.length;
    },
  };
}

function taking(session: Session): { execute(values: Record<string, unknown>): Promise<Row[]> } {
  const { outbox } = session.tables;
  const { placeholder } = sql;
  return session.prepared("outbox.take", (db, name) =>
    db
      .update(outbox)
      .set({
        state: "sending",
        attempts: sql`${outbox.attempts} + 1`,
        claimedAt: sql`${placeholder("now")}`,
        sender: sql`${placeholder("sender")}`,
      })
      .where(
        and(
          session.dialect.among(outbox.seq, placeholder("seqs")),
          isReady(session, placeholder("now"), placeholder("staleBefore")),
        ),
      )
      .returning()
      .prepare(name),
  );
}

/** Due, or left by a dead sender. */
function isReady(session: Session, now: number | Placeholder, staleBefore: number | Placeholder): SQL {
  const { outbox } = session.tables;
  return sql`(${outbox.state} = 'due' and ${outbox.dueAt} <= ${now}
    or ${outbox.state} = 'sending' and ${outbox.claimedAt} < ${staleBefore})`;
}

interface Choice {
  readonly [name: string]: unknown;
  readonly now: number;
  readonly staleBefore: number;
  readonly limit: number;
}

function choosing(session: Session): { execute(values: Choice): Promise<{ seq: number }[]> } {
  return session.prepared("outbox.choose", (db, name) => choice(session, db).prepare(name));
}

/** Without what is to be said on some platforms. */
function choosingBut(session: Session): {
  execute(values: Choice & { readonly left: unknown }): Promise<{ seq: number }[]>;
} {
  const { outbox, conversations } = session.tables;
  const isLeft = session.dialect.among(conversations.platform, sql.placeholder("left"));
  const elsewhere = sql`exists (select 1 from ${conversations}
    where ${conversations.id} = ${outbox.conversation} and ${isLeft})`;
  return session.prepared("outbox.choose-but", (db, name) =>
    choice(session, db, sql`not ${elsewhere}`).prepare(name),
  );
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the query builder's own
function choice(session: Session, db: Session["db"], also?: SQL) {
  const { outbox } = session.tables;
  return db
    .select({ seq: outbox.seq })
    .from(outbox)
    .where(
      and(
        sql`${outbox.state} in ('due', 'sending')`,
        isReady(session, sql.placeholder("now"), sql.placeholder("staleBefore")),
        nothingBefore(session),
        also,
      ),
    )
    .orderBy(sql`+${outbox.seq}`) // as a bare column it would make SQLite walk the whole table in order
    .limit(sql.placeholder("limit"));
}

function isSending(session: Session): SQL {
  return sql`${session.tables.outbox.state} = 'sending'`;
}

/** Of one that is named. */
function isStillSending(session: Session): SQL {
  return sql`${besideKey(session.tables.outbox.state)} = 'sending'`;
}
