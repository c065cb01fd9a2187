// Summarises a CSV file: plan, read, check in, one question, report, result.

import { type Asked, answerTexts, asked, asksBack } from "../answers.ts";
import { type Choices, leadOf, measureOf, remarksOf } from "../csv/choices.ts";
import { chooseFile, tablesIn } from "../csv/choose-file.ts";
import { figuresOf } from "../csv/figures.ts";
import { foundOf } from "../csv/found.ts";
import { explained, type Question, questionFor } from "../csv/question.ts";
import { readingOf } from "../csv/reading.ts";
import { type ReportInput, reportOf, summaryOf } from "../csv/report.ts";
import type { Tally } from "../csv/tally.ts";
import { type Wishes, wishesOf } from "../csv/wishes.ts";
import { finish, type Move, type PlannedTool } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import { lastAct, type Story, textArg } from "../story.ts";
import { writeProblem } from "../tool-results.ts";

const reportPath = "report.md";
const answerMinutes = 60;
const milestones = ["Read the file", "Check the data", "Work out the figures", "Write the report"] as const;

const wanted =
  /\b(?:summar(?:y|ies|i[sz]e|i[sz]ing)|report|analy[sz]e|analysis|overview|figures|totals?|numbers|revenue|break ?down|evaluate)\b/i;

export const summariseCsv: Recipe = {
  name: "summarise a CSV file",
  fits: ({ request, files }) =>
    /\.(?:csv|tsv)\b/i.test(request) ||
    (wanted.test(request) &&
      (tablesIn(files).length > 0 || /\b(?:csv|file|table|spreadsheet|data)\b/i.test(request))),
  next: (story) => {
    const choice = chooseFile(story);
    if (choice.kind === "ask") return choice.move;
    if (choice.kind === "none") {
      return finish("There is no CSV file here to summarise. Attach one (.csv or .tsv) and ask again.");
    }
    return withFile(story, choice.path);
  },
};

function withFile(story: Story, path: string): Move {
  const wishes = wishesOf(story.request, story.steering, answerTexts(story));
  const reading = readingOf(story, path, wishes.only?.key ?? "");
  switch (reading.kind) {
    case "reading":
      return { say: reading.say, calls: [...(hasPlan(story) ? [] : [plan(path, 0)]), ...reading.calls] };
    case "empty":
      return finish(`${path} is empty: there is nothing to summarise.`);
    case "failed":
      return finish(`I could not read ${path}: ${reading.problem}`);
    case "read":
      return withTally(story, reading.tally, wishes);
    default:
      return reading satisfies never;
  }
}

function withTally(story: Story, tally: Tally, wishes: Wishes): Move {
  const { layout, path } = tally;
  if (!layout) return finish(`${path} can't be read as a table: ${tally.problem || "it has no header"}.`);
  if (tally.rows === 0) return finish(nothingToSum(tally, wishes));
  if (!wasTold(story)) {
    return { say: "", calls: [plan(path, 1), { name: "check_in", args: { text: foundOf(tally, layout) } }] };
  }
  const question = questionFor(layout, wishesOf(story.request, story.steering));
  if (!question) return withChoices(story, tally, { wishes, layout, question, outcome: undefined });
  const first = asked(story, question.question);
  const last = asksBack(first) ? explained(question) : question;
  const outcome = asked(story, last.question);
  if (outcome.kind === "not-asked") return { say: "", calls: [ask(last)] };
  return withChoices(story, tally, { wishes, layout, question, outcome: chosen(outcome) });
}

/** Who only asks back has chosen nothing. */
function chosen(outcome: Asked): Asked {
  return asksBack(outcome) ? { kind: "not-asked" } : outcome;
}

function withChoices(story: Story, tally: Tally, choices: Choices): Move {
  const input: ReportInput = {
    tally,
    layout: choices.layout,
    figures: figuresOf(tally, choices.layout, measureOf(choices), leadOf(choices)),
    remarks: remarksOf(choices),
  };
  const report = reportOf(input);
  const written = story.acts.findLast(
    (act) => act.name === "write_file" && textArg(act, "path") === reportPath,
  );
  if (!written || textArg(written, "content") !== report) {
    const write = { name: "write_file", args: { path: reportPath, content: report } };
    return { say: "", calls: [plan(tally.path, 3), write] };
  }
  const problem = writeProblem(written.result);
  const end =
    problem === undefined
      ? finish(summaryOf(input, `All tables are in ${reportPath}.`), [reportPath])
      : finish(summaryOf(input, `The report with all tables could not be written: ${problem}`));
  return { say: "", calls: [plan(tally.path, milestones.length), ...end.calls] };
}

function nothingToSum({ path, problem }: Tally, { only }: Wishes): string {
  if (problem !== "") return `${path} can't be read as a table: ${problem}`;
  if (!only) return `There is nothing to sum in ${path}: it has a header but no rows.`;
  return `No row of ${path} has "${only.said}" in a column of names, so there is nothing to sum. Ask again with a name as it is written in the file.`;
}

function ask({ question, options, fallback }: Question): PlannedTool {
  return {
    name: "ask_person",
    args: { question, options, default: fallback, due_in_minutes: answerMinutes },
  };
}

/** The plan with the milestones before `doing` done. */
function plan(path: string, doing: number): PlannedTool {
  const name = path.slice(path.lastIndexOf("/") + 1).slice(0, 100);
  const steps = milestones.map((text, place) => ({
    text,
    state: place < doing ? "done" : place === doing ? "doing" : "todo",
  }));
  return { name: "set_plan", args: { title: `Summary of ${name}`, steps } };
}

function hasPlan(story: Story): boolean {
  return lastAct(story, "set_plan") !== undefined || story.notes.includes("\nPlan: ");
}

function wasTold(story: Story): boolean {
  return lastAct(story, "check_in") !== undefined || story.notes.includes("Told to the person:");
}
