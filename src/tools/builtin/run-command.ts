import { z } from "zod";
import { WorkspaceError } from "../../workspace/errors.ts";
import { sizeText } from "../../workspace/usage.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import {
  defineTool,
  type Effect,
  type Tool,
  type ToolContext,
  ToolFailure,
  type ToolOutcome,
} from "../contract.ts";
import type { CommandReport, KillReason, RunSandbox } from "../sandbox/contract.ts";
import { type Oddities, oddities } from "../sandbox/oddities.ts";

const usualSeconds = 120;
const mostSeconds = 3_600;
/** How long a run waits for one command before it goes on without it. */
const foregroundMs = 120_000;

export const runCommand: Tool = defineTool({
  name: "run_command",
  description:
    "Runs a command with bash in the workspace and returns its output and exit code. Python 3 and Node are there; the " +
    "network is not, unless an operator has listed hosts; of this machine only programs can be seen. " +
    "/workspace is the workspace, /tmp is empty each time, and nothing else is kept. Control files such as .git/config " +
    "and .npmrc are read-only, as is .deputy/. A command that takes longer than two minutes goes on in the background: " +
    'the command "wait" waits for it again, "kill %1" ends it; until then no other command runs. It does not outlive ' +
    "your work: never leave a server running.",
  effect: "exec",
  repeat: "once",
  origin: "workspace",
  input: z.object({
    command: z
      .string()
      .min(1)
      .max(50_000)
      .refine((text) => !text.includes("\0"), "A command can't have a NUL character in it")
      .describe("For bash -c"),
    timeout_seconds: z
      .number()
      .int()
      .min(1)
      .max(mostSeconds)
      .optional()
      .describe(`The command is ended after so long; ${usualSeconds} when absent, up to ${mostSeconds}`),
  }),
  run: ({ command, timeout_seconds: seconds }, context) =>
    asToolFailure(async () => {
      const sandbox = await usable(context);
      const report = await reportOf(command, seconds, sandbox, context.signal);
      const file = await keepLongOutput(report, context);
      const odd = report.ending.kind === "running" ? undefined : await oddities(context.workspace);
      return outcomeOf(report, { file, odd });
    }),
});

async function usable({ sandbox }: ToolContext): Promise<RunSandbox> {
  const state = (await sandbox?.state()) ?? { kind: "off", why: "this process has no sandbox" };
  if (sandbox && state.kind === "ready") return sandbox;
  throw new ToolFailure(
    `Commands are off: ${state.kind === "off" ? state.why : ""}. Do without, or say that an operator has to see to it ` +
      "(deputy doctor tells how).",
  );
}

async function reportOf(
  command: string,
  seconds: number | undefined,
  sandbox: RunSandbox,
  signal: AbortSignal,
): Promise<CommandReport> {
  const asked = command.trim();
  if (asked === "wait" || asked === "kill %1") {
    const waitMs = Math.min((seconds ?? usualSeconds) * 1000, foregroundMs);
    const report = await (asked === "wait" ? sandbox.wait({ foregroundMs: waitMs, signal }) : sandbox.end());
    if (report) return report;
    throw new ToolFailure(
      "There is no command in the background. If there was one, it ended with the process that ran it: " +
        "look at what it has left in the workspace before you run it again.",
    );
  }
  return sandbox.start({ command, timeoutMs: (seconds ?? usualSeconds) * 1000, foregroundMs, signal });
}

/** The whole of what is shown in part. */
async function keepLongOutput({ output }: CommandReport, context: ToolContext): Promise<string | undefined> {
  if (output.tail === "") return undefined;
  const path = `.deputy/commands/${context.key.replace(/^.*:/, "")}.txt`;
  try {
    await context.workspace.writeStream(path, output.whole());
    return path;
  } catch (error) {
    if (error instanceof WorkspaceError) return undefined; // the runtime's part of the workspace is full
    throw error;
  }
}

interface Beside {
  readonly file: string | undefined;
  readonly odd: Oddities | undefined;
}

function outcomeOf(report: CommandReport, { file, odd }: Beside): ToolOutcome {
  const { ending, output, denied, reached } = report;
  const effects = denied.map((one): Effect => ({ kind: "denied", ...one }));
  const parts = [
    `${headline(report)}${odd === undefined ? "" : ` ${odd}`}`,
    output.bytes === 0 ? "No output." : output.head,
    ...(output.tail === "" ? [] : [cutNote(output.bytes, file), output.tail]),
    ...new Set(denied.map(({ why }) => why)),
  ];
  const isError = ending.kind === "killed" || ending.kind === "failed";
  return {
    kind: "result",
    content: parts.join("\n\n"),
    isError,
    wrote: true,
    saw: { sources: reached },
    effects,
  };
}

function cutNote(bytes: number, file: string | undefined): string {
  const where =
    file === undefined ? "there is no room to keep it" : `the whole output is in ${file}, read it in parts`;
  return `… (${sizeText(bytes)} in all; ${where}) …`;
}

function headline({ command, ending, elapsedMs }: CommandReport): string {
  const took = `${(elapsedMs / 1000).toFixed(1)} s`;
  switch (ending.kind) {
    case "exit":
      return `Exit code ${ending.code} (${took}).`;
    case "running":
      return (
        `Still running after ${took}, in the background: ${shortened(command)}. ` +
        'Run "wait" to wait for it again, "kill %1" to end it.'
      );
    case "killed":
      return `Ended after ${took}, with everything it had started: ${reasons[ending.why]}`;
    case "failed":
      return `The command could not be started: ${ending.detail}`;
    default:
      return ending satisfies never;
  }
}

const reasons: Readonly<Record<KillReason, string>> = {
  stopped: "it was stopped.",
  timeout: "its time was over. Give it a larger timeout_seconds, or less to do.",
  memory: "it used more memory than a command may. Work in smaller pieces.",
  processes: "it started more processes than a command may.",
  disk: "the workspace is full. Remove what is not needed; nothing can be written until then.",
  output: "it printed more than can be kept. Write to a file, and print what matters.",
};

function shortened(command: string): string {
  const line = command.split("\n")[0] ?? "";
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 79)}…` : line);
}
