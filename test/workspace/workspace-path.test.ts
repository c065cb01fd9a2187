import { describe, expect, it } from "vitest";
import { WorkspaceError } from "../../src/workspace/errors.ts";
import { isAddressName, isOwnFolder, parsePath } from "../../src/workspace/workspace-path.ts";

function refusal(path: string): WorkspaceError {
  try {
    parsePath(path);
  } catch (error) {
    if (error instanceof WorkspaceError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(path)} was let through`);
}

describe("workspace/workspace-path", () => {
  it.each([
    ["", []],
    [".", []],
    ["./a//b/.", ["a", "b"]],
    ["inbox/Prüfbericht 2026 – 最終版 👩‍💻.csv", ["inbox", "Prüfbericht 2026 – 最終版 👩‍💻.csv"]],
    ["..a/b..", ["..a", "b.."]],
  ])("reads %j as names", (path, names) => {
    expect(parsePath(path)).toEqual(names);
  });

  it.each(["..", "../x", "a/../../x", "a/..", "/etc/passwd", "/"])("F1: refuses %j as outside", (path) => {
    const error = refusal(path);

    expect(error.code).toBe("workspace.outside");
    expect(error.message).toContain(JSON.stringify(path));
  });

  it.each([
    "a\nb",
    "a\0b",
    "a\u0085b",
    "a\u2028b",
    "\u001b[31mred",
    "broken\ud800",
    "x".repeat(256),
    "ü".repeat(128),
    "x".repeat(10_000),
    `${"deep/".repeat(64)}x`,
    `${"x".repeat(250)}/`.repeat(5),
  ])("refuses the name in %j", (path) => {
    expect(refusal(path).code).toBe("workspace.bad_name");
  });

  it("shows an absurd name shortened and escaped", () => {
    const { message } = refusal(`a\n\u0085${"x".repeat(10_000)}`);

    expect(message.length).toBeLessThan(400);
    expect(message).toContain('"a\\n\\u0085xxx');
  });

  it.each([".deputy", ".Deputy", ".DEPUTY", ".deputy\u200b", ".ｄeputy"])(
    "takes %j for the runtime's folder",
    (name) => {
      expect(isOwnFolder([name, "notes.md"])).toBe(true);
    },
  );

  it("takes no other folder for the runtime's", () => {
    expect(isOwnFolder(["notes", ".deputy"])).toBe(false);
    expect(isOwnFolder([])).toBe(false);
  });

  it("lets plain single names be addresses", () => {
    expect(isAddressName("slack-T0001")).toBe(true);
    expect(
      ["", ".", "..", ".staging", "a/b", "a\\b", "a\0", "-x", "x".repeat(129)].filter(isAddressName),
    ).toEqual([]);
  });
});
