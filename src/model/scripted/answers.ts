// Answers of people, from the results of `ask_person` and from the notes of a compaction.

import { z } from "zod";
import { parseJson } from "../../base/json.ts";
import type { Story } from "./story.ts";

const Answer = z.object({ answer: z.string(), by: z.string().optional(), via: z.string().optional() });
type Answer = z.infer<typeof Answer>;

export type Asked =
  | { readonly kind: "not-asked" }
  | { readonly kind: "answered"; readonly answer: Answer }
  /** The question could not be put; `problem` says why. */
  | { readonly kind: "failed"; readonly problem: string };

/** What became of a question. */
export function asked(story: Story, question: string): Asked {
  const act = story.acts.findLast((one) => one.name === "ask_person" && one.args["question"] === question);
  const text = act?.result ?? keptAnswer(story.notes, question);
  if (text === undefined) return { kind: "not-asked" };
  const answer = Answer.safeParse(parseJson(text)?.value).data;
  return answer ? { kind: "answered", answer } : { kind: "failed", problem: text };
}

/** The texts of all answers that were given, in order, without questions back. */
export function answerTexts(story: Story): string[] {
  const kept = [...story.notes.matchAll(answerJson)].map(([text]) => text);
  const results = story.acts.filter((act) => act.name === "ask_person").map((act) => act.result);
  return [...new Set([...kept, ...results])].flatMap((text) => {
    const answer = Answer.safeParse(parseJson(text)?.value).data;
    return answer && !isQuestion(answer) ? [answer.answer] : [];
  });
}

/** A person who was asked and asks back has chosen nothing. */
export function asksBack(outcome: Asked): boolean {
  return outcome.kind === "answered" && isQuestion(outcome.answer);
}

function isQuestion({ answer, via }: Answer): boolean {
  return via === "text" && /\?[\s"”)]*$/.test(answer);
}

const answerJson = /\{"answer":(?:"(?:[^"\\]|\\.)*"|[^{}"])*\}/g;

/** Notes keep each question with its answer behind it. */
function keptAnswer(notes: string, question: string): string | undefined {
  const place = notes.lastIndexOf(JSON.stringify(question));
  return place < 0 ? undefined : notes.slice(place).match(answerJson)?.[0];
}
