// Makes a rule ready to be judged: globs and patterns are compiled once.

import picomatch from "picomatch";
import type { PolicyRequest } from "../domain/policy.ts";
import { isQuiet } from "../domain/quiet-hours.ts";
import { isTainted } from "../domain/taint.ts";
import type { Condition, PolicyRule, Predicate, ReadyRule, RuleMatch, Test, Truth } from "./contract.ts";
import { pointerParts, valueAt } from "./json-pointer.ts";
import { predicates } from "./registry.ts";

/** Throws `RuleProblem` for what can't be used. */
export function readyRule(rule: PolicyRule): ReadyRule {
  const inScope = scopeOf(rule.match);
  const conditions = rule.where.map(conditionOf);
  const holdsIfUnclear = rule.decision !== "allow"; // PL3
  const applies = (request: PolicyRequest): boolean =>
    inScope(request) &&
    conditions.every((holds) => {
      const truth = holds(request.arguments);
      return truth === "yes" || (truth === "unclear" && holdsIfUnclear);
    });
  return {
    name: rule.name,
    decision: rule.decision,
    lifts: rule.decision === "allow" && rule.layer === "org",
    approvers: rule.approvers,
    quorum: rule.quorum,
    notRequester: rule.notRequester,
    ...(rule.expiresMs === undefined ? {} : { expiresMs: rule.expiresMs }),
    applies,
  };
}

function scopeOf(match: RuleMatch): (request: PolicyRequest) => boolean {
  const { tool, hours, tainted } = match;
  const isTool = tool === undefined ? undefined : picomatch(tool);
  return (request) =>
    same(match.effect, request.effect) &&
    same(match.mode, request.mode) &&
    same(match.channel, request.channel) &&
    same(match.person, request.person) &&
    (isTool === undefined || isTool(request.tool)) &&
    (tainted === undefined || tainted === isTainted(request.taint)) &&
    (hours === undefined || isQuiet(hours, request.now, hours.timeZone));
}

function same(wanted: string | undefined, given: string): boolean {
  return wanted === undefined || wanted === given;
}

function conditionOf({ path, op, value }: Condition): Test {
  const predicate = predicates[op];
  const test = predicate.compile(value);
  const parts = pointerParts(path);
  return (root) => {
    const argument = valueAt(root, parts);
    return argument === undefined || argument === null ? "unclear" : judged(predicate, test, argument);
  };
}

/** A list that is empty holds nothing that a rule could be about. */
function judged(predicate: Predicate, test: Test, argument: unknown): Truth {
  if (predicate.wholeLists === true || !Array.isArray(argument)) return test(argument);
  if (argument.length === 0) return "no";
  const [first, ...others] = argument;
  const truth = test(first);
  return others.every((other) => test(other) === truth) ? truth : "unclear";
}
