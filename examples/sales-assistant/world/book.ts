// What stands in Fernway's CRM on the first day: made-up customers, each in the book of one person.

export interface Account {
  readonly id: string;
  readonly name: string;
  /** Whose book it is in: nobody else sees it. */
  readonly owner: string;
  readonly contacts: readonly Contact[];
  readonly contract: Contract;
  readonly deals: readonly Deal[];
  readonly activities: readonly Activity[];
}

interface Contact {
  readonly name: string;
  readonly role: string;
  readonly email: string;
}

interface Contract {
  readonly product: string;
  readonly seats: number;
  /** Whole US dollars a year. */
  readonly yearly_usd: number;
  /** A day, such as 2027-01-31. */
  readonly renews_on: string;
  readonly notice_days: number;
}

interface Deal {
  readonly id: string;
  readonly title: string;
  readonly stage: "open" | "won" | "lost";
  readonly usd: number;
}

export interface Activity {
  readonly on: string;
  readonly by: string;
  readonly kind: "call" | "mail" | "note";
  readonly summary: string;
}

/** A day so many days from now. */
type Day = (offset: number) => string;

const acme = (day: Day): Account => ({
  id: "acme",
  name: "Acme Corporation",
  owner: "ana",
  contacts: [
    { name: "Jo Keller", role: "head of procurement", email: "jo.keller@acme.example" },
    { name: "Sam Ortiz", role: "user, warehouse", email: "sam.ortiz@acme.example" },
  ],
  contract: {
    product: "Fernway Stock",
    seats: 120,
    yearly_usd: 43_200,
    renews_on: day(38),
    notice_days: 30,
  },
  deals: [{ id: "d-17", title: "Second warehouse, 40 seats", stage: "open", usd: 14_400 }],
  activities: [
    {
      on: day(-96),
      by: "ana",
      kind: "call",
      summary: "Happy with stock counts. Reports are slow at month's end.",
    },
    {
      on: day(-21),
      by: "ana",
      kind: "mail",
      summary: "Jo asked what 40 more seats for a second warehouse would cost.",
    },
  ],
});

const birch = (day: Day): Account => ({
  id: "birch",
  name: "Birch & Sons",
  owner: "ana",
  contacts: [{ name: "Ida Birch", role: "owner", email: "ida@birch.example" }],
  contract: {
    product: "Fernway Stock",
    seats: 8,
    yearly_usd: 2_880,
    renews_on: day(203),
    notice_days: 30,
  },
  deals: [],
  activities: [],
});

const globex = (day: Day): Account => ({
  id: "globex",
  name: "Globex",
  owner: "bo",
  contacts: [{ name: "Max Lund", role: "operations", email: "max.lund@globex.example" }],
  contract: {
    product: "Fernway Fleet",
    seats: 60,
    yearly_usd: 30_000,
    renews_on: day(51),
    notice_days: 60,
  },
  deals: [],
  activities: [],
});

export function firstBook(now: number): Account[] {
  const day: Day = (offset) => new Date(now + offset * 86_400_000).toISOString().slice(0, 10);
  return [acme(day), birch(day), globex(day)];
}
