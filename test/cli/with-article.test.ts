import { describe, expect, it } from "vitest";
import { withArticle } from "../../src/cli/with-article.ts";

describe("cli/with-article", () => {
  it.each([
    ["question", "a question"],
    ["approval", "an approval"],
    ["grant", "a grant"],
  ])("says what is waited for: %s", (noun, said) => {
    expect(withArticle(noun)).toBe(said);
  });
});
