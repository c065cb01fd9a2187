// Words about work that a program hands over in somebody's name: to that person in chat, and to the program.

import type { WaitAsk } from "../../domain/wait.ts";

const longestShown = 2_000;

/** What begins the thread of the work, in the person's direct messages. */
export function handedOver(program: string, task: string): string {
  const shown =
    task.length > longestShown
      ? `${task.slice(0, longestShown).toWellFormed()} … (${task.length} characters)`
      : task;
  const lines = shown.split("\n").map((line) => `> ${line}`);
  return [`The program “${program}” asks me for this in your name:`, "", ...lines].join("\n");
}

export const unknownCaller =
  "I don't know the person of this token. They have to write to me once in their chat, where this installation serves them.";

export const noSuchRun = "There is no run of that id that is yours.";

export const otherTask =
  "This request_key was used before for another task. Take a new one for each task; the same one again only to ask for the same.";

export const tooMany = "Too much work was handed over in this person's name within an hour. Try again later.";

export function busyWith(title: string, run: string): string {
  return `I'm at work for this person already, on “${title}” (${run}), and do one thing at a time in their chat. Ask again when that is done.`;
}

export const answerElsewhere =
  "This is not answered here. It waits for the person, who finds it in their direct messages with me.";

export const answeredAlready = "This question was answered already, or is not asked any more.";

export const notYourQuestion = "This question is for somebody else.";

export const notHandedOver =
  "This work was begun in chat, and its questions are answered there. Only questions of work that was handed over here are answered here.";

export const emptyAnswerHere = "The answer is empty.";

/** What a run waits for that only a person in chat can give. */
export function waitsFor(ask: WaitAsk): string {
  switch (ask.kind) {
    case "question":
      return "an answer";
    case "approval":
    case "schedule":
      return "an approval, which is given by a button in chat and never here";
    case "grant":
      return "an account, which its owner connects by a private link in chat";
    case "budget":
      return "a decision about its budget, which is made in chat";
    case "doubt":
      return "word whether an act took place, which is given in chat";
    default:
      return ask satisfies never;
  }
}
