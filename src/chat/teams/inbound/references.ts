// Keeps where messages go, from every activity (T-M11): written when it is new, not each time.
//
//   RF1  Only what a verified activity says is kept, and only service URLs whose host is allowed.
//   RF2  What could not be written counts as new the next time.

import type { TeamsDeps, TeamsPerson, TeamsPlace } from "../deps.ts";
import { addressOf, splitConversation, teamsPerson } from "./home.ts";
import type { Activity } from "./shapes.ts";

export interface ReferenceKeeper {
  /** Resolves to true if a private line to this person was not known before. */
  keep(activity: Activity): Promise<boolean>;
  forget(activity: Activity): Promise<void>;
}

const mostRemembered = 20_000;

export function createReferenceKeeper({
  references,
  settings,
}: Pick<TeamsDeps, "references" | "settings">): ReferenceKeeper {
  const kept = new Map<string, string>();
  /** False if it is as it was the last time. */
  const keepNew = async (key: string, value: unknown, save: () => Promise<void>): Promise<boolean> => {
    const text = JSON.stringify(value);
    if (kept.get(key) === text) return false;
    if (kept.size >= mostRemembered) kept.clear();
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
  return {
    async keep(activity) {
      const place = placeOf(settings, activity);
      const person = personOf(settings, activity, place);
      const [, isNewLine] = await Promise.all([
        keepNew(`place ${place.conversation}`, place, () => references.savePlace(place)),
        person === undefined ? false : keepPerson(person),
      ]);
      return isNewLine;
    },
    async forget(activity) {
      const { channel } = splitConversation(activity.conversation.id);
      kept.delete(`place ${channel}`);
      await references.gone(channel);
    },
  };
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
