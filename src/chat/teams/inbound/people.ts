// Who wrote: a person as Teams describes them, by their Entra ID object.
//
//   TP1  Bots, guests and people of other tenants are told apart, so that the gateway can decide about them.
//   TP2  Nothing that is heard waits for Teams to describe its author: whom it has not described is `unchecked`, and counts as
//        somebody from outside until it has. So does whom it describes without saying of which tenant.
//   TP3  An answer is believed for five minutes, and asked for anew for who decides an approval: there, whom Teams won't describe is
//        nobody who decides (ID-2), and whom it can't describe in time is asked to come again.

import { within } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import { isLocale, type Person } from "../../../domain/person.ts";
import { isTimeZone } from "../../../domain/wall-time.ts";
import { ChatError } from "../../errors.ts";
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
  author(activity: Activity): Person;
  /** Who presses a button of an approval (TP3). Never rejects; undefined where Teams can't say now. */
  decider(activity: Activity): Promise<Person | undefined>;
  /** The key of somebody who is mentioned. */
  mentioned(activity: Activity, mentioned: Mentioned): Promise<PersonKey>;
  /** Teams has said who somebody is. */
  learn(person: PersonKey, kind: Person["kind"]): void;
}

export interface Mentioned {
  readonly id: string;
  readonly aadObjectId?: string | undefined;
}

/** How long it holds what somebody is (ID-2); who they are stays the same. */
const describedMs = 5 * 60_000;
const rememberedMs = 24 * 3_600_000;
const askedAgainMs = 300_000;
/** A person waits for this answer before their own, and Teams for both (IV3). */
const deciderMs = 3_000;
const mostRemembered = 20_000;

export function createPeople({ settings, references, clock, log, member }: PeopleDeps): People {
  const described = createShortMemory<Person["kind"]>(clock, { ms: describedMs, most: mostRemembered });
  const keys = createShortMemory<string>(clock, { ms: rememberedMs, most: mostRemembered });
  const keyOf = (id: string): PersonKey => teamsPerson(settings.tenantId, id);

  /** By what Teams calls somebody where they are mentioned. Not asked again for a while where it can't say. */
  const objectIdOf = async (activity: Activity, userId: string): Promise<string> => {
    const remembered = keys.get(userId);
    if (remembered !== undefined) return remembered;
    try {
      const found = (await member(activity, userId))?.aadObjectId ?? userId;
      keys.set(userId, found);
      return found;
    } catch (error) {
      keys.set(userId, userId);
      clock.after(askedAgainMs, () => keys.delete(userId));
      log.debug("Teams did not say who somebody is", { reason: errorText(error) });
      return userId;
    }
  };

  const author = (activity: Activity): Person => {
    const { from } = activity;
    const key = keyOf(from.aadObjectId ?? from.id);
    return {
      key,
      name: nameOf(from.name),
      ...(kindOf(settings, activity) ?? known(described.get(key))),
      ...toldBy(activity),
    };
  };
  return {
    author,
    async decider(activity) {
      const { unchecked: _, ...person } = author(activity);
      if (kindOf(settings, activity) !== undefined) return person;
      const asked = member(activity, activity.from.id).then(
        (found) => {
          const kind = found ? roleOf(found, settings.tenantId) : "external";
          if (found) described.set(person.key, kind);
          return { kind };
        },
        (error: unknown) => {
          log.debug("Teams did not say who somebody is", { reason: errorText(error) });
          return isForNow(error) ? undefined : { kind: "external" as const };
        },
      );
      const answer = await within(clock, deciderMs, asked);
      return answer && { ...person, ...answer };
    },
    async mentioned(activity, { id, aadObjectId }) {
      if (aadObjectId !== undefined) return keyOf(aadObjectId);
      const stored = (await references.personByUserId(id))?.key;
      return stored ?? keyOf(await objectIdOf(activity, id));
    },
    learn: (person, kind) => described.set(person, kind),
  };
}

/** It may be otherwise in a minute. */
function isForNow(error: unknown): boolean {
  return (
    error instanceof ChatError && (error.code === "chat.unavailable" || error.code === "chat.rate_limited")
  );
}

type Described = Pick<Person, "kind" | "unchecked">;

function known(kind: Person["kind"] | undefined): Described {
  return kind === undefined ? { kind: "external", unchecked: true } : { kind };
}

/** What needs no asking. */
function kindOf({ playground }: TeamsSettings, { from }: Activity): Described | undefined {
  if (from.role === "bot" || from.id.startsWith("28:")) return { kind: "bot" };
  if (playground === true) return { kind: "member" };
  return from.aadObjectId === undefined ? { kind: "external" } : undefined;
}

/** What somebody is to the tenant `ours`. */
export function roleOf({ tenantId, userRole, userPrincipalName }: Member, ours: string): Person["kind"] {
  if (tenantId?.toLowerCase() !== ours.toLowerCase()) return "external";
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

function toldBy(activity: Activity): Pick<Person, "timeZone" | "locale"> {
  const timeZone = zoneOf(activity);
  const locale = localeOf(activity);
  return { ...(timeZone === undefined ? {} : { timeZone }), ...(locale === undefined ? {} : { locale }) };
}

/** What a client is set to goes before what the activity is written in. */
function localeOf({ entities = [], locale }: Activity): string | undefined {
  const set = entities.map((entity) => ClientInfo.safeParse(entity).data?.locale).find(Boolean);
  return [set, locale].find((one) => one !== undefined && isLocale(one));
}

/** Names of zones that were looked up: that takes long, and each message names one. */
const zones = new Map<string, boolean>();
const mostZones = 1_000;

function isZone(name: string): boolean {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (zones.size >= mostZones) zones.clear();
  const found = isTimeZone(name);
  zones.set(name, found);
  return found;
}
