// Data keys of tenants, wrapped by the master key (VLT-2, VLT-4).

import { and, asc, eq, sql } from "drizzle-orm";
import type { DataKeyRepository, DataKeyRow } from "../contract-grants.ts";
import type { Tables } from "../dialect.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function dataKeyRepository(session: Session): DataKeyRepository {
  return { ...reading(session), ...changing(session) };
}

type Reading = Pick<DataKeyRepository, "find" | "active" | "list">;

function changing(session: Session): Omit<DataKeyRepository, keyof Reading> {
  const { dataKeys } = session.tables;
  const is = (tenant: DataKeyRow["tenant"], version: number) =>
    and(eq(dataKeys.tenant, tenant), eq(dataKeys.version, version));
  return {
    async add(row) {
      const added = await session.db
        .insert(dataKeys)
        .values(row)
        .onConflictDoNothing()
        .returning({ version: dataKeys.version });
      if (added.length === 0) return false;
      await session.db
        .update(dataKeys)
        .set({ state: "retiring" })
        .where(
          and(
            eq(dataKeys.tenant, row.tenant),
            eq(dataKeys.state, "active"),
            sql`${dataKeys.version} < ${row.version}`,
          ),
        );
      return true;
    },

    async rewrap({ tenant, version }, seen, to) {
      const changed = await session.db
        .update(dataKeys)
        .set(to)
        .where(and(is(tenant, version), eq(dataKeys.wrapped, seen)))
        .returning({ version: dataKeys.version });
      return changed.length > 0;
    },

    async retire(tenant, version) {
      const changed = await session.db
        .update(dataKeys)
        .set({ state: "retired", wrapped: null })
        .where(and(is(tenant, version), eq(dataKeys.state, "retiring")))
        .returning({ version: dataKeys.version });
      return changed.length > 0;
    },

    async erase(tenant) {
      const erased = await session.db
        .update(dataKeys)
        .set({ state: "erased", wrapped: null })
        .where(eq(dataKeys.tenant, tenant))
        .returning({ version: dataKeys.version });
      return erased.length;
    },
  };
}

function reading(session: Session): Reading {
  const { dataKeys } = session.tables;
  return {
    async find(tenant, version) {
      const statement = session.prepared("data-keys.find", (db, name) =>
        db
          .select()
          .from(dataKeys)
          .where(
            and(
              eq(dataKeys.tenant, sql.placeholder("tenant")),
              eq(dataKeys.version, sql.placeholder("version")),
            ),
          )
          .prepare(name),
      );
      const [row] = await statement.execute({ tenant, version });
      return row && withoutNulls(row);
    },
    async active(tenant) {
      const statement = session.prepared("data-keys.active", (db, name) =>
        session.dialect
          .locked(
            db
              .select()
              .from(dataKeys)
              .where(and(eq(dataKeys.tenant, sql.placeholder("tenant")), eq(dataKeys.state, "active"))),
          )
          .prepare(name),
      );
      const [row] = await statement.execute({ tenant });
      return row && withoutNulls(row);
    },
    async list(tenant) {
      const rows = await session.db
        .select()
        .from(dataKeys)
        .where(tenant === undefined ? undefined : eq(dataKeys.tenant, tenant))
        .orderBy(asc(dataKeys.tenant), asc(dataKeys.version));
      return rows.map((row: Tables["dataKeys"]["$inferSelect"]) => withoutNulls(row));
    },
  };
}
