// `deputy schedules list|pause|resume|run|delete`: what comes round by the clock.

import type { Command } from "commander";
import { type ScheduleChange, scheduleChanges } from "../../gateway/schedule-changes.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { withRows } from "../open-rows.ts";
import { printJson, printList } from "../print.ts";
import { changeFromCli, listSchedules, runFromCli } from "../schedule-views.ts";

interface Form {
  readonly json?: boolean;
}

export const addSchedules: AddCommand = (program, context) => {
  const schedules = program.command("schedules").description("show, pause, resume, run and delete schedules");
  addList(schedules, context);
  for (const change of scheduleChanges) addChange(schedules, context, change);
  addRun(schedules, context);
};

function addList(schedules: Command, context: CliContext): void {
  schedules
    .command("list")
    .description("all that are not deleted, with their next time and how the last one ended")
    .option("--json", "one JSON value")
    .action(async (options: Form) => {
      const listed = await withRows(context, listSchedules);
      if (options.json) return printJson(context.stdout, { schedules: listed });
      printList(
        context.stdout,
        ["SCHEDULE", "STATE", "NAME", "WHEN", "NEXT", "LAST"],
        listed.map(({ id, state, name, words, next_at, last_outcome, why }) => [
          id,
          state,
          name,
          words,
          next_at ?? why ?? "",
          last_outcome ?? "",
        ]),
        "There are no schedules. People set them up in chat, or operators in the configuration file.",
      );
    });
}

const told: Readonly<Record<ScheduleChange, string>> = {
  pause: "keep a schedule from firing until it is resumed",
  resume: "let a paused schedule fire again",
  delete: "delete a schedule; what it has posted stays",
};

function addChange(schedules: Command, context: CliContext, change: ScheduleChange): void {
  schedules
    .command(`${change} <id>`)
    .description(told[change])
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      const state = await withRows(context, (rows) => changeFromCli(rows, id, change));
      if (options.json) return printJson(context.stdout, { id, state });
      context.stdout.write(`${id} is ${state}.\n`);
    });
}

function addRun(schedules: Command, context: CliContext): void {
  schedules
    .command("run <id>")
    .description("do it once now; its next time stays as it is")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      const run = await withRows(context, (rows) => runFromCli(rows, id));
      if (options.json) return printJson(context.stdout, { id, run });
      context.stdout.write(`${id} runs as ${run}.\n`);
    });
}
