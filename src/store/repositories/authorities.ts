// Who authorizes at the servers of connections whose service was discovered. One row for a tenant and connection; what is named
// in its place is written beside it, never over it (MCP-4).

import { and, asc, eq, isNull, ne, type SQL } from "drizzle-orm";
import type { AuthorityRepository, AuthorityRow } from "../contract-authorities.ts";
import type { Tables } from "../dialect.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type StoredRow = Tables["authorities"]["$inferSelect"];

export function authorityRepository(session: Session): AuthorityRepository {
  const { authorities } = session.tables;
  const at = placeIn(session);
  return {
    ...changes(session),
    async find(tenant, connection) {
      const [row] = await session.db.select().from(authorities).where(at(tenant, connection));
      return row && toRow(row);
    },
    async list(connection) {
      const rows = await session.db
        .select()
        .from(authorities)
        .where(connection === undefined ? undefined : eq(authorities.connection, connection))
        .orderBy(asc(authorities.tenant), asc(authorities.connection));
      return rows.map(toRow);
    },
    async see(row) {
      const stored = { ...row, scopes: JSON.stringify(row.scopes) };
      const added = await session.db
        .insert(authorities)
        .values(stored)
        .onConflictDoNothing()
        .returning({ connection: authorities.connection });
      if (added.length > 0) return true;
      const { resource, scopes, seenAt } = stored;
      const same = await session.db
        .update(authorities)
        .set({ resource, scopes, seenAt })
        .where(
          and(
            at(row.tenant, row.connection),
            eq(authorities.server, row.server),
            eq(authorities.issuer, row.issuer),
            isNull(authorities.other),
          ),
        )
        .returning({ connection: authorities.connection });
      return same.length > 0;
    },
  };
}

type Changes = Pick<AuthorityRepository, "change" | "forget" | "keep">;

function changes(session: Session): Changes {
  const { authorities } = session.tables;
  const at = placeIn(session);
  return {
    async change({ tenant, connection, issuer }, other, now) {
      const changed = await session.db
        .update(authorities)
        .set({ other, changedAt: now })
        .where(
          and(
            at(tenant, connection),
            eq(authorities.issuer, issuer),
            ne(authorities.issuer, other),
            isNull(authorities.other),
          ),
        )
        .returning({ connection: authorities.connection });
      return changed.length > 0;
    },
    async forget(tenant, connection) {
      await session.done(session.db.delete(authorities).where(at(tenant, connection)));
    },
    async keep(tenant, connection) {
      await session.done(
        session.db.update(authorities).set({ other: null, changedAt: null }).where(at(tenant, connection)),
      );
    },
  };
}

function placeIn({ tables: { authorities } }: Session) {
  return (tenant: AuthorityRow["tenant"], connection: string): SQL | undefined =>
    and(eq(authorities.tenant, tenant), eq(authorities.connection, connection));
}

function toRow({ scopes, ...row }: StoredRow): AuthorityRow {
  return { ...withoutNulls(row), scopes: textsOf(scopes) };
}

export function textsOf(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
