// What reached a run while it was there.
//
//   MB1  Places of one run are given in the order of commits: who has seen place 5 will never find a new 4. So marking "up to
//        5" as read marks nothing that was not seen.

import { and, asc, eq, gte, isNull, lte, or, sql } from "drizzle-orm";
import { z } from "zod";
import type { RunId } from "../../domain/ids.ts";
import { InboundFile } from "../../domain/inbound.ts";
import type { Mail } from "../../domain/mailbox.ts";
import type { MailboxRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { readJson, storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type Row = Tables["mailbox"]["$inferSelect"];
const Files = z.array(InboundFile);

export function mailboxRepository(session: Session): MailboxRepository {
  const { mailbox } = session.tables;
  return {
    async add(mail) {
      await session.done(session.dialect.serialize(session.db, `mailbox ${mail.run}`)); // MB1
      const [added] = await session.db
        .insert(mailbox)
        .values({
          ...mail,
          fromName: storableText(mail.fromName),
          text: storableText(mail.text),
          files: JSON.stringify(mail.files),
          seq: sql`(select coalesce(max(seq), 0) + 1 from ${mailbox} where run = ${mail.run})`,
        })
        .returning({ seq: mailbox.seq });
      if (!added) throw new Error(`Mail for run ${mail.run} was not inserted.`);
      return added.seq;
    },

    async list(run, from) {
      const statement = session.prepared("mailbox.list", (db, name) =>
        db
          .select()
          .from(mailbox)
          .where(
            and(
              eq(mailbox.run, sql.placeholder("run")),
              or(gte(mailbox.consumedBy, sql.placeholder("from")), isNull(mailbox.consumedBy)),
            ),
          )
          .orderBy(asc(mailbox.seq))
          .prepare(name),
      );
      const rows = await statement.execute({ run, from });
      return rows.map(toMail);
    },

    async unread(run) {
      const rows = await unread(session).execute({ run });
      return rows.map(toMail);
    },

    async consume(run, seq, n) {
      await session.done(
        session.db
          .update(mailbox)
          .set({ consumedBy: n })
          .where(and(eq(mailbox.run, run), lte(mailbox.seq, seq), isNull(mailbox.consumedBy))),
      );
    },
  };
}

function unread(session: Session): { execute(values: { run: RunId }): Promise<Row[]> } {
  const { mailbox } = session.tables;
  return session.prepared("mailbox.unread", (db, name) =>
    db
      .select()
      .from(mailbox)
      .where(and(eq(mailbox.run, sql.placeholder("run")), isNull(mailbox.consumedBy)))
      .orderBy(asc(mailbox.seq))
      .prepare(name),
  );
}

function toMail(row: Row): Mail {
  const files = readJson(Files, row.files, { table: "mailbox", key: `${row.run}/${row.seq}` });
  return withoutNulls({ ...row, files });
}
