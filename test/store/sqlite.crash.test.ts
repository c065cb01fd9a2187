import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asConversationId } from "../../src/domain/ids.ts";
import { claimDatabase, DatabaseInUse } from "../../src/store/single-process.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";

const script = fileURLToPath(new URL("./writer-child.ts", import.meta.url));

describe("store/sqlite", () => {
  let folder: string;
  let file: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-kill-"));
    file = path.join(folder, "deputy.db");
  });
  afterEach(async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  });

  /** A writing process; `acknowledged` grows by each write that it was told had succeeded. */
  const start = (round: string): readonly string[] => {
    const acknowledged: string[] = [];
    child = spawn(process.execPath, ["--import", "tsx", script, file, round], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let rest = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      acknowledged.push(...lines);
    });
    return acknowledged;
  };
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  };
  const writesAtLeast = (acknowledged: readonly string[], count: number): Promise<void> =>
    vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(count), { timeout: 30_000, interval: 5 });

  it("S3: has every acknowledged write, and a sound file, after kill -9", async () => {
    const all: string[] = [];
    for (const [round, writes] of [50, 173, 400].entries()) {
      const acknowledged = start(`r${round}`);
      await writesAtLeast(acknowledged, writes);
      await kill();
      all.push(...acknowledged);
    }

    const store = await createSqliteStore({ path: file });
    const listed = await store.read((tx) => tx.outbox.list(asConversationId("conv_1"), 100_000));
    await store.close();

    const stored = new Set(listed.map(({ key }) => key));
    expect(all.filter((key) => !stored.has(key))).toEqual([]);
    const direct = new Database(file);
    expect(direct.pragma("integrity_check", { simple: true })).toBe("ok");
    direct.close();
  });

  it("SP1: keeps a second process away while the first lives, and lets it in after kill -9", async () => {
    const acknowledged = start("r0");
    await writesAtLeast(acknowledged, 1);

    expect(() => claimDatabase(file)).toThrow(DatabaseInUse);
    await kill();

    const claim = claimDatabase(file);
    claim.release();
  });
});
