// What changed between two policies, and which way: for whoever reviews a change of the rules.
//
//   PD1  "looser" and "tighter" are said only where every change of a rule goes that way; anything else is "unclear". Nothing
//        that may loosen is called tighter.
//   PD2  A rule that asks or denies is tighter where it applies to more; one that allows is looser.

import picomatch from "picomatch";
import { canonicalJson } from "../domain/canonical-json.ts";
import { isDeepStrictEqual } from "node:util";
import type { Condition, PolicyRule, PolicySource, RuleMatch } from "./contract.ts";

export type Turn = "looser" | "tighter" | "unclear";

export interface PolicyChange {
  readonly kind: "rule" | "group" | "channel";
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  readonly turn: Turn;
  /** What is otherwise, in words. */
  readonly what: string;
}

interface Part {
  readonly turn: Turn;
  readonly what: string;
}

export function diffPolicies(old: PolicySource, next: PolicySource): PolicyChange[] {
  return [
    ...changes(byName(old.rules), byName(next.rules), { kind: "rule", alone: ruleAlone, both: ruleParts }),
    ...changes(new Map(Object.entries(old.groups)), new Map(Object.entries(next.groups)), {
      kind: "group",
      alone: (people) => ({ turn: "looser", what: `${people.length} people` }),
      both: peopleParts,
    }),
    ...changes(
      new Map(Object.entries(old.channelApprovers)),
      new Map(Object.entries(next.channelApprovers)),
      {
        kind: "channel",
        // With none named, whoever asked and the managers decide there.
        alone: (names) => ({ turn: "unclear", what: `approvers ${names.join(", ")}` }),
        both: peopleParts,
      },
    ),
  ];
}

function byName(rules: readonly PolicyRule[]): ReadonlyMap<string, PolicyRule> {
  return new Map(rules.map((rule) => [rule.name, rule]));
}

interface Comparing<T> {
  readonly kind: PolicyChange["kind"];
  /** What one that is there means, beside none. */
  readonly alone: (one: T) => Part;
  readonly both: (old: T, next: T) => readonly Part[];
}

function changes<T>(
  old: ReadonlyMap<string, T>,
  next: ReadonlyMap<string, T>,
  { kind, alone, both }: Comparing<T>,
): PolicyChange[] {
  const names = [...new Set([...old.keys(), ...next.keys()])].toSorted();
  return names.flatMap((name): PolicyChange[] => {
    const [before, after] = [old.get(name), next.get(name)];
    if (before === undefined)
      return after === undefined ? [] : [{ kind, name, change: "added", ...alone(after) }];
    if (after === undefined) {
      const { turn, what } = alone(before);
      return [{ kind, name, change: "removed", turn: opposite[turn], what }];
    }
    const parts = both(before, after);
    if (parts.length === 0) return [];
    const [first = "unclear", ...others] = new Set(parts.map(({ turn }) => turn));
    const turn = others.length > 0 ? "unclear" : first; // PD1
    return [{ kind, name, change: "changed", turn, what: parts.map(({ what }) => what).join("; ") }];
  });
}

const opposite: Readonly<Record<Turn, Turn>> = { looser: "tighter", tighter: "looser", unclear: "unclear" };
const strictness = { allow: 0, ask: 1, deny: 2 } as const;

function ruleAlone({ decision }: PolicyRule): Part {
  return { turn: decision === "allow" ? "looser" : "tighter", what: decision };
}

function ruleParts(old: PolicyRule, next: PolicyRule): Part[] {
  const allows = [old.decision, next.decision].filter((one) => one === "allow").length;
  const scope = scopeParts(old, next).map(({ turn, what }): Part => {
    if (allows === 1) return { turn: "unclear", what };
    return { turn: allows === 2 ? opposite[turn] : turn, what };
  });
  return [...decisionParts(old, next), ...scope, ...askParts(old, next)];
}

function decisionParts(old: PolicyRule, next: PolicyRule): Part[] {
  const decision = ordered(strictness[next.decision] - strictness[old.decision], {
    what: `${old.decision} is ${next.decision}`,
  });
  // An allow counts in the layer org alone; elsewhere the layer decides nothing.
  const counts = (rule: PolicyRule): number => (rule.layer === "org" ? 1 : 0);
  const layer =
    old.decision === "allow" && next.decision === "allow"
      ? ordered(counts(old) - counts(next), { what: `layer ${old.layer} is ${next.layer}` })
      : [];
  return [...decision, ...layer];
}

