// Keeps where messages go, from every activity (T-M11): written when it is new, not each time.
//
//   RF1  Only what a verified activity says is kept, and only service URLs whose host is allowed.

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
  const isNew = (key: string, value: unknown): boolean => {
    const text = JSON.stringify(value);
    if (kept.get(key) === text) return false;
    if (kept.size >= mostRemembered) kept.clear();
    kept.set(key, text);
    return true;
  };
  return {
    async keep(activity) {
      const place = placeOf(settings, activity);
      if (isNew(`place ${place.conversation}`, place)) await references.savePlace(place);
      const person = personOf(settings, activity, place);
      if (person === undefined || !isNew(`person ${person.key} ${person.personal ?? ""}`, person))
        return false;
      const before = person.personal === undefined ? undefined : await references.person(person.key);
      await references.savePerson(person);
      return person.personal !== undefined && before?.personal !== person.personal;
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
