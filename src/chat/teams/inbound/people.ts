// Who wrote: a person as Teams describes them, by their Entra ID object.
//
//   TP1  Bots, guests and people of other tenants are told apart, so that the gateway can decide about them.
//   TP2  Whom Teams can't describe now is taken as what the signed activity shows: somebody of this tenant.
//   TP3  An answer is believed for five minutes, and asked for anew for who decides an approval: there, whom Teams can't describe is
//        nobody who decides (ID-2).

import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { Person } from "../../../domain/person.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { TeamsReferences, TeamsSettings } from "../deps.ts";
import { teamsPerson } from "./home.ts";
import { type Activity, ClientInfo } from "./shapes.ts";

/** A member of a conversation as the connector tells. */
export interface Member {
  readonly tenantId?: string | undefined;
  readonly userRole?: string | undefined;
  readonly aadObjectId?: string | undefined;
  readonly userPrincipalName?: string | undefined;
}

export interface PeopleDeps {
  readonly settings: TeamsSettings;
  readonly references: TeamsReferences;
  readonly clock: Clock;
  readonly log: Logger;
  readonly member: (activity: Activity, userId: string) => Promise<Member | undefined>;
}

export interface People {
  /** `decides`: they press a button of an approval. */
  author(activity: Activity, decides?: boolean): Promise<Person>;
  /** The key of somebody who is mentioned. */
  mentioned(activity: Activity, mentioned: Mentioned): Promise<PersonKey>;
}

export interface Mentioned {
  readonly id: string;
  readonly aadObjectId?: string | undefined;
}

const rememberedMs = 300_000;
const askedAgainMs = 300_000;
const mostRemembered = 20_000;

export function createPeople(deps: PeopleDeps): People {
  const { settings, references, clock, log } = deps;
  const known = createShortMemory<Member>(clock, { ms: rememberedMs, most: mostRemembered });
  const unknown = createShortMemory<true>(clock, { ms: askedAgainMs, most: mostRemembered });

  const describe: Describe = async (activity, userId, anew = false) => {
    const remembered = known.get(userId);
    if (!anew && (remembered ?? unknown.has(userId))) return remembered;
    try {
      const member = await deps.member(activity, userId);
      if (member) known.set(userId, member);
      else unknown.set(userId, true);
      return member;
    } catch (error) {
      unknown.set(userId, true);
      log.debug("Teams did not say who somebody is", { reason: errorText(error) });
      return remembered;
    }
  };

  return {
    async author(activity, decides = false) {
      const { from } = activity;
      const timeZone = zoneOf(activity);
      return {
        key: teamsPerson(settings.tenantId, from.aadObjectId ?? from.id),
        name: nameOf(from.name),
        kind: await kindOf(settings, activity, (one, userId) => describe(one, userId, decides), decides),
        ...(timeZone === undefined ? {} : { timeZone }),
      };
    },
    async mentioned(activity, { id, aadObjectId }) {
      const stored = aadObjectId ?? (await references.personByUserId(id))?.key;
      if (stored !== undefined && stored !== aadObjectId) return teamsPersonKey(stored);
      const found = aadObjectId ?? (await describe(activity, id))?.aadObjectId ?? id;
      return teamsPerson(settings.tenantId, found);
    },
  };

  function teamsPersonKey(key: string): PersonKey {
    return teamsPerson(settings.tenantId, key.split(":").slice(2).join(":"));
  }
}

/** `anew`: not from memory, where it can be had. */
type Describe = (activity: Activity, userId: string, anew?: boolean) => Promise<Member | undefined>;

// oxlint-disable-next-line max-params -- whose, what they did, and how they are looked up
async function kindOf(
  { tenantId, playground }: TeamsSettings,
  activity: Activity,
  describe: Describe,
  decides: boolean,
): Promise<Person["kind"]> {
  const { from } = activity;
  if (from.role === "bot" || from.id.startsWith("28:")) return "bot";
  if (playground === true) return "member";
  if (from.aadObjectId === undefined) return "external";
  const member = await describe(activity, from.id);
  return member === undefined && decides ? "external" : roleOf(member ?? {}, tenantId);
}

/** What somebody is to the tenant `ours`. */
export function roleOf({ tenantId, userRole, userPrincipalName }: Member, ours: string): Person["kind"] {
  if (tenantId !== undefined && tenantId.toLowerCase() !== ours.toLowerCase()) return "external";
  if (userRole === "anonymous") return "external";
  return userRole === "guest" || userPrincipalName?.includes("#EXT#") === true ? "guest" : "member";
}

function nameOf(name: string | undefined): string {
  return name === undefined || name.trim() === "" ? "Somebody" : name.trim().slice(0, 200);
}

function zoneOf({ entities = [], localTimezone }: Activity): string | undefined {
  const zone = entities.map((entity) => ClientInfo.safeParse(entity).data?.timezone).find(Boolean);
  return [zone, localTimezone].find((one) => one !== undefined && isZone(one));
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
