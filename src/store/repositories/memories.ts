// Facts that outlive a run, found by the words they share with a question.
//
//   ME1  Every statement names tenant, agent and scope: none sees or touches what is remembered for anybody else.
//   ME2  The same fact is once; a scope that is full loses its oldest.

import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import { type Memory, type MemoryOwner, memoryId } from "../../domain/memory.ts";
import { asksForAll, bestMatches } from "../../domain/recall.ts";
import { TaintMarks } from "../../domain/taint.ts";
import type { MemoryRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { readJson, storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

/** Facts of one scope: what one person, or one channel, can have an agent remember. */
export const mostFacts = 1_000;
/** Looked for at once when a scope makes room; more than this are never over. */
const mostOver = 1_000;

export function memoryRepository(session: Session): MemoryRepository {
  const { memories } = session.tables;
  return {
    async add(memory) {
      const { tenant, agent, scope, createdAt, taint } = memory;
      const fact = storableText(memory.fact);
      const id = memoryId({ tenant, agent, scope, fact });
      await session.done(
        session.db
          .insert(memories)
          .values({ id, tenant, agent, scope, fact, taint: taint ? JSON.stringify(taint) : null, createdAt })
          .onConflictDoNothing({ target: memories.id }),
      );
      const over = session.db
        .select({ id: memories.id })
        .from(memories)
        .where(ownedBy(session, memory))
        .orderBy(desc(memories.createdAt), desc(memories.id))
        .limit(mostOver)
        .offset(mostFacts);
      await session.done(session.db.delete(memories).where(sql`${memories.id} in ${over}`));
    },

    // oxlint-disable-next-line max-params -- the contract's
    async search(tenant, agent, scope, query, limit) {
      const all = asksForAll(query);
      const found = await newestFirst(session).execute({
        tenant,
        agent,
        scope,
        limit: all ? limit : mostFacts,
      });
      const rows = found.map(toMemory);
      return all ? rows : bestMatches(rows, query).slice(0, limit);
    },

    async list(owner) {
      const rows = await session.db
        .select()
        .from(memories)
        .where(ownedBy(session, owner))
        .orderBy(asc(memories.createdAt), asc(memories.id));
      return rows.map(toMemory);
    },

    async forget(owner, ids) {
      if (ids.length === 0) return 0;
      const gone = await session.db
        .delete(memories)
        .where(and(ownedBy(session, owner), session.dialect.among(memories.id, ids)))
        .returning({ id: memories.id });
      return gone.length;
    },
  };
}

function ownedBy({ tables: { memories } }: Session, { tenant, agent, scope }: MemoryOwner): SQL | undefined {
  return and(eq(memories.tenant, tenant), eq(memories.agent, agent), eq(memories.scope, scope));
}

type MemoryRow = Tables["memories"]["$inferSelect"];

function toMemory({ taint, ...row }: MemoryRow): Memory {
  const at = { table: "memories", key: row.id };
  return withoutNulls({ ...row, taint: taint === null ? null : readJson(TaintMarks, taint, at) });
}

function newestFirst(session: Session): { execute(values: Record<string, unknown>): Promise<MemoryRow[]> } {
  const { memories } = session.tables;
  return session.prepared("memories.of-scope", (db, name) =>
    db
      .select()
      .from(memories)
      .where(
        and(
          eq(memories.tenant, sql.placeholder("tenant")),
          eq(memories.agent, sql.placeholder("agent")),
          eq(memories.scope, sql.placeholder("scope")),
        ),
      )
      .orderBy(desc(memories.createdAt), desc(memories.id))
      .limit(sql.placeholder("limit"))
      .prepare(name),
  );
}
