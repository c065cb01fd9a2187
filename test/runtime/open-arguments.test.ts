import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textSoFar } from "../../src/runtime/open-arguments.ts";

describe("runtime/open-arguments", () => {
  it("OA1: at every point gives the beginning of the text, and at the end all of it", () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.dictionary(fc.string(), value, { maxKeys: 3 }),
        fc.boolean(),
        (text, others, isFirst) => {
          const { summary: _, ...rest } = others;
          const json = JSON.stringify(isFirst ? { summary: text, ...rest } : { ...rest, summary: text });
          const found = Array.from(json, (_, length) => textSoFar(json.slice(0, length), "summary") ?? "");
          const all = textSoFar(json, "summary") ?? "";
          const wrong = found.filter(
            (part, at) => !text.startsWith(part) || !part.startsWith(found[at - 1] ?? ""),
          );
          expect(wrong).toEqual([]);
          expect(all).toBe(text.replace(/[\ud800-\udbff]$/, ""));
        },
      ),
    );
  });

  it("OA1: reads past other arguments, escapes and blanks", () => {
    expect(
      textSoFar('{ "files" : ["a\\"}", {"summary": "no"}] , "summary" : "Yes\\n\\u00e9', "summary"),
    ).toBe("Yes\né");
    expect(textSoFar('{"summary": "half \\u00', "summary")).toBe("half ");
    expect(textSoFar('{"summary": 3}', "summary")).toBeUndefined();
  });

  it("OA2: throws at nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (json) => {
        expect(() => textSoFar(json, "summary")).not.toThrow();
        expect(() => textSoFar(`{"summary":"${json}`, "summary")).not.toThrow();
      }),
    );
  });
});
