import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { headline, plainText } from "../../src/chat/plain-text.ts";
import { asPersonKey } from "../../src/domain/ids.ts";
import { cardStates } from "../../src/domain/outbox.ts";
import { aButton, aCard, aNotice, anAttention, aResult } from "./outgoing.ts";

const lines = (text: string): string[] => text.split("\n");

describe("chat/plain-text", () => {
  describe("a run card", () => {
    it("says state, steps, who asked and what it cost in words", () => {
      const card = aCard({ line: "Reading 4 of 11.", noted: ["only EU vendors"], spentUsd: 1.2, capUsd: 5 });

      expect(lines(plainText(card))).toEqual([
        "Working: Compare three vendors (step 2 of 3)",
        "Reading 4 of 11.",
        "[done] Collect the price pages",
        "[doing] Read the contracts",
        "[to do] Draft the comparison",
        "Noted: only EU vendors",
        "Asked by Ana, acting as deputy, started 2026-11-23 09:00 UTC, spent 1.20 of 5.00 USD",
        'To stop it, reply "stop".',
      ]);
    });

    it.each(cardStates)("PT2: begins with the state %s", (state) => {
      expect(headline(aCard({ state }))).toMatch(new RegExp(`^${state}: Compare three vendors`));
    });

    it.each([
      ["Stopped", "[half done] Read the contracts"],
      ["Failed", "[half done] Read the contracts"],
      ["Done", "[done] Read the contracts"],
      ["Paused", "[doing] Read the contracts"],
    ] as const)("nothing on a card that is %s seems to go on that does not: %s", (state, line) => {
      expect(lines(plainText(aCard({ state })))).toContain(line);
    });

    it("counts what is done where no step is under way", () => {
      const steps = [
        { text: "a", state: "done" as const },
        { text: "b", state: "skipped" as const },
        { text: "c", state: "todo" as const },
      ];

      expect(headline(aCard({ state: "Paused", steps }))).toBe(
        "Paused: Compare three vendors (2 of 3 steps done)",
      );
    });

    it("says whose access is used in a direct line, and offers other buttons by name", () => {
      const buttons = [aButton({ action: "run.resume", label: "Resume" })];

      const text = plainText(aCard({ mode: "assistant", state: "Stopped", buttons }));

      expect(text).toContain("acting for Ana");
      expect(text).toContain("Decide with the buttons: Resume.");
      expect(text).not.toContain("reply");
    });
  });

  describe("an attention message", () => {
    it("PT3: numbers the options of a question", () => {
      const freeText = aButton({ value: "wait_1", label: "Something else" });

      expect(
        lines(plainText(anAttention({ freeText, footer: "Without an answer by 17:00: Europe." }))),
      ).toEqual([
        "Question for Ana: Which region should the report cover?",
        "The file has sales for two regions.",
        "Reply 1: Europe",
        "Reply 2: World",
        "Or reply in your own words.",
        "Without an answer by 17:00: Europe.",
      ]);
    });

    it.each(["approval", "grant"] as const)("PT3: offers no words for a decision about %s", (about) => {
      const options = [
        aButton({ action: "approval.approve", label: "Approve" }),
        aButton({ action: "approval.deny", label: "Deny" }),
      ];

      const text = plainText(anAttention({ about, options, freeText: aButton() }));

      expect(text).toContain("Decide with the buttons: Approve, Deny.");
      expect(text).not.toMatch(/reply/i);
    });

    it.each([
      ["budget", "Budget reached, waiting for Ana: "],
      ["doubt", "Outcome unknown, waiting for Ana: "],
      ["approval", "Approval needed from Ana: "],
      ["grant", "Account needed from Ana: "],
    ] as const)("PT2: says that it is about %s", (about, start) => {
      expect(headline(anAttention({ about }))).toMatch(start);
    });

    it("asks for no account that is there already, and offers the way back", () => {
      const options = [aButton({ action: "connect.disconnect", label: "Disconnect" })];
      const text = plainText(anAttention({ about: "grant", title: "Connected: Our CRM", options }));

      expect(lines(text)[0]).toBe("Connected: Our CRM");
      expect(text).toContain("Decide with the buttons: Disconnect.");
    });

    it("says who decided what once it is decided, and offers nothing", () => {
      const text = plainText(anAttention({ decided: "Ana chose Europe" }));

      expect(lines(text)).toEqual([
        "Ana chose Europe: Which region should the report cover?",
        "The file has sales for two regions.",
      ]);
    });
  });

  describe("a result", () => {
    it("begins with the outcome, then text, files and facts", () => {
      const files = [
        { name: "report.md", sha256: "a".repeat(64), sizeBytes: 12_300 },
        { name: "data.csv", title: "All rows", sha256: "b".repeat(64), sizeBytes: 3_400_000 },
      ];
      const buttons = [aButton({ action: "feedback.up", label: "Good" }), aButton({ label: "Try again" })];

      expect(lines(plainText(aResult({ files, buttons })))).toEqual([
        "Done: Vendor B is the cheapest",
        "Vendor B costs **12 %** less than A.",
        "Files: report.md (12 KB), All rows (3.4 MB)",
        "Asked by Ana, took 4 min",
        "Decide with the buttons: Try again.",
      ]);
    });

    it.each([
      ["failed", "Failed for Ana: "],
      ["stopped", "Stopped for Ana: "],
      ["expired", "Expired for Ana: "],
    ] as const)("PT2: names the outcome %s and who is called", (outcome, start) => {
      const mention = asPersonKey("local:local:ana");

      expect(headline(aResult({ outcome, mention }))).toMatch(start);
    });

    it("keeps the paragraphs of the text", () => {
      expect(plainText(aResult({ text: "one\n\ntwo", footer: "" }))).toBe(
        "Done: Vendor B is the cheapest\none\n\ntwo",
      );
    });
  });

  describe("a notice", () => {
    it("is its text, with its file", () => {
      const files = [{ name: "a.txt", sha256: "a".repeat(64), sizeBytes: 5 }];

      expect(plainText(aNotice("Only Ana may stop this.\n\nAsk her.", { files }))).toBe(
        "Only Ana may stop this.\n\nAsk her.\nFile: a.txt (5 B)",
      );
    });

    it("has a short first line before a long text", () => {
      const text = "word ".repeat(50).trim();

      const [first, second] = lines(plainText(aNotice(text)));

      expect(first).toMatch(/^(word )+word…$/);
      expect(second).toBe(text);
    });
  });

  it("PT1: keeps the first line within 90 characters, whatever it is about", () => {
    const anyText = fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(anyText, anyText, (title, name) => {
        const messages = [
          aCard({ title }),
          anAttention({ title, mentionName: name }),
          anAttention({ title, decided: name }),
          aResult({ title, mentionName: name, mention: asPersonKey("local:local:ana") }),
          aNotice(title),
        ];
        for (const message of messages) {
          expect(Array.from(new Intl.Segmenter().segment(headline(message))).length).toBeLessThanOrEqual(90);
        }
      }),
    );
  });

  it("PT5: takes no more of a long title apart than can show", () => {
    const taken = vi.spyOn(Intl.Segmenter.prototype, "segment");
    const title = "word and more ".repeat(10_000);

    for (const message of [aCard({ title }), anAttention({ title, mentionName: title }), aNotice(title)]) {
      expect(headline(message)).toMatch(/…/);
    }

    const most = Math.max(...taken.mock.calls.map(([text]) => text.length));
    taken.mockRestore();
    expect(most).toBeLessThan(4_000);
  });

  it("PT1: a character that is longer than any is cut rather than shown whole", () => {
    const title = `a${"\u0301".repeat(100_000)} b`;

    expect(headline(aNotice(title)).length).toBeLessThan(5_000);
  });

  it("PT4, OUT-3: is safe to show in a terminal", () => {
    const text = plainText(aNotice("\u001b[31mred @channel"));

    expect(text).toBe("[31mred @\u200bchannel");
  });
});
