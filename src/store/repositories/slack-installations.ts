// Where the Slack app is installed by OAuth, with its sealed tokens.

import { and, asc, eq, sql } from "drizzle-orm";
import type { SlackInstallationRepository, SlackInstallationRow } from "../contract-platforms.ts";
import type { Tables } from "../dialect.ts";
import { storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type StoredRow = Tables["slackInstallations"]["$inferSelect"];

export function slackInstallationRepository(session: Session): SlackInstallationRepository {
  const { slackInstallations } = session.tables;
  return {
    async save(row) {
      const stored = {
        ...row,
        enterprise: row.enterprise ?? null,
        appId: row.appId ?? null,
        scopes: row.scopes.join(" "),
        revokedAt: null,
        why: null,
      };
      const { team, ...rest } = stored;
      await session.done(
        session.db
          .insert(slackInstallations)
          .values({ team, ...rest })
          .onConflictDoUpdate({ target: slackInstallations.team, set: rest }),
      );
    },

    async find(team) {
      const statement = session.prepared("slack-installations.find", (db, name) =>
        db
          .select()
          .from(slackInstallations)
          .where(eq(slackInstallations.team, sql.placeholder("team")))
          .prepare(name),
      );
      const [row] = await statement.execute({ team });
      return row && toRow(row);
    },

    async list() {
      const rows = await session.db.select().from(slackInstallations).orderBy(asc(slackInstallations.team));
      return rows.map(toRow);
    },

    // oxlint-disable-next-line max-params -- the contract's
    async revoke(team, sealed, why, now) {
      const revoked = await session.db
        .update(slackInstallations)
        .set({ botToken: null, revokedAt: now, why: storableText(why) })
        .where(and(eq(slackInstallations.team, team), eq(slackInstallations.botToken, sealed)))
        .returning({ team: slackInstallations.team });
      return revoked.length > 0;
    },

    async reseal(team, from, to) {
      const resealed = await session.db
        .update(slackInstallations)
        .set({ botToken: to })
        .where(and(eq(slackInstallations.team, team), eq(slackInstallations.botToken, from)))
        .returning({ team: slackInstallations.team });
      return resealed.length > 0;
    },
  };
}

function toRow({ scopes, ...row }: StoredRow): SlackInstallationRow {
  return { ...withoutNulls(row), scopes: scopes.split(" ").filter((scope) => scope !== "") };
}
