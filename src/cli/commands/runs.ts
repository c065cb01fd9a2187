// `deputy runs list|show|trace|replay|stop`: what runs did and do, from the journal. `replay` exits 1 where the journal
// does not add up to what the run's row says.

import type { Command } from "commander";
import { runStates } from "../../domain/run.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { withRows } from "../open-rows.ts";
import { cliPerson } from "../os-user.ts";
import { printJson, printList, printTable } from "../print.ts";
import { printReplay } from "../print-replay.ts";
import { readRun } from "../read-journal.ts";
import { replay } from "../replay-view.ts";
import { printTimeline, timelineOf } from "../run-timeline.ts";
import { findRun, listRuns, showRun, stepNumber } from "../run-views.ts";
import { stopFromCli } from "../stop-from-cli.ts";

interface Form {
  readonly json?: boolean;
}

export const addRuns: AddCommand = (program, context, finish) => {
  const runs = program.command("runs").description("show and stop runs");
  addList(runs, context);
  addShow(runs, context);
  addTrace(runs, context);
  addReplay(runs, context, finish);
  addStop(runs, context);
};

function addList(runs: Command, context: CliContext): void {
  runs
    .command("list")
    .description("the newest runs")
    .option("--state <state>", `only runs in this state: ${runStates.join(", ")}`)
    .option("--limit <n>", "how many", "50")
    .option("--json", "one JSON value")
    .action(async (options: Form & { readonly state?: string; readonly limit: string }) => {
      const listed = await withRows(context, (rows) => listRuns(rows, options));
      if (options.json) return printJson(context.stdout, { runs: listed });
      printList(
        context.stdout,
        ["RUN", "STATE", "WAITS FOR", "ASKED BY", "CREATED", "GOAL"],
        listed.map((run) => [
          run.id,
          run.state,
          run.waiting_for ?? "-",
          run.subject,
          run.created_at,
          firstLine(run.goal),
        ]),
        options.state === undefined
          ? "No runs so far. Whoever mentions the agent in chat begins one."
          : `No run is ${options.state}.`,
      );
    });
}

function addShow(runs: Command, context: CliContext): void {
  runs
    .command("show <id>")
    .description("one run with its steps")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      const shown = await withRows(context, (rows) => showRun(rows, id));
      if (options.json) return printJson(context.stdout, shown);
      printTable(
        context.stdout,
        Object.entries(shown.run).map(([key, value]) => [key, String(value)]),
      );
      context.stdout.write("\n");
      printTable(context.stdout, [
        ["STEP", "KIND", "STATE", "RESULT"],
        ...shown.steps.map((step) => [
          String(step.n),
          step.tool ?? step.kind,
          step.state,
          firstLine(brief(step.result)),
        ]),
      ]);
    });
}

function addTrace(runs: Command, context: CliContext): void {
  runs
    .command("trace <id>")
    .description("segments and steps of a run with their times, tokens and waits")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      const timeline = timelineOf(await withRows(context, (rows) => readRun(rows, id)));
      if (options.json) return printJson(context.stdout, timeline);
      printTimeline(context.stdout, timeline);
    });
}

const addReplay: AddCommand = (runs, context, finish) => {
  runs
    .command("replay <id>")
    .description("step through the journal of a run, offline: what went in, what came out, what changed")
    .option("--step <n>", "this step alone, with all that the model was given")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form & { readonly step?: string }) => {
      const only = options.step === undefined ? undefined : stepNumber(options.step);
      const replayed = await withRows(context, async (rows) =>
        replay(await readRun(rows, id), rows.workspaces.blobs, only),
      );
      if (options.json) printJson(context.stdout, replayed);
      else printReplay(context.stdout, replayed);
      finish(replayed.check.ok ? 0 : 1);
    });
};

function addStop(runs: Command, context: CliContext): void {
  runs
    .command("stop <id>")
    .description("stop a run; its files are kept")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      const by = cliPerson(context);
      const stopped = await withRows(context, async (rows) => stopFromCli(rows, await findRun(rows, id), by));
      if (options.json) return printJson(context.stdout, { id, stopped });
      context.stdout.write(stopped ? `${id} is being stopped.\n` : `${id} has ended already.\n`);
    });
}

function brief(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  if ("content" in value && typeof value.content === "string") return value.content;
  return "text" in value && typeof value.text === "string" && value.text !== ""
    ? value.text
    : JSON.stringify(value);
}

function firstLine(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
