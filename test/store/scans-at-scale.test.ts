// T3 with 10,000 parked runs and the planner told so: what is asked each second is still found through indexes that hold
// what is due, or what works, and nothing else.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store, Tx } from "../../src/store/contract.ts";
import { sqliteStoreOn } from "../../src/store/sqlite.ts";
import { openSqlite } from "../../src/store/sqlite-connections.ts";
import { roomy, t0 } from "../contracts/store-rows.ts";
import { park } from "../support/parked-runs.ts";

const scans: [string, (tx: Tx) => Promise<readonly unknown[]>, number, RegExp][] = [
  ["due waits", (tx) => tx.waits.due(t0, 200), 3, /INDEX waits_due \(due_at>\? AND due_at<\?\)/],
  ["nudges", (tx) => tx.waits.takeNudges(t0, 200), 0, /INDEX waits_nudge \(nudge_at>\? AND nudge_at<\?\)/],
  ["timers", (tx) => tx.runs.dueWaiting(t0, 200), 3, /INDEX runs_waking \(wake_at>\? AND wake_at<\?\)/],
  [
    "promises",
    (tx) => tx.runs.overdue(t0, 200),
    0,
    /INDEX runs_promised \(check_in_at>\? AND check_in_at<\?\)/,
  ],
  ["runnable runs", (tx) => tx.runs.runnable(t0, roomy, 200), 0, /USING INDEX runs_backlog/],
  ["lease owners", (tx) => tx.runs.leaseOwners(t0), 0, /INDEX runs_working/],
];

describe("store/scans with 10,000 parked runs", () => {
  let folder: string;
  let store: Store;
  let writer: Database.Database;
  let statements: string[];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
    const connections = openSqlite(path.join(folder, "deputy.db"), "OFF");
    writer = connections.writer;
    statements = [];
    const noted = {
      value: (text: string) => {
        statements.push(text);
        return connections.writer.prepare(text);
      },
    };
    const noting: Database.Database = Object.create(writer, { prepare: noted });
    store = sqliteStoreOn({ ...connections, writer: noting });
    const execute = async (sql: string): Promise<void> => void writer.exec(sql);
    await park(store, execute, { name: "asked", copies: 5_000 });
    await park(store, execute, { name: "later", copies: 2_500, dueAt: t0 + 60_000 });
    await park(store, execute, { name: "timed", copies: 2_500, wakeAt: t0 + 60_000 });
    await park(store, execute, { name: "due", copies: 3, dueAt: t0 - 1 });
    await park(store, execute, { name: "timer", copies: 3, wakeAt: t0 - 1 });
    writer.exec("analyze");
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(scans)("T3: finds %s and looks at nothing else", async (_, ask, count, expected) => {
    statements.length = 0;

    expect(await store.write(ask)).toHaveLength(count);

    const plans = statements.map(planOf).join("\n");
    expect(plans).toMatch(expected);
    expect(plans).not.toMatch(/SCAN (runs|waits)( |$)(?!USING)/m);
  });

  function planOf(text: string): string {
    const values = Array.from({ length: text.split("?").length - 1 }, () => 1);
    const plan = writer.prepare<number[], { detail: string }>(`explain query plan ${text}`);
    return plan
      .all(...values)
      .map(({ detail }) => detail)
      .join("\n");
  }
});
