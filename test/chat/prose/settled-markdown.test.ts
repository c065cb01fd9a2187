// What is shown of an answer while it is written stays when the rest has come.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeWords } from "../../../src/base/whole-words.ts";
import { safeMarkdown } from "../../../src/chat/prose/safe-markdown.ts";
import { settledMarkdown } from "../../../src/chat/prose/settled-markdown.ts";

const answers = [
  "Vendor B is the cheapest.\n\nIt costs **12 %** less than A, and *delivers* sooner.",
  "First:\n\n- one\n- two\n\n- three\n\nThen `code` and [a link](https://a.example/b).",
  "# Title\n\nWords.\n\n```js\nconst a = 1;\n```\n\nMore words, see https://a.example/x?y=z for it.",
  "| a | b |\n| --- | --- |\n| 1 | 2 |\n\nAfter the table.",
  "> quoted\n> again\n\nThe end\nof two lines.",
  "1. one\n2. two\n   - deeper\n\nDone ~~not~~ yes. <b>html</b> & more_words_here",
  "最も安いのは**B**です。Aより安い。\n\n- 一\n- 二\n\nhttps://例え.テスト/道 を見て。",
  "A paragraph, then\n\n    indented code\n\nand words.",
];
const shown = (text: string): string => safeMarkdown(settledMarkdown(text));

describe("chat/prose/settled-markdown", () => {
  it.each(answers)(
    "SE1: the rendering of a beginning, to the end of a word, is the beginning of the rendering: %s",
    (text) => {
      const whole = safeMarkdown(text);
      for (let length = 0; length <= text.length; length += 1) {
        expect(whole.startsWith(shown(wholeWords(text.slice(0, length))))).toBe(true);
      }
    },
  );

  it("SE1: shows plain words of the paragraph that is being written, and a list when it is over", () => {
    expect(settledMarkdown("Vendor B is the cheapest of")).toBe("Vendor B is the cheapest of");
    expect(settledMarkdown("Vendor B costs **12")).toBe("Vendor B costs");
    expect(settledMarkdown("So:\n\n- one\n- two\n")).toBe("So:");
    expect(settledMarkdown("So:\n\n- one\n- two\n\nThat")).toBe("So:\n\n- one\n- two\n\nThat");
    expect(settledMarkdown("See https://a.example/b for")).toBe("See");
    expect(settledMarkdown("")).toBe("");
  });

  it("SE2: never throws, and gives a beginning of what it was given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(text.replace(/\r\n?/g, "\n").startsWith(settledMarkdown(text))).toBe(true);
      }),
    );
  });
});
