// Connections with their sealed tokens: who may refresh is a lease on the row, what is written names the version that it
// replaces (VLT-5).

import { and, eq, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import { statesBefore } from "../../domain/connection.ts";
import type { ConnectionRepository } from "../contract-grants.ts";
import { storableText } from "../rows.ts";
import type { Session } from "../session.ts";
import { connectionScans, toConnection } from "./connection-scans.ts";

type States = Pick<ConnectionRepository, "change" | "makeDefault" | "destroy" | "tell">;
type Pairs = Pick<ConnectionRepository, "save" | "reseal">;
type Refreshing = Pick<ConnectionRepository, "lease" | "release" | "failed" | "retryLater" | "expire">;
type Uses = Pick<ConnectionRepository, "allowIn" | "isAllowedIn">;

export function connectionRepository(session: Session): ConnectionRepository {
  const { connections } = session.tables;
  return {
    async add(row) {
      const added = await session.db
        .insert(connections)
        .values({
          ...row,
          account: storableText(row.account),
          scopes: JSON.stringify(row.scopes),
          place: JSON.stringify([row.tenant, row.name, row.subject ?? "", row.run ?? ""]),
        })
        .onConflictDoNothing()
        .returning({ id: connections.id });
      return added.length > 0;
    },
    async find(id) {
      const statement = session.prepared("connections.find", (db, name) =>
        db
          .select()
          .from(connections)
          .where(eq(connections.id, sql.placeholder("id")))
          .prepare(name),
      );
      const [row] = await statement.execute({ id });
      return row && toConnection(row);
    },
    ...connectionScans(session),
    ...states(session),
    ...pairs(session),
    ...refreshing(session),
    ...uses(session),
  };
}

function states(session: Session): States {
  const { connections } = session.tables;
  return {
    async change(id, to, why, now) {
      const changed = await session.db
        .update(connections)
        .set({
          state: to,
          why: why === undefined ? null : storableText(why),
          updatedAt: now,
          ...(to === "revoked" ? { revokedAt: now, retryAt: now, leaseOwner: null, leaseUntil: null } : {}),
        })
        .where(and(eq(connections.id, id), among(session, statesBefore(to))))
        .returning({ id: connections.id });
      return changed.length > 0;
    },
    async makeDefault({ id, tenant, owner, name }) {
      await session.done(
        session.db
          .update(connections)
          .set({ isDefault: sql`${connections.id} = ${id}` })
          .where(
            and(eq(connections.tenant, tenant), eq(connections.owner, owner), eq(connections.name, name)),
          ),
      );
    },
    async destroy(id) {
      await session.done(
        session.db
          .update(connections)
          .set({ access: null, refresh: null, keyVersion: null })
          .where(and(eq(connections.id, id), eq(connections.state, "revoked"))),
      );
    },
    async tell(id, now) {
      const told = await session.db
        .update(connections)
        .set({ toldAt: now })
        .where(and(eq(connections.id, id), isNull(connections.toldAt)))
        .returning({ id: connections.id });
      return told.length > 0;
    },
  };
}

const idle = { leaseOwner: null, leaseUntil: null };

function pairs(session: Session): Pairs {
  const { connections } = session.tables;
  return {
    async save(id, seen, { scopes, now, refresh, expiresAt, ...rest }) {
      const saved = await session.db
        .update(connections)
        .set({
          ...rest,
          ...idle,
          refresh: refresh ?? null,
          expiresAt: expiresAt ?? null,
          ...(scopes === undefined ? {} : { scopes: JSON.stringify(scopes) }),
          version: seen + 1,
          state: "active",
          why: null,
          failures: 0,
          failingSince: null,
          retryAt: null,
          toldAt: null,
          updatedAt: now,
        })
        .where(
          and(
            eq(connections.id, id),
            eq(connections.version, seen),
            among(session, ["active", "needs_reauth", "pending"]),
          ),
        )
        .returning({ id: connections.id });
      return saved.length > 0;
    },
    async reseal(id, seen, { keyVersion, access, refresh }) {
      const changed = await session.db
        .update(connections)
        .set({ keyVersion, access, refresh: refresh ?? null })
        .where(
          and(
            eq(connections.id, id),
            eq(connections.version, seen.version),
            seen.keyVersion === undefined
              ? isNull(connections.keyVersion)
              : eq(connections.keyVersion, seen.keyVersion),
          ),
        )
        .returning({ id: connections.id });
      return changed.length > 0;
    },
  };
}

function refreshing(session: Session): Refreshing {
  const { connections } = session.tables;
  return {
    async lease(id, owner, now, until) {
      const [row] = await session.db
        .update(connections)
        .set({ leaseOwner: owner, leaseUntil: until })
        .where(
          and(eq(connections.id, id), or(isNull(connections.leaseUntil), lte(connections.leaseUntil, now))),
        )
        .returning();
      return row && toConnection(row);
    },
    async release(id, owner) {
      await session.done(
        session.db
          .update(connections)
          .set(idle)
          .where(and(eq(connections.id, id), eq(connections.leaseOwner, owner))),
      );
    },
    async failed(id, seen, { now, retryAt }) {
      await session.done(
        session.db
          .update(connections)
          .set({
            ...idle,
            failures: sql`${connections.failures} + 1`,
            failingSince: sql`coalesce(${connections.failingSince}, ${now})`,
            retryAt,
          })
          .where(and(eq(connections.id, id), eq(connections.version, seen))),
      );
    },
    async expire(id, seen, now) {
      await session.done(
        session.db
          .update(connections)
          .set({ expiresAt: now })
          .where(and(eq(connections.id, id), eq(connections.version, seen))),
      );
    },
    async retryLater(id, retryAt) {
      await session.done(
        session.db
          .update(connections)
          .set({ retryAt, failures: sql`${connections.failures} + 1` })
          .where(eq(connections.id, id)),
      );
    },
  };
}

function uses(session: Session): Uses {
  const { connectionUses } = session.tables;
  return {
    async allowIn({ now, ...use }) {
      await session.done(
        session.db
          .insert(connectionUses)
          .values({ ...use, at: now })
          .onConflictDoNothing(),
      );
    },
    async isAllowedIn(run, connection) {
      const rows = await session.db
        .select({ run: connectionUses.run })
        .from(connectionUses)
        .where(and(eq(connectionUses.run, run), eq(connectionUses.connection, connection)));
      return rows.length > 0;
    },
  };
}

function among(session: Session, states: readonly string[]): SQL {
  return session.dialect.among(session.tables.connections.state, states);
}
