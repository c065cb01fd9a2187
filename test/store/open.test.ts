import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/open.ts";

describe("store/open", () => {
  let dataFolder: string;
  const open = (databaseUrl?: string) =>
    openStore({ dataFolder, log: silentLogger, ...(databaseUrl === undefined ? {} : { databaseUrl }) });

  beforeEach(async () => {
    dataFolder = path.join(await mkdtemp(path.join(tmpdir(), "deputy-open-")), "data");
  });
  afterEach(async () => {
    await rm(path.dirname(dataFolder), { recursive: true, force: true });
  });

  it("opens SQLite in the data folder, which it makes, when no URL is set", async () => {
    const store = await open();

    expect(store.dialect).toBe("sqlite");
    expect(await store.read((tx) => tx.conversations.list())).toEqual([]);
    await store.close();
  });

  it.each(["mysql://u:hunter2@h/d", "not a url with hunter2", ""])(
    "I14: refuses %j without repeating it",
    async (url) => {
      const refused = async (): Promise<unknown> => open(url);

      const error = await refused().catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ code: "store.bad_url" });
      expect(String(error)).not.toContain("hunter2");
    },
  );

  it("migrates once, and says how much there was to do", async () => {
    const database = path.join(dataFolder, "deputy.db");

    const first = await migrate({ dataFolder });
    const second = await migrate({ dataFolder });

    expect(first).toEqual({ database, applied: expect.any(Number) });
    expect(first.applied).toBeGreaterThan(0);
    expect(second).toEqual({ database, applied: 0 });
  });

  it("refuses a database that a newer version made, with a sentence, and changes nothing", async () => {
    const { database, applied } = await migrate({ dataFolder });
    const direct = new Database(database);
    direct.exec("insert into __drizzle_migrations (hash, created_at) values ('future', 99999999999999)");

    const opened = open();

    await expect(opened).rejects.toMatchObject({
      code: "store.newer_database",
      message: expect.stringMatching(/newer version.*Start that version/),
    });
    expect(direct.prepare("select count(*) from __drizzle_migrations").pluck().get()).toBe(applied + 1);
    direct.close();
  });
});
