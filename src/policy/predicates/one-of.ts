import { type Predicate, RuleProblem, type Truth } from "../contract.ts";
import { equals } from "./equals.ts";

/** Equals one of a list. */
export const oneOf: Predicate = {
  op: "one_of",
  compile(value) {
    if (!Array.isArray(value) || value.length === 0) throw new RuleProblem("one_of needs a list of values");
    const tests = value.map((one: unknown) => equals.compile(one));
    return (argument): Truth => {
      const truths = tests.map((test) => test(argument));
      if (truths.includes("yes")) return "yes";
      return truths.includes("unclear") ? "unclear" : "no";
    };
  },
};
