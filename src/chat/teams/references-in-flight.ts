// References that are being written are known already: what is said to a place may be on its way before the place is stored.
//
//   RI1  Only what is not stored yet is answered from here; what is stored is asked of the store, where other processes write, too.

import type { TeamsPerson, TeamsPlace, TeamsReferences } from "./deps.ts";

export function referencesInFlight(stored: TeamsReferences): TeamsReferences {
  const places = new Map<string, TeamsPlace>();
  const people = new Map<string, TeamsPerson>();
  return {
    place: async (conversation) => places.get(conversation) ?? stored.place(conversation),
    anyPlace: () => stored.anyPlace(),
    savePlace: (place) => held(places, place.conversation, place, stored.savePlace(place)),
    gone: (conversation) => stored.gone(conversation),
    async person(key) {
      const coming = people.get(key);
      if (coming?.personal !== undefined) return coming;
      const kept = await stored.person(key);
      return coming === undefined ? kept : { ...kept, ...coming };
    },
    personByUserId: (userId) => stored.personByUserId(userId),
    savePerson: (person) => held(people, person.key, person, stored.savePerson(person)),
  };
}

/** Under `key` for as long as it is being saved. */
// oxlint-disable-next-line max-params -- a map's entry, and what it waits for
async function held<T>(map: Map<string, T>, key: string, value: T, saving: Promise<void>): Promise<void> {
  map.set(key, value);
  try {
    await saving;
  } finally {
    if (map.get(key) === value) map.delete(key);
  }
}
