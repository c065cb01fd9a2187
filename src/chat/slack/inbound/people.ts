// Who a Slack user id is: name, zone, language and standing, from `users.info`.
//
//   SP1  Guests and people of other organisations are told apart before anything is stored: where neither Slack nor
//        memory can say who somebody is, the delivery is not taken, and Slack sends it again.
//   SP2  One person has one key, whatever a payload happens to say beside the id.
//   SP3  One look-up at a time per person; an old answer is better than none while Slack is down: our own, or the
//        store's of the last day.
//   SP4  Where Slack lets nobody be looked up any more for now, everybody is asked for at once.
//   SP5  Whoever asks how somebody stands gets Slack's answer of now, or none.
//   SP6  An answer is believed for five minutes, and for who decides an approval asked for anew; where Slack gives none, one that is
//        older is not believed then (ID-2).
//   SP7  Slack sends no click, form or command again: whose author can't be known now is taken as `unchecked`, and what it asks for is
//        decided when that is known (gateway/known-authors.ts).

import { within } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import { isApprovalAction } from "../../../domain/actions.ts";
import { type PersonKey, personKey } from "../../../domain/ids.ts";
import { isLocale, type Person } from "../../../domain/person.ts";
import type { Standing } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import { slackUser } from "../outbound/address.ts";
import type { SlackHome } from "./home.ts";

/** `user` of the answer to `users.info`, as far as it is read. */
export interface SlackUser {
  readonly team_id?: string | undefined;
  readonly name?: string | undefined;
  readonly real_name?: string | undefined;
  readonly profile?:
    | {
        readonly display_name?: string | undefined;
        readonly real_name?: string | undefined;
        readonly email?: string | undefined;
      }
    | undefined;
  readonly tz?: string | undefined;
  readonly locale?: string | undefined;
  /** Deactivated. */
  readonly deleted?: boolean | undefined;
  readonly is_bot?: boolean | undefined;
  readonly is_restricted?: boolean | undefined;
  readonly is_ultra_restricted?: boolean | undefined;
  readonly is_stranger?: boolean | undefined;
  readonly enterprise_user?: { readonly enterprise_id?: string | undefined } | undefined;
}

/** Undefined where Slack says for good that it shows no such user. Rejects where it can't say now. */
export type LookUpUser = (teamId: string, userId: string) => Promise<SlackUser | undefined>;

/** What a payload says about a person beside the id: it may only make their standing worse. */
export interface PersonHints {
  readonly team?: string | undefined;
  readonly guest?: boolean | undefined;
}

/** Whether an answer of a moment ago will do (SP6). */
export type Freshness = "believed" | "asked-anew";

/** What a click on an approval is judged by is as fresh as can be had. */
export function freshnessFor(action: string): Freshness {
  return isApprovalAction(action) ? "asked-anew" : "believed";
}

export interface People {
  /** Rejects with `ChatError` (`chat.unavailable`) where it can't be known now (SP1). */
  find(home: SlackHome, userId: string, hints?: PersonHints, freshness?: Freshness): Promise<Person>;
  /** SP7. Never rejects. */
  orUnchecked(home: SlackHome, userId: string, hints?: PersonHints, freshness?: Freshness): Promise<Person>;
  /** For somebody who is only mentioned: by the given name where nothing is known. */
  named(home: SlackHome, userId: string, label?: string): Promise<Person>;
  /** SP5. Rejects where Slack can't say now. */
  standing(team: string, person: PersonKey): Promise<Standing>;
}

/** Everybody of a workspace, asked for in one go. */
export interface Roster {
  /** Undefined for whom the list does not have. Rejects where Slack gives none. */
  find(team: string, userId: string): Promise<SlackUser | undefined>;
}

/** A person as the store last had them; undefined where it has not for a day. */
export type RecallPerson = (key: PersonKey) => Promise<Person | undefined>;

export interface PeopleDeps {
  readonly lookUp: LookUpUser;
  readonly roster?: Roster;
  readonly recall?: RecallPerson | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ttlMs?: number;
  readonly patienceMs?: number;
  readonly most?: number;
}

interface Known {
  readonly user: SlackUser | undefined;
  readonly at: number;
}

type Told = Pick<Known, "user">;

const fiveMinutes = 5 * 60_000;

export function createPeople({ lookUp, roster, recall: stored, clock, log, ...limits }: PeopleDeps): People {
  const { ttlMs = fiveMinutes, patienceMs = 1_500, most = 10_000 } = limits;
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<Known>>();

  const ask = (team: string, id: string): Promise<Known> => {
    const key = `${team}:${id}`;
    const asked = underWay.get(key);
    if (asked) return asked;
    const asking = lookUp(team, id)
      .catch((error: unknown) => fromRoster(roster, { team, id }, error))
      .then((user) => remember(known, { key, most }, { user, at: clock.now() }))
      .finally(() => underWay.delete(key));
    asking.catch((error: unknown) =>
      log.warn("A person could not be looked up", { user: id, reason: errorText(error) }),
    );
    underWay.set(key, asking);
    return asking;
  };
  /** Undefined: nobody can say now. */
  const recall = async ({ team, id }: WhichUser, freshness: Freshness): Promise<Told | undefined> => {
    const old = known.get(`${team}:${id}`);
    const isYoung = old !== undefined && clock.now() - old.at < ttlMs;
    if (isYoung && freshness === "believed") return old;
    // One that takes longer goes on, for the next who asks.
    const told = await within(
      clock,
      patienceMs,
      ask(team, id).catch(() => undefined),
    );
    if (freshness === "asked-anew") return told ?? (isYoung ? old : undefined);
    return told ?? old ?? (await fromStore(stored, { team, id }, log));
  };

  return {
    async find(home, userId, hints = {}, freshness = "believed") {
      const found = await recall({ team: home.installation.teamId, id: userId }, freshness);
      if (found) return toPerson(home, userId, found.user, hints);
      throw notKnownNow(userId);
    },
    async orUnchecked(home, userId, hints = {}, freshness = "believed") {
      const which = { team: home.installation.teamId, id: userId };
      const found = await recall(which, freshness);
      if (found) return toPerson(home, userId, found.user, hints);
      const old = known.get(`${which.team}:${userId}`) ?? (await fromStore(stored, which, log));
      return unchecked(home, userId, old?.user, hints);
    },
    async named(home, userId, label) {
      const found = await recall({ team: home.installation.teamId, id: userId }, "believed");
      const person = toPerson(home, userId, found?.user, {});
      return found?.user === undefined && label ? { ...person, name: label } : person;
    },
    async standing(team, person) {
      const { organisation, user: id } = slackUser(person);
      return standingOf((await ask(team, id)).user, team, organisation === team);
    },
  };
}

