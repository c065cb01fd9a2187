import type { Predicate } from "../contract.ts";
import { boundIn } from "../numbers.ts";

/** More entries of a list, keys of an object or characters of a text than the value. */
export const countGt: Predicate = {
  op: "count_gt",
  wholeLists: true,
  compile(value) {
    const bound = boundIn(value, "count_gt");
    return (argument) => {
      const count = countOf(argument);
      if (count === undefined) return "unclear";
      return count > bound ? "yes" : "no";
    };
  },
};

function countOf(argument: unknown): number | undefined {
  if (typeof argument === "string" || Array.isArray(argument)) return argument.length;
  return typeof argument === "object" && argument !== null ? Object.keys(argument).length : undefined;
}
