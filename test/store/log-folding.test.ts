import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Store } from "../../src/store/contract.ts";
import { createLogFolding, type LogFolding } from "../../src/store/log-folding.ts";
import { createSqliteStore, foldedBy } from "../../src/store/sqlite.ts";
import { foldAt, openSqlite, type SqliteConnections } from "../../src/store/sqlite-connections.ts";
import { aConversation, aPost, t0 } from "../contracts/store-rows.ts";

const patience = { interval: 20 };
const beforeAThread = 256;

describe("store/log-folding", () => {
  let folder: string;
  let file: string;
  let connections: SqliteConnections | undefined;
  let folding: LogFolding | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
    file = path.join(folder, "deputy.db");
  });
  afterEach(async () => {
    await folding?.stop();
    connections?.writer.close();
    connections?.reader.close();
    [folding, connections] = [undefined, undefined];
    await rm(folder, { recursive: true, force: true });
  });

  /** A folding over a file of that name that notes when its connection is to fold by itself. */
  function folds(name: string): { readonly of: LogFolding; readonly alone: number[] } {
    const alone: number[] = [];
    const connection = { file: name, foldAt: (pages: number) => void alone.push(pages), unfolded: () => 100 };
    folding = createLogFolding(connection, silentLogger);
    return { of: folding, alone };
  }
  const commits = (of: LogFolding, count: number): void => {
    for (let n = 0; n < count; n += 1) of.committed();
  };

  it("LF1: leaves the log to its connection until much was written", () => {
    const { of, alone } = folds(file);

    commits(of, beforeAThread - 1);

    expect(alone).toEqual([]);
  });

  it("has a thread fold what the connection left in the log", async () => {
    connections = openSqlite(file, "OFF");
    foldAt(connections.writer, 0);
    const folded = foldedBy(connections);
    connections.writer.exec("create table filled (a text)");
    for (let n = 0; n < 200; n += 1)
      connections.writer.exec("insert into filled values (hex(randomblob(2000)))");
    expect(folded.unfolded()).toBeGreaterThan(200);

    folding = createLogFolding({ ...folded, foldAt: () => undefined }, silentLogger);
    commits(folding, beforeAThread);

    await vi.waitFor(() => expect(folded.unfolded()).toBe(0), patience);
  });

  it("LF2: gives the log back to its connection when the thread is gone", async () => {
    const { of, alone } = folds(path.join(folder, "none", "deputy.db"));

    commits(of, beforeAThread);

    await vi.waitFor(() => expect(alone).toEqual([192, 128]), patience);
  });

  it("LF4: keeps no process alive", async () => {
    const ports = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length;
    const before = ports();
    connections = openSqlite(file, "OFF");
    folding = createLogFolding({ ...foldedBy(connections), foldAt: () => undefined }, silentLogger);

    commits(folding, beforeAThread);

    expect(ports()).toBe(before);
  });

  it("LF3: never lets a commit fail that has taken effect", () => {
    const fails = (): never => {
      throw new Error("no");
    };
    const failing = createLogFolding({ file, foldAt: fails, unfolded: fails }, silentLogger);
    folding = failing;

    expect(() => commits(failing, beforeAThread + 1)).not.toThrow();
  });

  it("LF5: tries again to have a thread after many commits only", () => {
    let tried = 0;
    const fails = (): never => {
      tried += 1;
      throw new Error("no");
    };
    folding = createLogFolding({ file, foldAt: fails, unfolded: () => 0 }, silentLogger);

    commits(folding, 2 * beforeAThread + 20);

    expect(tried).toBe(2);
  });

  it("ends with its store, which has all that was written", async () => {
    const open = (): Promise<Store> => createSqliteStore({ path: file, foldsBeside: true });
    const store = await open();
    const conversation = await aConversation(store);
    for (let n = 0; n < beforeAThread + 20; n += 1) {
      await store.write((tx) => tx.outbox.add(aPost(`k${n}`, conversation), t0));
    }

    await store.close();

    expect(await readdir(folder)).toEqual(["deputy.db"]);
    const again = await open();
    expect(await again.read((tx) => tx.outbox.list(conversation, 1_000))).toHaveLength(beforeAThread + 20);
    await again.close();
  });
});
