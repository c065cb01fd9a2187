// Which choices go into a report, and whose they are.

import type { Asked } from "../answers.ts";
import type { Layout } from "./columns.ts";
import type { Measure } from "./figures.ts";
import { hasMoney, type Question } from "./question.ts";
import { leadColumn, type Wishes } from "./wishes.ts";

export interface Choices {
  /** Of the request, of what was added, and of the answers. */
  readonly wishes: Wishes;
  readonly layout: Layout;
  readonly question: Question | undefined;
  readonly outcome: Asked | undefined;
}

export function measureOf({ layout, wishes }: Choices): Measure {
  if (hasMoney(layout))
    return layout.discount !== undefined && wishes.discounts === "before" ? "gross" : "net";
  return layout.quantity === undefined ? "rows" : "quantity";
}

/** The column that the report begins with. */
export function leadOf({ wishes, layout, question, outcome }: Choices): string | undefined {
  if (question?.about !== "lead") return leadColumn(wishes, layout);
  const text = outcome?.kind === "answered" ? outcome.answer.answer : question.fallback;
  return leadColumn({ ...wishes, by: text }, layout) ?? question.fallback;
}

export function remarksOf(choices: Choices): string[] {
  const { wishes, layout, question, outcome } = choices;
  const lead = leadOf(choices);
  return [
    ...(wishes.only ? [`Only rows with "${wishes.only.said}" are counted.`] : []),
    ...(hasMoney(layout) && layout.discount !== undefined
      ? [`Revenue is ${wishes.discounts ?? "after"} discounts, ${whose(choices, "discounts")}.`]
      : []),
    ...(question?.about === "lead" && lead ? [`It begins with ${lead}, ${whose(choices, "lead")}.`] : []),
    ...(outcome?.kind === "failed"
      ? [`The question could not be put: ${outcome.problem.slice(0, 200)}`]
      : []),
    ...wishes.unknown.map((text) => `Noted, but more than a scripted model can do: "${text.slice(0, 200)}".`),
  ];
}

function whose({ wishes, question, outcome }: Choices, about: Question["about"]): string {
  if (question?.about !== about) return wishes.discounts === undefined ? "the default" : "as asked";
  if (outcome?.kind !== "answered") return "the default";
  return outcome.answer.via === "default"
    ? "the default, since nobody answered in time"
    : "as chosen in the thread";
}
