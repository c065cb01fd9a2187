// Where messages of Teams go, as rows of the store.

import type { Clock } from "../base/clock.ts";
import { parseJson } from "../base/json.ts";
import type { TeamsAccount, TeamsPerson, TeamsPlace, TeamsReferences } from "../chat/teams/deps.ts";
import type { Store } from "../store/contract.ts";
import type { TeamsPersonRow, TeamsPlaceRow } from "../store/contract-platforms.ts";

export interface TeamsRowsDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** The one tenant that is served. */
  readonly tenant: string;
}

export function createTeamsReferences({ store, clock, tenant }: TeamsRowsDeps): TeamsReferences {
  return {
    place: async (conversation) =>
      toPlace(await store.read((tx) => tx.teamsReferences.findPlace(tenant, conversation))),
    anyPlace: async () => toPlace(await store.read((tx) => tx.teamsReferences.anyPlace(tenant))),
    savePlace({ conversation, kind, serviceUrl, bot }) {
      const reference = JSON.stringify({
        serviceUrl,
        channelId: "msteams",
        bot,
        conversation: { id: conversation, tenantId: tenant },
      });
      const row = { tenant, conversation, kind, serviceUrl, reference, seenAt: clock.now() };
      return store.write((tx) => tx.teamsReferences.savePlace(row), { awaited: true });
    },
    gone: (conversation) =>
      store.write((tx) => tx.teamsReferences.markGone(tenant, conversation, clock.now())),
    person: async (key) => toPerson(await store.read((tx) => tx.teamsReferences.findPerson(key))),
    personByUserId: async (userId) =>
      toPerson(await store.read((tx) => tx.teamsReferences.personByUserId(tenant, userId))),
    savePerson(person) {
      const row = { ...person, tenant, seenAt: clock.now() };
      return store.write(
        (tx) =>
          tx.teamsReferences.savePerson({
            key: row.key,
            tenant,
            userId: row.userId,
            seenAt: row.seenAt,
            ...(row.personal === undefined ? {} : { personal: row.personal }),
          }),
        { awaited: true },
      );
    },
  };
}

function toPlace(row: TeamsPlaceRow | undefined): TeamsPlace | undefined {
  if (row === undefined) return undefined;
  const { conversation, kind, serviceUrl, reference, goneAt } = row;
  const bot = botIn(parseJson(reference)?.value);
  return { conversation, kind, serviceUrl, bot, ...(goneAt === undefined ? {} : { gone: true }) };
}

function botIn(reference: unknown): TeamsAccount {
  const bot = typeof reference === "object" && reference !== null && "bot" in reference ? reference.bot : {};
  if (typeof bot !== "object" || bot === null || !("id" in bot) || typeof bot.id !== "string")
    return { id: "" };
  return { id: bot.id, ...("name" in bot && typeof bot.name === "string" ? { name: bot.name } : {}) };
}

function toPerson(row: TeamsPersonRow | undefined): TeamsPerson | undefined {
  return (
    row && {
      key: row.key,
      userId: row.userId,
      ...(row.personal === undefined ? {} : { personal: row.personal }),
    }
  );
}
