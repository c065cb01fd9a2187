import { type Predicate, RuleProblem, type Truth } from "../contract.ts";

type Scalar = string | number | boolean;

/** The same text, number or truth value. "5" for 5 is unclear: a receiver may take the one for the other. */
export const equals: Predicate = {
  op: "equals",
  compile(value) {
    if (!isScalar(value)) throw new RuleProblem("equals compares with text, a number, true or false");
    return (argument): Truth => {
      if (!isScalar(argument)) return "unclear";
      if (argument === value) return "yes";
      return typeof argument !== typeof value && couldBe(argument, value) ? "unclear" : "no";
    };
  },
};

function isScalar(value: unknown): value is Scalar {
  return ["string", "number", "boolean"].includes(typeof value);
}

function couldBe(one: Scalar, other: Scalar): boolean {
  return (
    Number(one) === Number(other) || String(one).trim().toLowerCase() === String(other).trim().toLowerCase()
  );
}
