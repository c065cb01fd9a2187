import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as macrotask } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimDatabase, DatabaseInUse } from "../../src/store/single-process.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { aConversation } from "../contracts/store-rows.ts";

describe("store/single-process", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-claim-"));
    file = path.join(folder, "data", "deputy.db");
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("refuses a second claim with the reason and the way out", () => {
    const claim = claimDatabase(file);

    expect(() => claimDatabase(file)).toThrow(DatabaseInUse);
    expect(() => claimDatabase(file)).toThrow(/there can be only one.*set REDIS_URL/);
    claim.release();
  });

  it("may be claimed again once it was released", () => {
    claimDatabase(file).release();

    expect(() => claimDatabase(file).release()).not.toThrow();
  });

  it("however many are claimed, the process has one listener for them, and none when they are released", () => {
    const before = process.listenerCount("exit");
    const claims = Array.from({ length: 12 }, (_, n) => claimDatabase(`${file}-${n}`));
    expect(process.listenerCount("exit") - before).toBe(1);
    for (const claim of claims) {
      claim.release();
      claim.release();
    }
    expect(process.listenerCount("exit")).toBe(before);
  });

  it("SP2: holds although the caller has forgotten it", async () => {
    claimDatabase(file);
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    if (typeof collect !== "function") throw new Error("Node.js did not expose its collector.");

    for (let round = 0; round < 3; round += 1) {
      collect();
      await macrotask();
    }

    expect(() => claimDatabase(file)).toThrow(DatabaseInUse);
  });

  it("keeps databases apart, and does not stand in the way of using this one", async () => {
    const claim = claimDatabase(file);
    const other = claimDatabase(path.join(folder, "other.db"));

    const store = await createSqliteStore({ path: file });
    expect(await aConversation(store)).toBe("conv_1");

    await store.close();
    other.release();
    claim.release();
  });

  it("I14: says so when the lock cannot be made", async () => {
    await writeFile(path.join(folder, "file"), "");

    expect(() => claimDatabase(path.join(folder, "file", "deputy.db"))).toThrow(/file/);
  });
});
