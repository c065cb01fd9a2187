import { describe, expect, it } from "vitest";
import { hearAnswer } from "../../src/runtime/answer-so-far.ts";

function heard(play: (hearing: ReturnType<typeof hearAnswer>) => void): string[] {
  const shown: string[] = [];
  play(hearAnswer((text) => shown.push(text)));
  return shown;
}

describe("runtime/answer-so-far", () => {
  it("AS1: shows the summary of finish as it is written", () => {
    const shown = heard(({ onCall }) => {
      for (const delta of ['{"summ', 'ary": "All', " is\\n we", 'll", "files": ["a"]}'])
        onCall({ place: 0, name: "finish", delta });
    });
    expect(shown).toEqual(["All", "All is\n we", "All is\n well"]);
  });

  it("AS1: shows no finish that stands behind another call: that one may still be asked about", () => {
    const shown = heard(({ onCall }) => {
      onCall({ place: 0, name: "send_letter", delta: '{"to": "a@x.example"}' });
      onCall({ place: 1, name: "finish", delta: '{"summary": "The letter is out."}' });
    });
    expect(shown).toEqual([]);
  });

  it("AS1: shows no text that may be said on the way to a call, nor anything after it", () => {
    const shown = heard(({ onText }) => {
      onText("I'll look at the file first.");
      onText("And then.", "answer");
    });
    expect(shown).toEqual([]);
    expect(heard(({ onText }) => onText("Let me see.", "aside"))).toEqual([]);
  });

  it("AS1: shows a text that the service says is the last word", () => {
    expect(
      heard(({ onText }) => {
        onText("All ", "answer");
        onText("done.", "answer");
      }),
    ).toEqual(["All ", "All done."]);
  });

  it("AS2: shows no more than a message will", () => {
    const shown = heard(({ onText }) => {
      for (let n = 0; n < 1_000; n += 1) onText("0123456789 ", "answer");
    });
    expect(shown.at(-1)?.length).toBe(1_800);
    const lines = heard(({ onText }) => onText("line\n".repeat(50), "answer"));
    expect(lines.at(-1)?.split("\n").length).toBe(36);
  });
});
