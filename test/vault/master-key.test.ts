import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { findMasterKey, masterKeyFile, openMasterKey } from "../../src/vault/master-key.ts";

const keyOf = (byte: number) => new Secret(Buffer.alloc(32, byte).toString("base64"));

describe("vault/master-key", () => {
  let dataFolder: string;
  let store: Store;
  beforeEach(async () => {
    dataFolder = await mkdtemp(path.join(tmpdir(), "deputy-key-"));
    store = await createSqliteStore({ path: path.join(dataFolder, "deputy.db") });
  });
  afterEach(async () => {
    await store.close();
    await rm(dataFolder, { recursive: true });
  });
  const marked = () => store.read((tx) => tx.lastKnown.find("master-key"));

  it("MK1: makes a key once, for its owner's eyes only, and finds it again", async () => {
    expect(await findMasterKey(store, { dataFolder })).toBeUndefined();
    const keys = await Promise.all([1, 2, 3].map(() => openMasterKey(store, { dataFolder })));

    const file = masterKeyFile(dataFolder);
    const text = (await readFile(file, "utf8")).trim();
    expect(new Set(keys.map((key) => key.reveal()))).toEqual(new Set([text]));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect((await findMasterKey(store, { dataFolder }))?.reveal()).toBe(text);
    expect(await marked()).not.toContain(text.slice(0, 8));
  });

  it("MK1: makes no second key where the first is lost, and none on Postgres", async () => {
    await openMasterKey(store, { dataFolder });
    await rm(masterKeyFile(dataFolder));

    await expect(openMasterKey(store, { dataFolder })).rejects.toMatchObject({ code: "vault.no_key" });
    await expect(stat(masterKeyFile(dataFolder))).rejects.toThrow(/ENOENT/);
    const elsewhere = path.join(dataFolder, "other");
    await expect(openMasterKey({ ...store, dialect: "postgres" }, { dataFolder: elsewhere })).rejects.toThrow(
      /DEPUTY_MASTER_KEY is not set/,
    );
    await expect(stat(masterKeyFile(elsewhere))).rejects.toThrow(/ENOENT/);
  });

  it("VLT-3: refuses another key than the database was opened with first, and changes nothing", async () => {
    await openMasterKey(store, { dataFolder, configured: keyOf(1) });
    const before = await marked();
    const other = { dataFolder, configured: keyOf(2) };

    await expect(openMasterKey(store, other)).rejects.toMatchObject({ code: "vault.wrong_key" });
    await expect(findMasterKey(store, other)).rejects.toMatchObject({ code: "vault.wrong_key" });
    await expect(openMasterKey(store, { ...other, previous: keyOf(3) })).rejects.toThrow(
      /nothing was changed/,
    );
    expect(await marked()).toBe(before);
    expect((await openMasterKey(store, { dataFolder, configured: keyOf(1) })).reveal()).toBe(
      keyOf(1).reveal(),
    );
  });

  it("VLT-4: takes a new key where the one before is given with it", async () => {
    await openMasterKey(store, { dataFolder, configured: keyOf(1) });

    await openMasterKey(store, { dataFolder, configured: keyOf(2), previous: keyOf(1) });
    await openMasterKey(store, { dataFolder, configured: keyOf(2) });
    await expect(openMasterKey(store, { dataFolder, configured: keyOf(1) })).rejects.toMatchObject({
      code: "vault.wrong_key",
    });
  });

  it("refuses a damaged file instead of writing over it", async () => {
    await openMasterKey(store, { dataFolder });
    await writeFile(masterKeyFile(dataFolder), "short");

    await expect(openMasterKey(store, { dataFolder })).rejects.toMatchObject({ code: "vault.bad_key" });
    expect(await readFile(masterKeyFile(dataFolder), "utf8")).toBe("short");
  });
});
