// Who will see what is about to be posted (OUT-4): how many, a few by name, and everybody by name who is not of the organisation.

import type { Audience } from "../../domain/audience.ts";

const fewNames = 5;
const mostOutsiders = 10;

export const unknownAudience =
  "Who reads here could not be found out: take it that everybody in the organisation does, and others.";

export function audienceInWords({ count, people, open }: Audience): string {
  const members = people.filter(({ kind }) => kind === "member").map(({ name }) => name);
  const named = members.slice(0, fewNames);
  const others = count - named.length;
  const who = others > 0 && named.length > 0 ? `${named.join(", ")} and ${others} more` : named.join(", ");
  const of = (kind: "guest" | "external"): string[] =>
    people.filter((one) => one.kind === kind).map(({ name }) => name);
  return [
    `${count === 1 ? "One person reads" : `${count} people read`} here${who === "" ? "" : `: ${who}`}.`,
    ...outsiders("Guests among them", of("guest")),
    ...outsiders("From other organisations", of("external")),
    ...(people.length < count ? ["Not all of them could be looked up."] : []),
    ...(open ? ["Everybody in the organisation can read it, and join."] : []),
  ].join(" ");
}

function outsiders(label: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > mostOutsiders ? ` and ${names.length - mostOutsiders} more` : "";
  return [`${label}: ${names.slice(0, mostOutsiders).join(", ")}${more}.`];
}
