// Facts that outlive a run, found by the words they share with a question.

import { and, desc, eq, sql } from "drizzle-orm";
import type { Memory } from "../../domain/memory.ts";
import type { MemoryRepository } from "../contract.ts";
import { storableText } from "../rows.ts";
import type { Session } from "../session.ts";

/** Older facts of a scope than this many are not looked at. */
const searchedFacts = 2_000;

export function memoryRepository(session: Session): MemoryRepository {
  const { memories } = session.tables;
  return {
    async add(memory) {
      await session.done(session.db.insert(memories).values({ ...memory, fact: storableText(memory.fact) }));
    },

    // oxlint-disable-next-line max-params -- the contract's
    async search(tenant, agent, scope, query, limit) {
      const asked = wordsOf(query);
      const newest = asked.size === 0 ? limit : searchedFacts;
      const rows = await ofScope(session).execute({ tenant, agent, scope, limit: newest });
      return asked.size === 0 ? rows : bestMatches(rows, asked).slice(0, limit);
    },
  };
}

function ofScope(session: Session): { execute(values: Record<string, unknown>): Promise<Memory[]> } {
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

/** Facts that share a word, by the rarity of the words they share; the order given decides between equals. */
function bestMatches(facts: readonly Memory[], asked: ReadonlySet<string>): Memory[] {
  const shared = facts.map((memory) => [...wordsOf(memory.fact)].filter((word) => asked.has(word)));
  const holders = new Map<string, number>();
  for (const word of shared.flat()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const weight = (word: string): number => Math.log(1 + facts.length / (holders.get(word) ?? 1));
  return facts
    .map((memory, i) => ({ memory, score: sum((shared[i] ?? []).map(weight)) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ memory }) => memory);
}

function wordsOf(text: string): Set<string> {
  return new Set(
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
