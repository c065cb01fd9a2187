// How far a run got that was stopped: what is done, half done and not started (ux c.8).
//
//   RP1  With a plan it is told in the plan's words, without one from the journal. An act that was cut off is named in
//        either case, and one that may have happened is never told as done or as not done (I5).

import type { Run } from "../../domain/run.ts";
import type { Step, ToolOutput } from "../../domain/step.ts";
import { progressLines } from "./result.ts";

/** A step as far as the report needs it. */
export interface SeenStep extends Pick<Step, "kind" | "state"> {
  readonly tool?: string;
  readonly cut?: ToolOutput["cut"];
}

/** Tools whose use is no work of its own. */
const talk: ReadonlySet<string> = new Set([
  "set_plan",
  "check_in",
  "ask_person",
  "schedule_task",
  "recall",
  "finish",
]);
const mostNamed = 12;

/** `pending`: tools that the model had asked for and that were not begun. */
export function stoppedText(
  run: Run,
  byName: string,
  steps: readonly SeenStep[],
  pending: readonly string[] = [],
): string {
  return [`Stopped by ${byName}. Files made so far are kept.`, howFar(run, steps, pending)]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** `asked`: it waited for a person's answer. */
export function expiredText(run: Run, asked: boolean, steps: readonly SeenStep[]): string {
  const hours = run.budget.hours ?? 0;
  const why = asked ? "and my question was not answered" : "before I could get on with it";
  return [
    `This has expired: its time of ${hours} h is over, ${why}. Files made so far are kept. “Go on” takes it up where it ended.`,
    howFar(run, steps, []),
  ].join("\n\n");
}

function howFar(run: Run, steps: readonly SeenStep[], pending: readonly string[]): string {
  const tools = steps.flatMap(({ kind, tool, state, cut }) =>
    kind === "tool" && tool !== undefined && !talk.has(tool) ? [{ tool, state, cut }] : [],
  );
  const doubtful = tools.filter(({ state }) => state === "unknown").map(({ tool }) => tool);
  const ended = tools
    .filter(({ state, cut }) => state === "started" || cut === "begun")
    .map(({ tool }) => tool);
  const unbegun = tools.filter(({ cut }) => cut === "unbegun").map(({ tool }) => tool);
  const cutOff = [
    ...counted(doubtful).map((name) => `${name} (cut off; it may have happened)`),
    ...counted(ended).map((name) => `${name} (cut off)`),
  ];
  const planned = progressLines(run);
  if (planned !== "") return [planned, ...line("Cut off", cutOff)].join("\n");
  if (tools.length === 0 && pending.length === 0) return "Nothing was begun.";
  return [
    ...line("Done", counted(tools.filter(({ state }) => state === "done").map(({ tool }) => tool))),
    ...line("Half done", cutOff),
    ...line("Not started", counted([...unbegun, ...pending.filter((tool) => !talk.has(tool))])),
  ].join("\n");
}

function line(label: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > mostNamed ? [`and ${items.length - mostNamed} more`] : [];
  return [`${label}: ${[...items.slice(0, mostNamed), ...more].join("; ")}`];
}

/** Each name once, in the order of its first use. */
function counted(names: readonly string[]): string[] {
  return [...new Set(names)].map((name) => {
    const times = names.filter((other) => other === name).length;
    return times === 1 ? `\`${name}\`` : `\`${name}\` (${times} times)`;
  });
}
