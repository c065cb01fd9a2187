// Numbers in arguments: as such, or as plain decimal text.

import { RuleProblem } from "./contract.ts";

/** Undefined for everything that two receivers could take for two numbers. */
export function numberIn(argument: unknown): number | undefined {
  if (typeof argument === "number") return Number.isFinite(argument) ? argument : undefined;
  if (typeof argument !== "string" || !/^-?\d{1,15}(\.\d{1,15})?$/.test(argument)) return undefined;
  return Number(argument);
}

/** The bound of a rule. */
export function boundIn(value: unknown, op: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new RuleProblem(`${op} compares with a number`);
}
