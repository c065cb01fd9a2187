import { RE2JS, RE2JSException } from "re2js";
import { type Predicate, RuleProblem } from "../contract.ts";

/** Longer texts are not searched, so that a decision stays quick: they are unclear. */
const mostChars = 50_000;

/** A text in which the pattern is found somewhere; `^` and `$` stand for its ends. Linear in time, so it has no look-around. */
export const matches: Predicate = {
  op: "matches",
  compile(value) {
    if (typeof value !== "string") throw new RuleProblem("matches needs a pattern");
    const pattern = compiled(value);
    return (argument) => {
      if (typeof argument !== "string" || argument.length > mostChars) return "unclear";
      return pattern.matcher(argument).find() ? "yes" : "no";
    };
  },
};

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) {
      throw new RuleProblem(
        `matches can't use its pattern: ${error.message}. Patterns are RE2's, without look-around and back-references`,
      );
    }
    throw error;
  }
}
