// The one question that matters for the outcome, if there is one.

import { categories, type Layout } from "./columns.ts";
import { leadColumn, type Wishes } from "./wishes.ts";

export interface Question {
  readonly about: "discounts" | "lead";
  readonly question: string;
  readonly options: readonly string[];
  readonly fallback: string;
}

const afterDiscounts = "After discounts";
const beforeDiscounts = "Before discounts";
const mostOptions = 5;

/** `undefined` when the file or the person's words leave nothing open. */
export function questionFor(layout: Layout, wishes: Wishes): Question | undefined {
  if (wishes.askNothing) return undefined;
  if (hasMoney(layout) && layout.discount !== undefined) {
    if (wishes.discounts) return undefined;
    const name = layout.columns[layout.discount]?.name ?? "discount";
    return {
      about: "discounts",
      question: `The file has a column "${name.slice(0, 60)}". Should revenue be after or before discounts?`,
      options: [afterDiscounts, beforeDiscounts],
      fallback: afterDiscounts,
    };
  }
  const names = categories(layout).map(({ name }) => name.slice(0, 75));
  const [first] = names;
  if (first === undefined || names.length < 2 || leadColumn(wishes, layout)) return undefined;
  return {
    about: "lead",
    question: "Which column should the report group by first?",
    options: names.slice(0, mostOptions),
    fallback: first,
  };
}

const meanings: Readonly<Record<Question["about"], string>> = {
  discounts: "Before discounts is what the list prices come to; after discounts is what was charged.",
  lead: "The report begins with sums by one column, a line for each of its values.",
};

/** The same for somebody who asked back. */
export function explained(question: Question): Question {
  return { ...question, question: `${meanings[question.about]} ${question.question}` };
}

export function hasMoney(layout: Layout): boolean {
  return layout.amount !== undefined || (layout.quantity !== undefined && layout.price !== undefined);
}