function remember(
  known: Map<string, Known>,
  { key, most }: { readonly key: string; readonly most: number },
  entry: Known,
): Known {
  known.delete(key);
  known.set(key, entry);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
  return entry;
}

function notKnownNow(userId: string): ChatError {
  return new ChatError(
    "chat.unavailable",
    `Could not learn from Slack who ${userId} is, so nothing of theirs is taken now; Slack sends it again. If this goes on, look whether Slack is up and the bot token has users:read.`,
    { fate: "refused", retry: { kind: "backoff" }, facts: { user: userId } },
  );
}

export function standingOf(user: SlackUser | undefined, team: string, isOfTeam: boolean): Standing {
  if (user === undefined) return "absent";
  return user.deleted === true ? "gone" : kindOf(user, {}, isOfTeam && isStillOurs(user, team));
}

interface WhichUser {
  readonly team: string;
  readonly id: string;
}

/** Rejects as the look-up did where that is not for the pace, or where the list has nobody of that id (SP1). */
async function fromRoster(
  roster: Roster | undefined,
  { team, id }: WhichUser,
  error: unknown,
): Promise<SlackUser> {
  const isPace = error instanceof ChatError && error.code === "chat.rate_limited";
  const user = isPace ? await roster?.find(team, id) : undefined;
  if (user === undefined) throw error;
  return user;
}

async function fromStore(
  stored: RecallPerson | undefined,
  { team, id }: WhichUser,
  log: Logger,
): Promise<Pick<Known, "user"> | undefined> {
  try {
    const person = await stored?.(personKey("slack", team, id));
    return person && { user: asUser(person) };
  } catch (error) {
    log.warn("The store could not be asked for a person", { user: id, reason: errorText(error) });
    return undefined;
  }
}

/** What `toPerson` makes the same person of. */
function asUser({ name, kind, timeZone, locale }: Person): SlackUser {
  return {
    profile: { display_name: name },
    tz: timeZone,
    locale,
    is_bot: kind === "bot",
    is_restricted: kind === "guest",
    is_stranger: kind === "external",
  };
}

function toPerson(home: SlackHome, userId: string, user: SlackUser | undefined, hints: PersonHints): Person {
  const team = user?.team_id ?? hints.team;
  const ours = isOurs(home, user, team);
  return {
    key: personKey("slack", ours || team === undefined ? home.installation.teamId : team, userId),
    name: nameOf(user) ?? userId,
    kind: kindOf(user, hints, ours),
    ...(user?.tz ? { timeZone: user.tz } : {}),
    ...(user?.locale !== undefined && isLocale(user.locale) ? { locale: user.locale } : {}),
  };
}

/** The least that they may be, under the key that they will have: what is known from before says no more than a name. */
function unchecked(home: SlackHome, userId: string, user: SlackUser | undefined, hints: PersonHints): Person {
  const ours = hints.team !== undefined && home.teams.has(hints.team);
  const person = toPerson(home, userId, user, ours ? {} : hints);
  return { ...person, kind: "external", unchecked: true };
}

/** Of this workspace or its organisation. Of whom Slack shows nothing is not. */
function isOurs({ teams }: SlackHome, user: SlackUser | undefined, team: string | undefined): boolean {
  if (user === undefined || user.is_stranger === true || user.deleted === true) return false;
  const organisation = user.enterprise_user?.enterprise_id;
  if (organisation !== undefined && teams.has(organisation)) return true;
  return team === undefined || teams.has(team);
}

/** Of whom a key of this installation says so: in its workspace, or in another one of its organisation. */
function isStillOurs(
  { is_stranger: stranger, team_id: theirs, enterprise_user: wide }: SlackUser,
  team: string,
): boolean {
  return stranger !== true && (theirs === undefined || theirs === team || wide !== undefined);
}

function kindOf(user: SlackUser | undefined, hints: PersonHints, ours: boolean): Person["kind"] {
  if (user?.is_bot === true) return "bot";
  if (!ours) return "external";
  const guest = user?.is_restricted === true || user?.is_ultra_restricted === true || hints.guest === true;
  return guest ? "guest" : "member";
}

export function nameOf(user: SlackUser | undefined): string | undefined {
  const names = [user?.profile?.display_name, user?.profile?.real_name, user?.real_name, user?.name];
  return names.map((name) => name?.replace(/\s+/g, " ").trim()).find((name) => name);
}
