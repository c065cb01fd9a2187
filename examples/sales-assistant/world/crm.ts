// Fernway's CRM: everybody sees their own book and writes into it.

import { z } from "zod";
import type { Account, Activity } from "./book.ts";
import type { ServiceTool } from "./door.ts";

export interface Crm {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly tools: readonly ServiceTool[];
  /** What people asked for that is not in their book. */
  readonly strays: readonly { readonly person: string; readonly account: string }[];
}

export const crmScopes = {
  "crm.read": "See the accounts in your book, with contacts, contracts and deals",
  "crm.log": "Write activities under your name",
} as const;

const Words = z.object({ query: z.string() });
const Named = z.object({ account: z.string() });
const Logged = Named.extend({ kind: z.enum(["call", "mail", "note"]), summary: z.string() });

export function createCrm(book: readonly Account[], now: () => number): Crm {
  const accounts = new Map(book.map((account) => [account.id, account]));
  const strays: { person: string; account: string }[] = [];
  const own = (id: string, person: string): Account => {
    const found = accounts.get(id);
    if (found?.owner === person) return found;
    strays.push({ person, account: id });
    throw new Error(`There is no account ${id} in the book of ${person}.`);
  };
  return {
    accounts,
    strays,
    tools: [findAccounts(accounts), getAccount(own), logActivity({ accounts, own, now })],
  };
}

type Own = (id: string, person: string) => Account;

const account = Named.shape.account.describe("The account's id, as find_accounts gives it");

function findAccounts(accounts: ReadonlyMap<string, Account>): ServiceTool {
  return {
    name: "find_accounts",
    description:
      "Finds accounts in your own book by a part of their name. Gives id, name and the day of renewal.",
    scope: "crm.read",
    reads: true,
    input: { query: Words.shape.query.describe("A part of the name") },
    run: (args, person) => {
      const wanted = Words.parse(args).query.toLowerCase();
      const mine = [...accounts.values()].filter(({ owner }) => owner === person);
      const found = mine.filter(({ name }) => name.toLowerCase().includes(wanted));
      return {
        accounts: found.map(({ id, name, contract }) => ({ id, name, renews_on: contract.renews_on })),
      };
    },
  };
}

function getAccount(own: Own): ServiceTool {
  return {
    name: "get_account",
    description: "Gives one account of your book: contacts, contract, deals and activities.",
    scope: "crm.read",
    reads: true,
    input: { account },
    run: (args, person) => own(Named.parse(args).account, person),
  };
}

interface Logging {
  readonly accounts: Map<string, Account>;
  readonly own: Own;
  readonly now: () => number;
}

function logActivity({ accounts, own, now }: Logging): ServiceTool {
  return {
    name: "log_activity",
    description:
      "Writes an activity under an account of your book, in your name. Colleagues see it, customers don't.",
    scope: "crm.log",
    reads: false,
    input: {
      account,
      kind: Logged.shape.kind.describe("What it was"),
      summary: Logged.shape.summary.describe("One or two sentences"),
    },
    run: (args, person) => {
      const { account: id, kind, summary } = Logged.parse(args);
      const found = own(id, person);
      const on = new Date(now()).toISOString().slice(0, 10);
      const activity: Activity = { on, by: person, kind, summary };
      accounts.set(id, { ...found, activities: [...found.activities, activity] });
      return { logged: activity };
    },
  };
}
