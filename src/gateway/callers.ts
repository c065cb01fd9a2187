// Who asks by a token, and not by a platform that vouches for them: may they be served?
//
//   CA1  Served is who would be served in direct messages of their own platform (ID-2, OPS-1, OPS-2): somebody whom it has described
//        before, and who is a member there now, as it says. Where it can't say, nobody is.

import type { ChatPlatform } from "../chat/contract.ts";
import { directLine } from "../domain/conversation.ts";
import type { PersonKey, TenantId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { refusedPlaces } from "../runtime/voice/replies.ts";
import { unknownCaller } from "../runtime/voice/handed-words.ts";
import { servedAt } from "./addressing.ts";
import type { Desk } from "./desk.ts";
import type { RulesFor } from "./rules.ts";

export interface Caller {
  readonly person: Person;
  readonly tenant: TenantId;
  readonly platform: ChatPlatform;
  /** The program that speaks for them. */
  readonly program: string;
}

export type CallerAnswer =
  | { readonly kind: "served"; readonly caller: Caller }
  | { readonly kind: "refused"; readonly why: string; readonly text: string };

export interface CallerDeps {
  readonly desk: Desk;
  /** By name. */
  readonly platforms: ReadonlyMap<string, ChatPlatform>;
  readonly rulesFor: RulesFor;
  readonly now: () => number;
}

/** How long what a platform said of somebody holds (ID-2). */
const describedMs = 5 * 60_000;

/** Rejects with `AppError` where nobody can say now. */
export async function findCaller(deps: CallerDeps, key: PersonKey, program: string): Promise<CallerAnswer> {
  const known = await deps.desk.read(async (tx) => {
    const person = await tx.people.find(key);
    const seen = await tx.people.lastSeen(key);
    const isRevoked = (await tx.brakes.find("person", key)) !== undefined; // now, and not as of the last look
    return person && seen && { person, seen, isRevoked };
  });
  const platform = deps.platforms.get(key.split(":", 1)[0] ?? "");
  if (!known || !platform?.people) return refusedAs("unknown", unknownCaller);
  const { person, seen, isRevoked } = known;
  if (isRevoked) return refusedAs("revoked", refusedPlaces.revoked);
  const { tenant } = seen;
  const isFresh = seen.at > deps.now() - describedMs;
  const kind = isFresh ? person.kind : await platform.people.standing(key, directLine(key, tenant));
  if (kind === "absent" || kind === "gone" || kind === "bot") return refusedAs("unknown", unknownCaller);
  if (!isFresh) await deps.desk.decide((d) => d.tx.people.see({ ...person, kind }, tenant, d.now));
  const rules = deps.rulesFor(directLine(key, tenant));
  const served = servedAt({ ...person, kind }, { kind: "dm", rules });
  if (served.kind === "refused") return refusedAs(served.why, refusedPlaces[served.why]);
  return { kind: "served", caller: { person: { ...person, kind }, tenant, platform, program } };
}

function refusedAs(why: string, text: string): CallerAnswer {
  return { kind: "refused", why, text };
}
