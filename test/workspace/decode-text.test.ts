import { describe, expect, it } from "vitest";
import { countLines, decodeText, sniff } from "../../src/workspace/decode-text.ts";

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");

describe("workspace/decode-text", () => {
  it.each([
    ["UTF-8", Buffer.from("Grüße 👋\n"), "utf-8", "Grüße 👋\n"],
    ["UTF-8 with a byte order mark", Buffer.from("\ufeffid;name\n"), "utf-8", "id;name\n"],
    ["UTF-16 little endian", utf16("é,x\n"), "utf-16le", "é,x\n"],
    ["UTF-16 big endian", utf16("é,x\n").swap16(), "utf-16be", "é,x\n"],
    ["windows-1252", Buffer.from([0x80, 0x20, 0xe9, 0x93, 0x0a]), "windows-1252", "€ é“\n"],
    ["nothing", Buffer.alloc(0), "utf-8", ""],
    ["terminal colours", Buffer.from("\u001b[31mred\u001b[0m"), "utf-8", "\u001b[31mred\u001b[0m"],
    ["a text that begins like a bzip2 archive", Buffer.from("BZhang wrote"), "utf-8", "BZhang wrote"],
  ])("decodes %s", (_what, bytes, encoding, text) => {
    expect(decodeText(bytes)).toMatchObject({ encoding, text });
  });

  it.each([
    ["\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"],
    ["%PDF-1.7 all ASCII", "a PDF document"],
    ["PK\x03\x04\x14\x00", "a ZIP archive or an Office document"],
    ["GIF89a\x01\x00\x01\x00", "a GIF image"],
    ["abc\x00def", "binary data"],
    ["\x01\x02\x03\x04 hello", "binary data"],
  ])("says what kind of binary %j is", (bytes, looksLike) => {
    expect(decodeText(Buffer.from(bytes, "latin1"))).toEqual({ looksLike });
  });

  it("forgives a character that is cut at the end of a front, and only there", () => {
    const cut = Buffer.from("Grü").subarray(0, 3);

    expect(sniff(cut, false)).toEqual({ kind: "text", encoding: "utf-8" });
    expect(sniff(cut, true)).toEqual({ kind: "text", encoding: "windows-1252" });
  });

  it.each([
    ["", 0],
    ["a", 1],
    ["a\n", 1],
    ["a\n\nb", 3],
  ])("counts the lines of %j", (text, lines) => {
    expect(countLines(text)).toBe(lines);
  });
});
