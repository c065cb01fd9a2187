// What people say about results: one verdict of each person on each run, the last one they gave.

import { asc, eq, sql } from "drizzle-orm";
import type { FeedbackRepository } from "../contract.ts";
import { storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function feedbackRepository(session: Session): FeedbackRepository {
  const { feedback } = session.tables;
  return {
    async give({ text, ...given }) {
      const row = { ...given, text: text === undefined ? null : storableText(text) };
      await session.done(
        session.db
          .insert(feedback)
          .values(row)
          .onConflictDoUpdate({
            target: [feedback.run, feedback.person],
            set: { verdict: row.verdict, text: row.text, at: row.at },
          }),
      );
    },

    async list(run) {
      const statement = session.prepared("feedback.of-run", (db, name) =>
        db
          .select()
          .from(feedback)
          .where(eq(feedback.run, sql.placeholder("run")))
          .orderBy(asc(feedback.at), asc(feedback.person))
          .prepare(name),
      );
      const rows = await statement.execute({ run });
      return rows.map((row) => withoutNulls(row));
    },
  };
}
