// "Allow for this run" (APR-8): one approval stands for more acts of the same kind, within limits.
//
//   AL1  Same run, tool and target, by the same rules in the same version; not under strangers' words, not for money, what
//        destroys, or administration; so often and so long at most.

import { parseJson } from "../base/json.ts";
import type { Approval } from "../domain/approval.ts";
import { destinationsIn } from "../domain/destinations.ts";
import { isTainted } from "../domain/taint.ts";
import type { ApprovalSeal } from "./approval-seal.ts";
import type { Act } from "./ask-approval.ts";
import { isGrave } from "./who-decides.ts";

export function standingFor(
  approvals: readonly Approval[],
  act: Act,
  { now, seal }: { readonly now: number; readonly seal: ApprovalSeal },
): Approval | undefined {
  if (isTainted(act.run.taint) || isGrave(act.tool.effect)) return undefined;
  return approvals.find(
    (approval) => stands(approval, now) && seal.holds(approval) && isSameKind(approval, act),
  );
}

function stands({ state, standing, uses }: Approval, now: number): boolean {
  if (!standing || now >= standing.until || uses >= standing.most) return false;
  return state === "executing" || state === "done" || state === "failed";
}

function isSameKind({ tool, facts, arguments: text }: Approval, { tool: now, ...act }: Act): boolean {
  return (
    tool === now.name &&
    facts.effect === now.effect &&
    facts.pin === now.pin &&
    facts.connection === act.rights.connection &&
    facts.account === act.rights.account &&
    facts.policy === act.policy.version &&
    facts.rules.join("\n") === act.policy.rules.join("\n") &&
    targetOf(text) === targetOf(act.canonical)
  );
}

const targetNames = new Set([
  "to",
  "cc",
  "bcc",
  "recipient",
  "recipients",
  "url",
  "host",
  "channel",
  "repository",
  "repo",
  "account",
  "path",
  "id",
  "server",
  "database",
]);

/** Where it goes: what has the name of a target, however deep, and every address that stands anywhere. What has none is its own target, whole. */
export function targetOf(canonical: string): string {
  const value: unknown = parseJson(canonical)?.value;
  const named = destinations(value, "");
  if (named.length === 0) return canonical;
  const addresses = destinationsIn(value).map(({ kind, value: address }) => `${kind} ${address}`);
  return JSON.stringify([named.toSorted(([a], [b]) => (a < b ? -1 : 1)), addresses.toSorted()]);
}

function destinations(value: unknown, at: string): (readonly [path: string, value: unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = `${at}/${name}`;
    return targetNames.has(name.toLowerCase()) ? [[path, member] as const] : destinations(member, path);
  });
}
