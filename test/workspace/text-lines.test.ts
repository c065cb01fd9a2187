import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Workspace } from "../../src/workspace/contract.ts";
import { readLines, type TextLine } from "../../src/workspace/text-lines.ts";
import { rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

describe("workspace/text-lines", () => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces();
    workspace = await temporary.open();
  });

  afterEach(() => temporary.remove());

  async function linesOf(
    content: Parameters<Workspace["write"]>[1],
    maxLineChars = 1000,
  ): Promise<TextLine[]> {
    await workspace.write("x", content);
    const { batches } = await readLines(workspace, "x", maxLineChars);
    const lines: TextLine[] = [];
    for await (const batch of batches) lines.push(...batch);
    return lines;
  }

  it.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\r\n\r\nb", ["a", "", "b"]],
    ["\ufeffid\nß\n", ["id", "ß"]],
    [Buffer.from("\ufeffé\r\nx\n", "utf16le"), ["é", "x"]],
    [Buffer.from([0xe9, 0x80, 0x0a]), ["é€"]],
  ])("gives the lines of %j without their ends", async (content, expected) => {
    expect((await linesOf(content)).map((line) => line.text)).toEqual(expected);
  });

  it("keeps characters and lines whole that lie across pieces of a large file", async () => {
    const expected = Array.from({ length: 60_000 }, (_, i) => `${i}: ${"äöü👋".repeat(1 + (i % 7))}`);

    const lines = await linesOf(expected.join("\r\n"));

    expect(lines.map((line) => line.text)).toEqual(expected);
  });

  it("gives a line that is too long in parts, however long it is", async () => {
    const long = "0123456789".repeat(300_000);
    const lines = await linesOf(`first\n${long}\r\nlast\n`, 1000);

    const parts = lines.slice(1, -1);
    expect(lines[0]).toEqual({ number: 1, text: "first", goesOn: false });
    expect(lines.at(-1)).toEqual({ number: 3, text: "last", goesOn: false });
    expect(parts.every((part) => part.number === 2 && part.text.length <= 1001)).toBe(true);
    expect(parts.map((part) => part.goesOn)).toEqual([...parts.slice(1).map(() => true), false]);
    expect(parts.map((part) => part.text).join("")).toBe(long);
  });

  it("does not part the halves of a character", async () => {
    const lines = await linesOf("👋".repeat(20), 5);

    expect(lines.map((line) => line.text)).toEqual(Array.from({ length: 10 }, () => "👋👋"));
  });

  it("refuses a binary with what it looks like", async () => {
    expect(await rejection(linesOf(Buffer.from("PK\x03\x04\x00", "latin1")))).toMatchObject({
      code: "workspace.binary",
      message: '"x" is not text: it looks like a ZIP archive or an Office document (5 bytes).',
    });
  });
});
