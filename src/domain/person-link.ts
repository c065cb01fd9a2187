// Keys that one person has proved to be theirs, on several platforms, by `link`: whoever has several counts as one.
//
//   LK1  A link only takes away: linked keys are one where somebody else has to decide (four eyes, quorum) and where access is
//        withdrawn. It gives none of them a right, an account or a memory of another.
//   LK2  A link that was ended counts for another week, so that nobody ends one to decide on their own request.

import type { PersonKey } from "./ids.ts";

/** One key's part in a link. */
export interface PersonLink {
  readonly key: PersonKey;
  /** What all keys of one person have in common, and no others. */
  readonly person: string;
  readonly since: number;
  readonly endedAt?: number;
}

export type SamePerson = (one: PersonKey, other: PersonKey) => boolean;

const countsAfterEndMs = 7 * 24 * 3_600_000;

/** LK2: the links that count at `now` are those that had not ended by then. */
export function linksCountFrom(now: number): number {
  return now - countsAfterEndMs;
}

export function samePerson(links: readonly PersonLink[]): SamePerson {
  const people = new Map<PersonKey, Set<string>>();
  for (const { key, person } of links) {
    const known = people.get(key) ?? new Set();
    people.set(key, known.add(person));
  }
  const of = (key: PersonKey): ReadonlySet<string> => people.get(key) ?? new Set();
  return (one, other) => one === other || [...of(one)].some((person) => of(other).has(person));
}

/** As many as there are people behind the keys. */
export function countPeople(keys: readonly PersonKey[], same: SamePerson): number {
  return keys.filter((key, at) => !keys.slice(0, at).some((earlier) => same(earlier, key))).length;
}

/** Where nobody is linked with anybody. */
export const sameKey: SamePerson = (one, other) => one === other;

/** Of different platforms or organisations: within one of them nobody has two keys. */
export function isElsewhere(one: PersonKey, other: PersonKey): boolean {
  return organisationOf(one) !== organisationOf(other);
}

function organisationOf(key: PersonKey): string {
  return key.split(":", 2).join(":");
}
