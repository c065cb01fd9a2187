import type { Predicate } from "../contract.ts";
import { boundIn, numberIn } from "../numbers.ts";

/** A number below the value. */
export const lt: Predicate = {
  op: "lt",
  compile(value) {
    const bound = boundIn(value, "lt");
    return (argument) => {
      const number = numberIn(argument);
      if (number === undefined) return "unclear";
      return number < bound ? "yes" : "no";
    };
  },
};
