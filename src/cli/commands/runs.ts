// `deputy runs list|show|trace|stop`: what runs did and do, from the journal.

import type { Command } from "commander";
import { asPersonKey } from "../../domain/ids.ts";
import { runStates } from "../../domain/run.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { withRows } from "../open-rows.ts";
import { printJson, printTable } from "../print.ts";
import { findRun, listRuns, showRun } from "../run-views.ts";
import { stopFromCli } from "../stop-from-cli.ts";

interface Form {
  readonly json?: boolean;
}

export const addRuns: AddCommand = (program, context) => {
  const runs = program.command("runs").description("show and stop runs");
  addList(runs, context);
  addShow(runs, context);
  addTrace(runs, context);
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
      printTable(context.stdout, [
        ["RUN", "STATE", "ASKED BY", "CREATED", "GOAL"],
        ...listed.map((run) => [run.id, run.state, run.subject, run.created_at, firstLine(run.goal)]),
      ]);
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
    .description("every step of a run in full, as text")
    .action(async (id: string) => {
      const { steps } = await withRows(context, (rows) => showRun(rows, id));
      const part = (name: string, value: unknown): string =>
        value === undefined ? "" : `  ${name} ${JSON.stringify(value)}\n`;
      for (const { n, tool, kind, state, started_at, ...step } of steps) {
        context.stdout.write(`\n#${n} ${tool ?? kind} ${state} ${started_at}\n`);
        context.stdout.write(part("arguments", step.arguments) + part("result", step.result));
      }
    });
}

function addStop(runs: Command, context: CliContext): void {
  runs
    .command("stop <id>")
    .description("stop a run; its files are kept")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      const by = asPersonKey(`local:cli:${context.env["USER"] ?? "operator"}`);
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
