// What is written for a renewal: one page for the sales person, one letter to the customer. Every word from the account.

import type { Account } from "./account.ts";

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** Undefined where the account names nobody to write to. */
export function letterFor(account: Account, sender: string): Letter | undefined {
  const { contract, contacts, deals } = account;
  const [contact] = contacts;
  if (!contact) return undefined;
  const open = deals.find(({ stage }) => stage === "open");
  const more = open
    ? [
        "",
        `You also asked about “${open.title}”. I can put it into the same contract, for ${usd(open.usd)} more a year.`,
      ]
    : [];
  return {
    to: contact.email,
    subject: `${contract.product}: your renewal on ${contract.renews_on}`,
    body: [
      `Dear ${contact.name.split(" ", 1)[0]},`,
      "",
      `your contract for ${contract.product} (${contract.seats} seats, ${usd(contract.yearly_usd)} a year) renews on ${contract.renews_on}.`,
      `I would like to go on as before. If something should change, please tell me ${contract.notice_days} days before that day.`,
      ...more,
      "",
      "Would you have half an hour next week to go through it?",
      "",
      "Kind regards,",
      sender,
    ].join("\n"),
  };
}

export function briefOf({ name, contract, contacts, deals, activities }: Account): string {
  return [
    `# Renewal of ${name}`,
    `${contract.product}, ${contract.seats} seats, ${usd(contract.yearly_usd)} a year. Renews on ${contract.renews_on}, notice ${contract.notice_days} days before.`,
    section(
      "Who decides",
      contacts.map((one) => `${one.name}, ${one.role} (${one.email})`),
    ),
    section(
      "Open",
      deals.filter(({ stage }) => stage === "open").map((deal) => `${deal.title}: ${usd(deal.usd)} a year`),
    ),
    section(
      "What happened",
      activities.toReversed().map(({ on, summary }) => `${on}: ${summary}`),
    ),
    "Source: the account in the CRM, read with your own rights.",
    "",
  ].join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return [`## ${title}`, ...(lines.length > 0 ? lines : ["nothing"]).map((line) => `- ${line}`)].join("\n");
}

export function usd(amount: number): string {
  return `$${amount.toLocaleString("en-US")}`;
}
