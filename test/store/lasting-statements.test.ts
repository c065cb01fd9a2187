import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { sqliteStoreOn } from "../../src/store/sqlite.ts";
import { openSqlite, type SqliteConnections } from "../../src/store/sqlite-connections.ts";
import { aConversation, aPost, aRun, t0, tenant } from "../contracts/store-rows.ts";

describe("store/lasting-statements", () => {
  let folder: string;
  let store: Store;
  let texts: Set<string>;
  let connections: SqliteConnections;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
    connections = openSqlite(path.join(folder, "deputy.db"), "OFF");
    texts = new Set();
    const noted = {
      value: (text: string) => {
        texts.add(text);
        return connections.writer.prepare(text);
      },
    };
    const writer: Database.Database = Object.create(connections.writer, { prepare: noted });
    store = sqliteStoreOn({ ...connections, writer });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const owner = { tenant, agent: "deputy", scope: "channel:C01" } as const;
  /** Each is asked about `count` things at once. */
  const asked: [string, (count: number) => Promise<unknown>][] = [
    [
      "entries of the outbox",
      async (count) => {
        for (let n = 0; n < count; n += 1) {
          const entry = aPost(`${count}-${n}`, await aConversation(store, `${count}-${n}`));
          await store.write((tx) => tx.outbox.add(entry, t0));
        }
        return store.write((tx) => tx.outbox.claim(t0, 1, count));
      },
    ],
    ["memories", (count) => store.write((tx) => tx.memories.forget(owner, names(count)))],
    ["runs to renew", (count) => store.write((tx) => tx.runs.renew("w1", names(count).map(asRunId), t0))],
    ["runs to watch", (count) => store.write((tx) => tx.runs.watch(names(count).map(asRunId)))],
    [
      "steps to take up again",
      async (count) => {
        const [from, to] = [await aRun(store, `from-${count}`), await aRun(store, `to-${count}`)];
        const begun = Array.from({ length: count }, (_, n) => n);
        return store.write((tx) => tx.runs.adopt(to.id, from.id, { begun, unbegun: begun }));
      },
    ],
  ];

  it.each(asked)("LS2: asks about any number of %s with the same statements", async (_, ask) => {
    await ask(1);
    await ask(2);
    const before = [...texts];

    await ask(3);
    await ask(7);

    expect([...texts]).toEqual(before);
  });

  it("LS3: asks for a limit that is bound in a way that leaves the statement compiled", async () => {
    for (const name of ["a", "b", "c"]) await aRun(store, name);

    expect(await store.write((tx) => tx.runs.list({ limit: 2 }))).toHaveLength(2);

    const limited = [...texts].filter((text) => /\blimit\b/.test(text));
    expect(limited).not.toEqual([]);
    for (const text of limited)
      expect(connections.writer.prepare(text).source).not.toMatch(/limit \?(?! \+ 0)/);
  });

  const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `x${n}`);
});
