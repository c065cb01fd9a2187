import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linesOf } from "../../src/cli/read-lines.ts";

describe("cli/read-lines", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-lines-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const read = async (text: string): Promise<string[]> => {
    const file = path.join(folder, "lines");
    await writeFile(file, text);
    const lines: string[] = [];
    for await (const line of linesOf(file)) lines.push(line);
    return lines;
  };

  it("RL1: ends lines at line feeds only, also in the middle of what is read at once", async () => {
    const long = "é".repeat(700_000);
    const said = JSON.stringify("one\u2028two\u2029three\rfour");

    expect(await read(`${long}\r\n\n${said}\n${long}`)).toEqual([long, "", said, long]);
  });

  it("says why a file can't be read", async () => {
    const first = linesOf(path.join(folder, "none")).next();

    await expect(first).rejects.toThrow(/none can't be read: there is no such file\.$/);
  });
});
