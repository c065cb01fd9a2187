// The second stage as it is in the product: asks the policy that is in force now, and obeys brakes on tools (OPS-1).
//
//   BS1  Whatever the policy is asked comes from rows and settings, never from the model, but for the arguments (POL-1).
//   BS2  A tool that an operator has switched off is denied, whatever the rules say and whoever approved.

import { withoutUndefined } from "../../base/without-undefined.ts";
import type { Brake } from "../../domain/brake.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import type { PolicyRequest, PolicyVerdict } from "../../domain/policy.ts";
import type { Policy } from "../../policy/contract.ts";
import { evaluate } from "../../policy/evaluate.ts";
import type { Tool } from "../../tools/contract.ts";
import type { Question } from "./checked-call.ts";
import type { PolicyStage } from "./policy.ts";

export interface Rulebook {
  readonly policy: () => Policy;
  readonly brakes: () => readonly Brake[];
  /** Whose account a connection of the configuration is. */
  readonly ownerOf: (connection: string) => "agent" | "user" | undefined;
}

export function byRules(book: Rulebook): PolicyStage {
  return (question) => {
    const policy = book.policy();
    return switchedOff(question, policy, book) ?? evaluate(policy, requestOf(question, book));
  };
}

function requestOf(
  { call, run, conversation, person, now, provenance }: Question,
  book: Rulebook,
): PolicyRequest {
  const { tool } = call;
  return {
    tenant: run.tenant,
    agent: run.agent,
    mode: run.mode,
    channel: conversation.address.channel,
    person: run.subject,
    personKind: kindOf(run.subject, person),
    tool: tool.name,
    effect: tool.effect,
    arguments: call.input,
    taint: run.taint,
    now,
    known: tool.name.includes("__") ? "server" : "builtin",
    ...withoutUndefined({
      destinationGiven: provenance.given,
      pin: tool.pin,
      connection: tool.needs?.connection,
      identity: identityOf(tool, run.subject, book),
    }),
  };
}

/** Whom nobody has described is a guest (ID-6); the agent itself, in a schedule of the file, is nobody's guest. */
function kindOf(subject: PersonKey, person: Person | undefined): Person["kind"] {
  return person?.kind ?? (subject.startsWith("agent:") ? "member" : "guest");
}

function identityOf(
  { needs }: Tool,
  subject: PersonKey,
  { ownerOf }: Rulebook,
): "agent" | PersonKey | undefined {
  if (needs === undefined) return "agent";
  const owner = ownerOf(needs.connection);
  return owner === "user" ? subject : owner;
}

function switchedOff({ call }: Question, policy: Policy, { brakes }: Rulebook): PolicyVerdict | undefined {
  const off = brakes().some(({ kind, name }) => kind === "tool" && name === call.tool.name);
  if (!off) return undefined;
  return {
    decision: "deny",
    rules: ["brake-tool"],
    why: "an operator has switched it off for now",
    version: policy.version,
    approvers: [],
    quorum: 1,
    notRequester: false,
  };
}
