import { type Predicate, RuleProblem } from "../contract.ts";

/** The same text, number or truth value. Another kind of value is unclear: a receiver may take "5" for 5. */
export const equals: Predicate = {
  op: "equals",
  compile(value) {
    if (!["string", "number", "boolean"].includes(typeof value)) {
      throw new RuleProblem("equals compares with text, a number, true or false");
    }
    return (argument) => {
      if (typeof argument !== typeof value) return "unclear";
      return argument === value ? "yes" : "no";
    };
  },
};
