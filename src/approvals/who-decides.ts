// Who may decide (APR-3): the rule's approvers, less those who never may. Asked when the card is made, and again at the click.
//
//   WD1  Guests, people of other organisations, bots and the agent never decide. Unknown is no.
//   WD2  Who asked does not decide where the rule wants four eyes; nor money, what destroys, administration, and what was decided
//        under the words of strangers in employee mode. Linked keys are one person in this (LK1).

import type { Agent } from "../domain/agent.ts";
import type { Approval, ApprovalFacts } from "../domain/approval.ts";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { SamePerson } from "../domain/person-link.ts";
import type { ApproverName } from "../domain/policy.ts";
import type { RunMode } from "../domain/run.ts";
import type { EffectClass } from "../domain/step.ts";

/** What names stand for, and which keys are one person's. */
export interface Directory {
  readonly managers: Agent["managers"];
  readonly groups: Readonly<Record<string, readonly PersonKey[]>>;
  readonly same: SamePerson;
}

export function peopleOf(
  names: readonly ApproverName[],
  requester: PersonKey,
  { managers, groups }: Pick<Directory, "managers" | "groups">,
): PersonKey[] {
  const people = names.flatMap((name): readonly PersonKey[] => {
    if (name === "requester") return [requester];
    if (name === "managers") return managers;
    if (name.startsWith("group:")) return groups[name.slice("group:".length)] ?? [];
    return [asPersonKey(name)];
  });
  return [...new Set(people)];
}

/** Whoever is in every list, less the requester where that is asked. Sorted as the first list is. */
export function eligible(facts: ApprovalFacts, directory: Directory): PersonKey[] {
  const [first = [], ...others] = facts.approvers.map((names) => peopleOf(names, facts.subject, directory));
  return first
    .filter((person) => others.every((list) => list.includes(person)))
    .filter((person) => !(facts.notRequester && directory.same(person, facts.subject)));
}

export type MayDecide =
  | { readonly kind: "may" }
  | { readonly kind: "may-not"; readonly why: "kind" | "requester" | "not-asked" | "revoked" };

export function mayDecide(
  { facts }: Pick<Approval, "facts">,
  { key, kind }: Person,
  directory: Directory,
): MayDecide {
  if (kind !== "member") return { kind: "may-not", why: "kind" };
  if (eligible(facts, directory).includes(key)) return { kind: "may" };
  const isRequester = directory.same(key, facts.subject) && facts.notRequester;
  return { kind: "may-not", why: isRequester ? "requester" : "not-asked" };
}

const graveEffects: readonly EffectClass[] = ["money", "destructive", "admin"];

/** WD2, besides what the rule says. */
export function needsFourEyes(effect: EffectClass, mode: RunMode, tainted: boolean): boolean {
  return isGrave(effect) || (tainted && mode === "employee" && effect !== "read");
}

export function isGrave(effect: EffectClass): boolean {
  return graveEffects.includes(effect);
}
