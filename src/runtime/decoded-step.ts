// A journalled step with its JSON read: what the loop folds over.
//
//   J1  A step that cannot be read fails the run as `run.corrupt`; nothing is guessed.
//   J2  A step of a kind or state that this version does not know was made by a newer one. It is thrown as `NewerJournal`: the
//       run is left to that version (suspend-run.ts), not failed.

import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import {
  CompactionOutput,
  ModelOutput,
  type Step,
  stepKinds,
  stepStates,
  ToolOutput,
  WaitOutput,
} from "../domain/step.ts";
import { CorruptRow } from "../store/errors.ts";

interface Common {
  readonly n: number;
  readonly state: Step["state"];
}

interface Fruitless {
  /** The code of one that came to nothing. */
  readonly failure?: string;
}

export type DecodedStep =
  | (Common & Fruitless & { readonly kind: "model"; readonly output?: ModelOutput })
  | (Common & {
      readonly kind: "tool";
      readonly tool: string;
      readonly callId: string;
      /** Canonical JSON. */
      readonly arguments: string;
      /** Of a step that was read from its row. */
      readonly startedAt?: number;
      /** Of a row, too: it passed the pipeline, so it may have acted. What was refused has none. */
      readonly identity?: string;
      /** Waits at a gate and has touched nothing. */
      readonly gated?: boolean;
      readonly output?: ToolOutput;
    })
  | (Common & { readonly kind: "wait"; readonly output?: WaitOutput })
  | (Common & Fruitless & { readonly kind: "compaction"; readonly output?: CompactionOutput });

export type ModelStep = Extract<DecodedStep, { kind: "model" }>;
export type ToolStep = Extract<DecodedStep, { kind: "tool" }>;

/** A new list, with `changed` in the place of the steps that they are of, or at its end. */
export function withSteps(steps: readonly DecodedStep[], changed: readonly DecodedStep[]): DecodedStep[] {
  const next = [...steps];
  for (const step of changed) {
    const at = next.findLastIndex(({ n }) => n === step.n);
    if (at < 0) next.push(step);
    else next[at] = step;
  }
  return next;
}

/** `expand` turns what `compact` in `journal-text.ts` made back into the text. */
export async function decodeStep(
  step: Step,
  expand: (text: string) => Promise<string>,
): Promise<DecodedStep> {
  if (!isKnown(step)) throw new NewerJournal(step);
  const base = { n: step.n, state: step.state };
  const text = step.result === undefined ? undefined : await expand(step.result);
  const read = <T>(schema: z.ZodType<T>): { output: T } | object =>
    text === undefined ? {} : { output: parse(schema, text, step) };
  const ended = <T>(schema: z.ZodType<T>): object => (step.state === "done" ? read(schema) : failureOf(text));
  switch (step.kind) {
    case "model":
      return { ...base, kind: "model", ...ended(ModelOutput) };
    case "tool":
      return {
        ...base,
        kind: "tool",
        tool: step.tool ?? "",
        callId: step.callId ?? "",
        startedAt: step.startedAt,
        ...(step.identity === undefined ? {} : { identity: step.identity }),
        ...(step.gated ? { gated: true } : {}),
        arguments: step.arguments === undefined ? "{}" : await expand(step.arguments),
        ...read(ToolOutput),
      };
    case "wait":
      return { ...base, kind: "wait", ...read(WaitOutput) };
    case "compaction":
      return {
        ...base,
        kind: "compaction",
        ...ended(CompactionOutput),
      };
    default:
      return step.kind satisfies never;
  }
}

/** The database holds words; which ones, its writer decided. */
function isKnown({ kind, state }: Step): boolean {
  return stepKinds.includes(kind) && stepStates.includes(state);
}

/** J2. `since` is when its step was begun. */
export class NewerJournal extends AppError<"run.newer_journal"> {
  readonly since: number;

  constructor({ run, n, kind, state, startedAt }: Step) {
    super(
      "run.newer_journal",
      `Step ${n} of run ${run} is of a kind or state that this version does not know (${kind}, ${state}). Start the newer version again that began it.`,
      { facts: { run, step: n, kind, state }, retry: { kind: "backoff" } },
    );
    this.since = startedAt;
  }
}

function failureOf(text: string | undefined): { failure: string } | object {
  const failed = Failed.safeParse(text === undefined ? undefined : parseJson(text)?.value);
  return failed.success ? { failure: failed.data.code } : {};
}

const Failed = z.object({ code: z.string() });

function parse<T>(schema: z.ZodType<T>, text: string, step: Step): T {
  const parsed = schema.safeParse(parseJson(text)?.value);
  if (!parsed.success) throw new CorruptRow("steps", `${step.run}/${step.n}`, parsed.error);
  return parsed.data;
}
