import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
      message: expect.stringMatching(/data folder .*file \(EEXIST\)\. .*set DEPUTY_DATA/),
    };

    expect(() => claimDatabase(database)).toThrow(expect.objectContaining(refusal));
    await expect(createSqliteStore({ path: database })).rejects.toMatchObject(refusal);
  });
});
