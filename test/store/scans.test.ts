import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asConversationId, asRunId } from "../../src/domain/ids.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import { sqliteStoreOn } from "../../src/store/sqlite.ts";
import { openSqlite } from "../../src/store/sqlite-connections.ts";
import { aPerson, leaseMs, roomy, t0, tenant } from "../contracts/store-rows.ts";

const conversation = asConversationId("conv_1");
const run = asRunId("run_1");

/** What is asked each second, or for each request; and the index that has just the rows for it. */
const scans: [string, (tx: Tx) => Promise<unknown>, RegExp][] = [
  ["runnable", (tx) => tx.runs.runnable(t0, roomy, 100), /SCAN runs USING INDEX runs_backlog/],
  ["priority", (tx) => tx.runs.priority(tenant, aPerson("U1")), /COVERING INDEX runs_backlog \(tenant=\?\)/],
  ["leaseOwners", (tx) => tx.runs.leaseOwners(t0), /INDEX runs_working/],
  ["expireLeases", (tx) => tx.runs.expireLeases("w1", t0), /INDEX runs_working/],
  ["dueWaiting", (tx) => tx.runs.dueWaiting(t0, 100), /INDEX runs_waking \(wake_at>\? AND wake_at<\?\)/],
  ["overdue", (tx) => tx.runs.overdue(t0, 100), /INDEX runs_promised \(check_in_at>\? AND check_in_at<\?\)/],
  ["active", (tx) => tx.runs.active(conversation), /INDEX runs_active \(conversation=\?\)/],
  ["a person's own", (tx) => tx.runs.activeOf(aPerson("U1"), 100), /INDEX runs_own \(subject=\?\)/],
  ["renew", (tx) => tx.runs.renew("w1", [run], t0), /autoindex_runs_1 \(id=\?\)/],
  ["due schedules", (tx) => tx.schedules.due(t0, 100), /INDEX schedules_due \(next_at<\?\)/],
  ["runs in trouble", (tx) => tx.runs.troubled(20), /SCAN runs USING INDEX runs_backlog/],
  ["due waits", (tx) => tx.waits.due(t0, 100), /INDEX waits_due \(due_at>\? AND due_at<\?\)/],
  ["nudges", (tx) => tx.waits.takeNudges(t0, 100), /INDEX waits_nudge \(nudge_at>\? AND nudge_at<\?\)/],
  ["new events", (tx) => tx.inbox.unrouted(conversation), /INDEX inbox_new \(conversation=\?\)/],
  [
    "due conversations",
    (tx) => tx.inbox.dueConversations(t0, 9),
    /SCAN inbox USING COVERING INDEX inbox_new/,
  ],
  ["outbox claim", (tx) => tx.outbox.claim(t0, 0, 100), /SCAN outbox USING INDEX outbox_unsent/],
  [
    "what is due of many kinds",
    (tx) =>
      tx.due.among(["wake", "expire", "nudge", "work", "trouble", "outlived", "undestroyed", "say"], t0),
    /runs_waking \(.*waits_due \(.*waits_nudge \(.*runs_backlog.*connections_run.*connections_undestroyed.*outbox_unsent/s,
  ],
  [
    "what else is due",
    (tx) => tx.due.among(["consent", "checkpoint"], t0),
    /INDEX consents_overdue \(expires_at<\?\)/,
  ],
  [
    "versions kept",
    (tx) => tx.retention.versionsKept({ workspace: "w", seq: 1 }, 500),
    /SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 \(workspace>\?\)/,
  ],
  ["next due entry", (tx) => tx.outbox.nextDue(), /INDEX outbox_unsent/],
  ["due entries", (tx) => tx.outbox.countDue(t0), /INDEX outbox_unsent/],
];

describe("store/scans", () => {
  let folder: string;
  let store: Store;
  let statements: string[];
  let writer: Database.Database;

  beforeEach(async () => {
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
    statements.length = 0;
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(scans)("T3: looks for %s through an index that holds nothing else", async (_, ask, expected) => {
    await store.write(ask);

    const plans = statements.filter((text) => !text.startsWith("explain")).map(planOf);

    expect(plans.join("\n")).toMatch(expected);
    expect(plans.join("\n")).not.toMatch(/SCAN (runs|waits|inbox|outbox|schedules)( |$)(?!USING)/m);
  });

  it("finds who follows a conversation without reading what they said", async () => {
    await store.write((tx) => tx.inbox.followers(conversation));

    expect(statements.map(planOf).join("\n")).toMatch(
      /^SEARCH inbox USING COVERING INDEX inbox_conversation \(conversation=\?\)/,
    );
  });

  it("I6: looks at no parked run when it claims, wakes or counts a turn", async () => {
    await store.write((tx) => tx.runs.claim({ run, segment: 0 }, "w1", leaseMs, roomy, t0));
    await store.write((tx) => tx.runs.wake(run));

    const plans = statements.filter((text) => !text.startsWith("explain")).map(planOf);

    expect(plans.join("\n")).not.toMatch(/SCAN runs$/m);
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
