import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeText } from "../../src/chat/safe-text.ts";

describe("chat/safe-text", () => {
  it("ST1: takes out what moves the cursor or turns the line around", () => {
    expect(safeText("a\u001b[2Jb\u0007c\u202ed\u2066e\u0000")).toBe("a[2Jbcde");
  });

  it("ST1: keeps newlines, tabs and emoji that are joined", () => {
    expect(safeText("a\r\nb\tc 👩‍💻")).toBe("a\nb\tc 👩‍💻");
  });

  it("ST1: replaces half a character", () => {
    expect(safeText("a\ud800b")).toBe("a\ufffdb");
  });

  it.each(["@here", "@channel", "@Everyone", "now @group!", "<!here>", "<!channel|x>", "<!subteam^S1>"])(
    "ST2, OUT-3: breaks up %s",
    (text) => {
      const safe = safeText(text);

      expect(safe).not.toBe(text);
      expect(safe.replaceAll("\u200b", "")).toBe(text);
    },
  );

  it.each(["ana@here.example", "@hereafter", "@channel-two", "<!DOCTYPE html>", "<!-- here -->"])(
    "ST2: leaves %s alone",
    (text) => {
      expect(safeText(text)).toBe(text);
    },
  );

  it("ST3: applied twice is applied once", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(safeText(safeText(text))).toBe(safeText(text));
      }),
    );
  });
});
