// Keeps where messages go, from every activity (T-M11): written when it is new, not each time.
//
//   RF1  Only what a verified activity says is kept, and only service URLs whose host is allowed.
//   RF2  What could not be written counts as new the next time; so does what was given up meanwhile, here or, within ten minutes, by
//        another process; and what an installation says is always written.

import type { Clock } from "../../../base/clock.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { TeamsDeps, TeamsPerson, TeamsPlace, TeamsReferences } from "../deps.ts";
import { addressOf, splitConversation, teamsPerson } from "./home.ts";
import type { Activity } from "./shapes.ts";

export interface ReferenceKeeper {
  /** Resolves to true if a private line to this person was not known before. */
  keep(activity: Activity): Promise<boolean>;
  /** The app was added there: the place is written whatever is remembered. */
  keepAnew(activity: Activity): Promise<boolean>;
  /** The app was removed there. */
  forget(activity: Activity): Promise<void>;
  /** The same references, whose `gone` is noticed here. */
  readonly references: TeamsReferences;
}

const rememberedMs = 10 * 60_000;
const mostRemembered = 20_000;

export function createReferenceKeeper({
  references,
  settings,
  clock,
}: Pick<TeamsDeps, "references" | "settings"> & { readonly clock: Clock }): ReferenceKeeper {
  const kept = createShortMemory<string>(clock, { ms: rememberedMs, most: mostRemembered });
  /** False if it is as it was the last time. */
  const keepNew = async (key: string, value: unknown, save: () => Promise<void>): Promise<boolean> => {
    const text = JSON.stringify(value);
    if (kept.get(key) === text) return false;
    kept.set(key, text);
    try {
      await save();
      return true;
    } catch (error) {
      kept.delete(key); // RF2
      throw error;
    }
  };
  const keepPerson = async (person: TeamsPerson): Promise<boolean> => {
    const { personal } = person;
    let before: TeamsPerson | undefined;
    const isNew = await keepNew(`person ${person.key} ${personal ?? ""}`, person, async () => {
      before = personal === undefined ? undefined : await references.person(person.key);
      await references.savePerson(person);
    });
    return isNew && personal !== undefined && before?.personal !== personal;
  };
  const keep = async (activity: Activity): Promise<boolean> => {
    const place = placeOf(settings, activity);
    const person = personOf(settings, activity, place);
    const [, isNewLine] = await Promise.all([
      keepNew(placeKey(place.conversation), place, () => references.savePlace(place)),
      person === undefined ? false : keepPerson(person),
    ]);
    return isNewLine;
  };
  const gone = async (conversation: string): Promise<void> => {
    try {
      await references.gone(conversation);
    } finally {
      kept.delete(placeKey(conversation));
    }
  };
  return {
    keep,
    async keepAnew(activity) {
      kept.delete(placeKey(splitConversation(activity.conversation.id).channel));
      return keep(activity);
    },
    forget: (activity) => gone(splitConversation(activity.conversation.id).channel),
    references: { ...references, gone },
  };
}

function placeKey(conversation: string): string {
  return `place ${conversation}`;
}

function placeOf(settings: TeamsDeps["settings"], activity: Activity): TeamsPlace {
  const { kind, channel } = addressOf(settings, activity);
  const { recipient, serviceUrl } = activity;
  const bot =
    recipient === undefined ? { id: `28:${settings.appId}` } : { id: recipient.id, name: recipient.name };
  return { conversation: channel, kind, serviceUrl, bot };
}

function personOf(
  { tenantId }: TeamsDeps["settings"],
  { from }: Activity,
  { kind, conversation }: TeamsPlace,
): TeamsPerson | undefined {
  if (from.role === "bot" || from.id.startsWith("28:")) return undefined;
  const key = teamsPerson(tenantId, from.aadObjectId ?? from.id);
  return { key, userId: from.id, ...(kind === "dm" ? { personal: conversation } : {}) };
}
