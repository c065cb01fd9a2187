// What holds in a place: who is heard, how, and who may decide. Built from the configuration by the composition root.

import type { Budget } from "../domain/budget.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";

export const replyModes = ["mention-only", "followers", "all"] as const;
export type ReplyMode = (typeof replyModes)[number];

export interface PlaceRules {
  /** False: nobody is served here, and whoever mentions the agent is told so. */
  readonly enabled: boolean;
  readonly reply: ReplyMode;
  /** May guests and people of other organisations ask? */
  readonly guests: boolean;
  /** Bots that may mention the agent. All others are never answered. */
  readonly bots: readonly PersonKey[];
  /** The employee who works here. */
  readonly agent: string;
  readonly budget: Budget;
  readonly managers: readonly PersonKey[];
  /** May stop what runs here, besides subject and managers. */
  readonly approvers: readonly PersonKey[];
  /** Whom an operator has withdrawn access from (OPS-2). */
  readonly revoked: ReadonlySet<PersonKey>;
}

/** `agent` is who works there if it is not the place's own. */
export type RulesFor = (address: ConversationAddress, agent?: string) => PlaceRules;

type Asker = Pick<Person, "key" | "kind">;

/** Subject, or in employee mode also the agent's managers (I10, ID-7); never somebody from outside in the name of others (ID-2). */
export function maySteer(run: Run, { key, kind }: Asker, rules: PlaceRules): boolean {
  if (rules.revoked.has(key)) return false;
  return (
    key === run.subject || (run.mode === "employee" && kind === "member" && rules.managers.includes(key))
  );
}

/** Stopping harms nobody: managers and the place's approvers may do it in either mode (design 10). */
export function mayStop(run: Run, person: PersonKey, rules: PlaceRules): boolean {
  return person === run.subject || rules.managers.includes(person) || rules.approvers.includes(person);
}
