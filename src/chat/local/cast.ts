// Who and what there is in the local chat: three people, two channels, and a direct line between each person and the
// agent. Fixed, so that examples, tests and pictures speak of the same people.

import { asTenantId, type PersonKey, personKey } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";

export const localPlatformName = "local";
export const localTenant = asTenantId("local");

export interface LocalPerson {
  readonly id: string;
  readonly key: PersonKey;
  readonly name: string;
  /** What the person is there for, in a word or two. */
  readonly role: string;
}

export interface LocalChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: "channel" | "dm";
  /** Absent where everybody is a member. */
  readonly member?: PersonKey;
}

function person(id: string, name: string, role: string): LocalPerson {
  return { id, key: personKey(localPlatformName, localTenant, id), name, role };
}

export const localPeople: readonly LocalPerson[] = [
  person("ana", "Ana", "asks for work"),
  person("bo", "Bo", "teammate"),
  person("ada", "Ada", "manager, approves"),
];

export const localChannels: readonly LocalChannel[] = [
  { id: "sales", name: "sales", kind: "channel" },
  { id: "general", name: "general", kind: "channel" },
  ...localPeople.map(({ id, key, name }) => ({ id: `dm-${id}`, name, kind: "dm" as const, member: key })),
];

export function findLocalPerson(key: PersonKey): LocalPerson | undefined {
  return localPeople.find((one) => one.key === key);
}

export function findLocalChannel(id: string): LocalChannel | undefined {
  return localChannels.find((one) => one.id === id);
}

export function isMember(channel: LocalChannel, key: PersonKey): boolean {
  return channel.member === undefined || channel.member === key;
}

export function toPerson({ key, name }: LocalPerson): Person {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { key, name, kind: "member", timeZone };
}
