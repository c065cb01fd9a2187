import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeDataFolder } from "../../src/store/data-folder.ts";
import { claimDatabase } from "../../src/store/single-process.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";

describe("store/data-folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-folder-"));
    await writeFile(path.join(folder, "file"), "");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("I14: says what to do where the data folder can't be made, and is no bug", async () => {
    const database = path.join(folder, "file", "deputy.db");
    const refusal = {
      code: "store.no_folder",
      message: expect.stringMatching(/data folder .*file: a file is in its place\. Set DEPUTY_DATA/),
    };

    expect(() => claimDatabase(database)).toThrow(expect.objectContaining(refusal));
    await expect(createSqliteStore({ path: database })).rejects.toMatchObject(refusal);
  });

  it("makes it with the folders above it, for its owner alone; twice is once", async () => {
    const deep = path.join(folder, "a", "b");

    makeDataFolder(deep);
    makeDataFolder(deep);

    const modes = await Promise.all([path.join(folder, "a"), deep].map((one) => stat(one)));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o700]);
  });

  it("SC3: a database that is made in a folder that others may look into is readable by its owner alone", async () => {
    await chmod(folder, 0o755);
    const database = path.join(folder, "deputy.db");

    const store = await createSqliteStore({ path: database });

    const modes = await Promise.all(["", "-wal", "-shm"].map((end) => stat(`${database}${end}`)));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    await store.close();
  });
});
