import { statSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as macrotask } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NewMemory } from "../../src/domain/memory.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreUnavailable } from "../../src/store/errors.ts";
import { createSqliteStore, sqliteStoreOn } from "../../src/store/sqlite.ts";
import { openSqlite } from "../../src/store/sqlite-connections.ts";
import { type StoreBed, storeContract } from "../contracts/store-contract.ts";
import { aConversation, aPost, t0, tenant } from "../contracts/store-rows.ts";
import { createGate } from "../fakes/gate.ts";

async function startSqlite(): Promise<StoreBed> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
  const file = path.join(folder, "deputy.db");
  const open = (): Promise<Store> => createSqliteStore({ path: file });
  await (await open()).close();
  const direct = new Database(file);
  return {
    open,
    async execute(sql) {
      direct.exec(sql);
    },
    async end() {
      direct.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

storeContract("sqlite", startSqlite);

function aMemory(name: string, fact = name): NewMemory {
  return { tenant, agent: "deputy", scope: "channel:C01", fact, createdAt: t0 };
}

async function memories(store: Store): Promise<string[]> {
  const found = await store.read((tx) => tx.memories.search(tenant, "deputy", "channel:C01", "", 10));
  return found.map(({ fact }) => fact);
}

describe("store/sqlite", () => {
  let folder: string;
  let file: string;
  let store: Store | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
    file = path.join(folder, "deputy.db");
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  /** A store that cannot grow by more than `pages`, as if the disk were nearly full. */
  function nearlyFull(pages: number): { readonly store: Store; readonly makeRoom: () => void } {
    const connections = openSqlite(file, "FULL");
    const used = Number(connections.writer.pragma("page_count", { simple: true }));
    connections.writer.pragma(`max_page_count = ${used + pages}`);
    store = sqliteStoreOn(connections);
    return { store, makeRoom: () => void connections.writer.pragma("max_page_count = 1000000") };
  }

  it("S1: fails a transaction that waits for something else, and undoes it", async () => {
    store = await createSqliteStore({ path: file });
    const conversation = await aConversation(store);

    const waiting = store.write(async (tx) => {
      await tx.outbox.add(aPost("a", conversation), t0);
      await createGate().opened;
    });

    await expect(waiting).rejects.toMatchObject({ code: "store.tx_awaits" });
    expect(await store.read((tx) => tx.outbox.find("a"))).toBeUndefined();
  });

  it("S1: does not let a transaction that waits hold up or spoil those beside it", async () => {
    store = await createSqliteStore({ path: file });
    const conversation = await aConversation(store);
    let late: unknown;
    const other = createGate();
    const waiting = store.write(async (tx) => {
      await other.opened;
      late = await tx.outbox.add(aPost("late", conversation), t0).catch((error: unknown) => error);
    });

    const beside = store.write((tx) => tx.outbox.add(aPost("beside", conversation), t0));

    await expect(waiting).rejects.toMatchObject({ code: "store.tx_awaits" });
    expect(await beside).toBe(true);
    other.open();
    await macrotask();
    expect(late).toMatchObject({ code: "store.tx_over" });
    expect(await store.read((tx) => tx.outbox.find("late"))).toBeUndefined();
  });

  it("S1: fails a transaction that waits for another one of the same store", async () => {
    const opened = await createSqliteStore({ path: file });
    store = opened;

    const nested = opened.write(() => opened.write((tx) => tx.locks.acquire("l", "me", t0, t0 + 1)));

    await expect(nested).rejects.toMatchObject({ code: "store.tx_awaits" });
  });

  it("S2: commits what is asked for in one tick together", async () => {
    const connections = openSqlite(file, "FULL");
    store = sqliteStoreOn(connections);
    const conversation = await aConversation(store);
    const version = (): unknown => connections.reader.pragma("data_version", { simple: true });
    const seen = new Set<unknown>();
    const opened = store;
    version();

    await Promise.all(
      // WQ5: of more than these a slow machine may leave some to the next commit.
      Array.from({ length: 8 }, async (_, i) => {
        await opened.write((tx) => tx.outbox.add(aPost(`k${i}`, conversation), t0));
        seen.add(version());
      }),
    );

    expect(seen.size).toBe(1);
  });

  it("WQ5: lets other work run between the batches of a flood", async () => {
    const opened = await createSqliteStore({ path: file });
    store = opened;
    let turns = 0;
    let done = false;
    const flood = Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        opened.write((tx) => tx.locks.acquire(`l${i}`, "me", t0, t0 + 1)),
      ),
    ).then(() => void (done = true));
    while (!done) {
      await macrotask();
      turns += 1;
    }

    await flood;

    expect(turns).toBeGreaterThan(5);
  });

  it("fails with StoreUnavailable when the disk is full, and loses nothing that it had", async () => {
    const { store: full, makeRoom } = nearlyFull(4);
    const conversation = await aConversation(full);
    const big = (key: string) =>
      full.write((tx) => tx.outbox.add(aPost(key.repeat(30_000), conversation), t0));

    await expect(big("a")).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await full.read((tx) => tx.conversations.list())).toHaveLength(1);
    makeRoom();
    expect(await big("a")).toBe(true);
  });

  it("WQ4: fails all that shared the transaction which the full disk ended, and takes what comes after", async () => {
    const { store: full } = nearlyFull(4);

    const outcomes = await Promise.allSettled([
      full.write((tx) => tx.memories.add(aMemory("before"))),
      full.write((tx) => tx.memories.add(aMemory("large", "x".repeat(60_000)))),
      full.write((tx) => tx.memories.add(aMemory("after"))),
    ]);

    const unavailable = { status: "rejected", reason: expect.any(StoreUnavailable) };
    expect(outcomes).toEqual([unavailable, unavailable, { status: "fulfilled", value: undefined }]);
    expect(await memories(full)).toEqual(["after"]);
  });

  it("WQ4: does not believe a function that swallowed the end of its transaction", async () => {
    const { store: full } = nearlyFull(4);

    const before = full.write((tx) => tx.memories.add(aMemory("before")));
    const swallowed = full.write(async (tx) => {
      await tx.memories.add(aMemory("small"));
      await tx.memories.add(aMemory("large", "x".repeat(60_000))).catch(() => undefined);
      return "all is well";
    });

    await expect(before).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(swallowed).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await memories(full)).toEqual([]);
  });

  it("fails with StoreUnavailable while another process holds the database, and works after it", async () => {
    const connections = openSqlite(file, "FULL");
    connections.writer.pragma("busy_timeout = 1");
    store = sqliteStoreOn(connections);
    const other = new Database(file);
    other.exec("begin immediate");

    const held = store;
    await expect(aConversation(held)).rejects.toBeInstanceOf(StoreUnavailable);

    other.exec("rollback");
    other.close();
    expect(await aConversation(held)).toBe("conv_1");
  });

  it("waits for the disk with each commit, and checks references", () => {
    const connections = openSqlite(file, "FULL");
    store = sqliteStoreOn(connections);

    expect(connections.writer.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(connections.writer.pragma("synchronous", { simple: true })).toBe(2);
    expect(connections.writer.pragma("foreign_keys", { simple: true })).toBe(1);
  });

  it("SC2: gives back to the disk what the log grew to while somebody read for long", () => {
    const connections = openSqlite(file, "OFF");
    store = sqliteStoreOn(connections);
    const { writer } = connections;
    const logBytes = (): number => statSync(`${file}-wal`).size;
    const write = (rows: number): void => {
      for (let n = 0; n < rows; n += 1) writer.exec("insert into filled values (hex(randomblob(8000)))");
    };
    writer.exec("create table filled (a text)");
    const backup = new Database(file, { readonly: true });
    backup.exec("begin");
    backup.prepare("select count(*) from filled").get();
    write(400);
    expect(logBytes()).toBeGreaterThan(6_000_000);

    backup.exec("commit");
    backup.close();
    write(100);

    expect(logBytes()).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it("I14: names the file that is not a database, and leaves it as it is", async () => {
    await writeFile(file, "this is a letter to somebody, not a database at all".repeat(20));

    await expect(createSqliteStore({ path: file })).rejects.toMatchObject({
      code: "store.corrupt_database",
      message: expect.stringContaining(file),
    });
    expect(await readdir(folder)).toEqual(["deputy.db"]);
  });

  it("I14: says so when the database cannot be opened", async () => {
    await writeFile(path.join(folder, "file"), "");

    await expect(createSqliteStore({ path: path.join(folder, "file", "deputy.db") })).rejects.toThrow(/file/);
  });

  it("SQ2: leaves nothing of a database in memory behind", async () => {
    vi.stubEnv("TMPDIR", folder);
    const memory = await createSqliteStore({ path: ":memory:" });
    await aConversation(memory);

    expect(await readdir(folder)).toEqual([expect.stringMatching(/^deputy-db-/)]);
    await memory.close();

    expect(await readdir(folder)).toEqual([]);
    vi.unstubAllEnvs();
  });
});