/** As of a rule that asks or denies: where it applies to more it is tighter (PD2). */
function scopeParts(old: PolicyRule, next: PolicyRule): Part[] {
  const names: readonly (keyof RuleMatch)[] = [
    "tool",
    "effect",
    "mode",
    "channel",
    "person",
    "tainted",
    "hours",
  ];
  const match = names.flatMap((name): Part[] => {
    const [before, after] = [old.match[name], next.match[name]];
    if (isDeepStrictEqual(before, after)) return [];
    const what = `match.${name}: ${inWords(before)} is ${inWords(after)}`;
    if (after === undefined) return [{ turn: "tighter", what }];
    if (before === undefined) return [{ turn: "looser", what }];
    return [
      { turn: name === "tool" ? globTurn(old.match.tool ?? "", next.match.tool ?? "") : "unclear", what },
    ];
  });
  return [...match, ...conditionParts(old.where, next.where)];
}

function globTurn(before: string, after: string): Turn {
  if (isName(before) && picomatch.isMatch(before, after)) return "tighter";
  return isName(after) && picomatch.isMatch(after, before) ? "looser" : "unclear";
}

function isName(glob: string): boolean {
  return /^[\w-]+$/u.test(glob);
}

/** All have to hold: each one more narrows the rule. */
function conditionParts(old: readonly Condition[], next: readonly Condition[]): Part[] {
  const [before, after] = [old, next].map(
    (all) => new Map(all.map((one) => [canonicalJson({ ...one }), one])),
  );
  const gone = [...(before?.entries() ?? [])].filter(([key]) => !after?.has(key));
  const come = [...(after?.entries() ?? [])].filter(([key]) => !before?.has(key));
  const words = ([, { path, op, value }]: readonly [string, Condition]): string =>
    `where ${path} ${op} ${JSON.stringify(value)}`;
  return [
    ...gone.map((one): Part => ({ turn: "tighter", what: `without ${words(one)}` })),
    ...come.map((one): Part => ({ turn: "looser", what: `only ${words(one)}` })),
  ];
}

function askParts(old: PolicyRule, next: PolicyRule): Part[] {
  if (old.decision !== "ask" || next.decision !== "ask") return [];
  const eyes = Number(next.notRequester) - Number(old.notRequester);
  const approvers = peopleParts(old.approvers, next.approvers);
  return [
    ...approvers.map(({ turn, what }): Part => ({ turn, what: `approvers: ${what}` })),
    ...ordered(next.quorum - old.quorum, { what: `quorum ${old.quorum} is ${next.quorum}` }),
    ...ordered(eyes, { what: `not_requester ${old.notRequester} is ${next.notRequester}` }),
    ...expiryParts(old.expiresMs, next.expiresMs),
  ];
}

function expiryParts(old: number | undefined, next: number | undefined): Part[] {
  if (old === next) return [];
  const what = `expires ${inWords(old)} ms is ${inWords(next)} ms`;
  // Where it says nothing a setting does.
  return old === undefined || next === undefined
    ? [{ turn: "unclear", what }]
    : ordered(old - next, { what });
}

/** More who may decide is looser. */
function peopleParts(old: readonly string[], next: readonly string[]): Part[] {
  const come = next.filter((one) => !old.includes(one));
  const gone = old.filter((one) => !next.includes(one));
  return [
    ...(come.length > 0 ? [{ turn: "looser", what: `also ${come.join(", ")}` } as const] : []),
    ...(gone.length > 0 ? [{ turn: "tighter", what: `without ${gone.join(", ")}` } as const] : []),
  ];
}

function ordered(difference: number, { what }: Pick<Part, "what">): Part[] {
  if (difference === 0) return [];
  return [{ turn: difference > 0 ? "tighter" : "looser", what }];
}

function inWords(value: unknown): string {
  return value === undefined ? "anything" : typeof value === "string" ? value : JSON.stringify(value);
}
