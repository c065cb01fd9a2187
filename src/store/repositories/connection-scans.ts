// Which connections there are: of an owner, of a run that is over, with tokens that are to be destroyed or sealed anew.

import { and, asc, desc, eq, isNull, lte, ne, or, sql } from "drizzle-orm";
import { z } from "zod";
import { terminalRunStates } from "../../domain/run.ts";
import type { ConnectionRepository, ConnectionRow } from "../contract-grants.ts";
import type { Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type Scans = Pick<
  ConnectionRepository,
  "held" | "list" | "sameAccount" | "undestroyed" | "outlived" | "ofRun" | "keyUse" | "sealedOtherwise"
>;
type Owned = Pick<Scans, "list" | "sameAccount">;
type Swept = Pick<Scans, "undestroyed" | "outlived" | "ofRun">;
type Sealed = Pick<Scans, "keyUse" | "sealedOtherwise">;

const Scopes = z.array(z.string());

export function toConnection({
  place: _unique,
  ...row
}: Tables["connections"]["$inferSelect"]): ConnectionRow {
  return withoutNulls({
    ...row,
    scopes: readJson(Scopes, row.scopes, { table: "connections", key: row.id }),
  });
}

export function connectionScans(session: Session): Scans {
  return {
    held: (at) => held(session, at),
    ...owned(session),
    ...swept(session),
    ...sealed(session),
  };
}

async function held(
  session: Session,
  { tenant, owner, name, run }: Parameters<ConnectionRepository["held"]>[0],
): Promise<ConnectionRow[]> {
  const { connections } = session.tables;
  const statement = session.prepared("connections.held", (db, statementName) =>
    db
      .select()
      .from(connections)
      .where(
        and(
          eq(connections.owner, sql.placeholder("owner")),
          eq(connections.name, sql.placeholder("name")),
          eq(connections.tenant, sql.placeholder("tenant")),
          sql`${connections.state} <> 'revoked'`,
          or(isNull(connections.run), eq(connections.run, sql.placeholder("run"))),
        ),
      )
      .orderBy(
        sql`case when ${connections.run} is null then 1 else 0 end`,
        desc(connections.isDefault),
        desc(connections.createdAt),
      )
      .prepare(statementName),
  );
  const rows = await statement.execute({ tenant, owner, name, run: run ?? "" });
  return rows.map(toConnection);
}

function owned(session: Session): Owned {
  const { connections } = session.tables;
  return {
    async list({ tenant, owner, name, limit }) {
      const rows = await session.db
        .select()
        .from(connections)
        .where(
          and(
            tenant === undefined ? undefined : eq(connections.tenant, tenant),
            owner === undefined ? undefined : eq(connections.owner, owner),
            name === undefined ? undefined : eq(connections.name, name),
          ),
        )
        .orderBy(desc(connections.createdAt), desc(connections.id))
        .limit(limit);
      return rows.map(toConnection);
    },
    async sameAccount({ tenant, owner, provider, subject }) {
      const rows = await session.db
        .select()
        .from(connections)
        .where(
          and(
            eq(connections.tenant, tenant),
            eq(connections.provider, provider),
            eq(connections.subject, subject),
            ne(connections.owner, owner),
            ne(connections.state, "revoked"),
          ),
        );
      return rows.map(toConnection);
    },
  };
}

function swept(session: Session): Swept {
  const { connections, runs } = session.tables;
  return {
    async undestroyed(now, limit) {
      const rows = await session.db
        .select()
        .from(connections)
        .where(
          and(
            sql`${connections.state} = 'revoked' and ${connections.access} is not null`,
            lte(connections.retryAt, now),
          ),
        )
        .orderBy(asc(connections.retryAt))
        .limit(limit);
      return rows.map(toConnection);
    },
    async outlived(limit) {
      const rows = await session.db
        .select({ connection: connections })
        .from(connections)
        .innerJoin(runs, eq(runs.id, connections.run))
        .where(
          and(
            sql`${connections.run} is not null and ${connections.state} <> 'revoked'`,
            session.dialect.among(runs.state, terminalRunStates),
          ),
        )
        .limit(limit);
      return rows.map(({ connection }) => toConnection(connection));
    },
    async ofRun(run) {
      const rows = await session.db
        .select()
        .from(connections)
        .where(
          and(
            eq(connections.run, run),
            sql`${connections.run} is not null and ${connections.state} <> 'revoked'`,
          ),
        );
      return rows.map(toConnection);
    },
  };
}

function sealed(session: Session): Sealed {
  const { connections } = session.tables;
  return {
    async keyUse(tenant) {
      const rows = await session.db
        .select({ version: connections.keyVersion, rows: sql<number>`count(*)`.mapWith(Number) })
        .from(connections)
        .where(and(eq(connections.tenant, tenant), sql`${connections.keyVersion} is not null`))
        .groupBy(connections.keyVersion);
      return new Map(rows.map(({ version, rows: count }) => [version ?? 0, count]));
    },
    async sealedOtherwise(tenant, version, limit) {
      const rows = await session.db
        .select()
        .from(connections)
        .where(
          and(
            eq(connections.tenant, tenant),
            sql`${connections.keyVersion} is not null`,
            ne(connections.keyVersion, version),
          ),
        )
        .orderBy(asc(connections.id))
        .limit(limit);
      return rows.map(toConnection);
    },
  };
}
