import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeName, secondName } from "../../src/gateway/inbox-name.ts";

describe("gateway/inbox-name", () => {
  it.each([
    ["sales.csv", "sales.csv"],
    ["Bericht März (final).xlsx", "Bericht März (final).xlsx"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\ana\\a.txt", "a.txt"],
    ["/", "file"],
    ["..", "file"],
    ["", "file"],
    [".env", "_env"],
    ["a\0b\u202Ecsv.exe", "a_b_csv.exe"],
    ["lone\ud800.txt", "lone_.txt"],
    ["name. ", "name"],
  ])("makes %j to %j", (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it("SBX-6: makes any name a plain one, and always the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
        const safe = safeName(name);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}/\\]|^\.|^$/u);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(150);
        expect(Buffer.from(safe).toString()).toBe(safe);
        expect(safeName(name)).toBe(safe);
      }),
    );
  });

  it("keeps the ending of a name that is too long", () => {
    const safe = safeName(`${"ä".repeat(300)}.tar.gz`);

    expect(safe).toMatch(/^ä+\.tar\.gz$/);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(150);
  });

  it("gives the same file the same second name, and another file another one", () => {
    expect(secondName("sales.csv", "F1")).toMatch(/^sales-[0-9a-f]{6}\.csv$/);
    expect(secondName("sales.csv", "F1")).toBe(secondName("sales.csv", "F1"));
    expect(secondName("sales.csv", "F1")).not.toBe(secondName("sales.csv", "F2"));
    expect(secondName("README", "F1")).toMatch(/^README-[0-9a-f]{6}$/);
  });
});
