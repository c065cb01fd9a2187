import type { Predicate } from "../contract.ts";
import { boundIn, numberIn } from "../numbers.ts";

/** A number above the value. */
export const gt: Predicate = {
  op: "gt",
  compile(value) {
    const bound = boundIn(value, "gt");
    return (argument) => {
      const number = numberIn(argument);
      if (number === undefined) return "unclear";
      return number > bound ? "yes" : "no";
    };
  },
};
