// What is said about several keys of one person. A code is shown to nobody else.

import type { PersonKey } from "../../domain/ids.ts";

const platforms: Readonly<Record<string, string>> = {
  slack: "Slack",
  teams: "Microsoft Teams",
  local: "the local chat",
};

export function platformOf(key: PersonKey): string {
  const [platform = ""] = key.split(":", 1);
  return platforms[platform] ?? platform;
}

const minutes = 10;
export const codeLifeMs = minutes * 60_000;

export const membersOnly = "Only members of this organisation can link who they are elsewhere.";
export const burnt =
  "A code counts in a direct message to me only, and others could read this one here. It is void; nothing was linked. Begin again with `link`.";
export const noSuchCode =
  "That code doesn't work: it was used already, has expired, or is mistyped. Nothing was linked. Begin again with `link`.";
export const notForYou = "That code was for somebody else. It is void, and nothing was linked.";
export const sameOrganisation =
  "That code comes from the same organisation that you are writing in, where nobody is two people. Nothing was linked.";
export const withdrawn = "An operator has withdrawn access from one of the two. Nothing was linked.";
export const already = "You are linked already, so there is nothing to do.";
export const notLinked = "You are linked with nobody, so there is nothing to end.";

export function offered(code: string): string {
  return [
    `To show me that you are the same person on another platform, write this to me there, in a direct message, within ${minutes} minutes:`,
    `\`link ${code}\``,
    "Nothing is linked before you have confirmed it here. Give the code to nobody, whoever asks for it.",
  ].join("\n\n");
}

/** To whoever entered the first code. */
export function confirmWith(code: string, beganAs: PersonKey, name: string): string {
  return [
    `This would make you one person with ${name} in ${platformOf(beganAs)}. If that is you, write this to me there, in a direct message, within ${minutes} minutes:`,
    `\`link ${code}\``,
    "If you did not begin this yourself, do nothing, and give the code to nobody: nothing is linked.",
  ].join("\n\n");
}

/** To whom the first code was shown. */
export function entered(by: PersonKey, name: string): string {
  return `${name} in ${platformOf(by)} entered the code that I showed you. If that is you, confirm it here with the code that you were shown there. If it is not, do nothing: nothing is linked, and the code is void.`;
}

export function linked(other: PersonKey): string {
  return `You are linked with yourself in ${platformOf(other)} now. Where two people have to decide, you count as one; whoever withdraws your access withdraws both. Accounts and what I remember stay where they are. \`unlink\` ends it.`;
}

export function unlinked(others: readonly PersonKey[]): string {
  const where = [...new Set(others.map(platformOf))].join(" and ");
  return `You are not linked with yourself in ${where} any more. For another week I count you as one where two people have to decide.`;
}
