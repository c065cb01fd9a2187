import { describe, expect, it } from "vitest";
import { cannotWrite } from "../../src/cli/cannot-write.ts";

function refused(code: string): string {
  return cannotWrite("/srv/out", Object.assign(new Error(`${code}: raw words`), { code })).message;
}

describe("cli/cannot-write", () => {
  it.each([
    ["ENOENT", "its folder is not there. Make the folder"],
    ["ENOTDIR", "what it names as its folder is none. Name another file"],
    ["EISDIR", "it is a folder. Name a file in it"],
    ["EACCES", "this user may not write there. Name another file"],
    ["EROFS", "that disk is read-only. Name a file elsewhere"],
    ["ENOSPC", "the disk is full. Free some space"],
  ])("I14: %s is said in words, with what to do", (code, words) => {
    const message = refused(code);

    expect(message).toContain(`/srv/out could not be written: ${words}`);
    expect(message).not.toContain(code);
  });

  it("I14: passes on what the system says where the reason is not known", () => {
    expect(refused("EIO")).toBe("/srv/out could not be written: EIO: raw words. Name another file.");
  });
});
