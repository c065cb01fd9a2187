// What is said about accounts, apart from their cards.

export const membersOnly = "Only members of this organisation can connect accounts.";
export const ownersOnly = "Only whose account it is can say that.";

/** After `connect <name>`, by what came of it. */
export const asked = {
  asked: (name: string) => `I sent you a private message with a link to connect ${name}.`,
  under_way: (name: string) => `I asked you for ${name} already: the link is in my private message to you.`,
  unknown: (name: string) => `There is no connection ${name}. An operator can add it.`,
  agents_own: (name: string) => `${name} is my own account; there is nothing for you to connect.`,
  per_run: (name: string) =>
    `I can't connect ${name} ahead of the work: it is for one piece of work at a time. When the next one needs it, I send you a private message with a link.`,
} as const;

export const noAccounts =
  "You have connected no account with me. I ask you for one when your work needs it, and `connect` with its name does it at once.";

export function usedNow(name: string, account: string): string {
  return `From now on I use ${account} for ${name}.`;
}

export function disconnected(name: string, accounts: readonly string[]): string {
  if (accounts.length === 0) return `You have no ${name} connection.`;
  return `Disconnected ${name} (${accounts.join(", ")}). I can't use it any more, and the access is given back.`;
}
