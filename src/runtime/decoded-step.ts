// A journalled step with its JSON read: what the loop folds over.
//
//   J1  A step that cannot be read fails the run as `run.corrupt`; nothing is guessed.

import type { z } from "zod";
import { parseJson } from "../base/json.ts";
import { CompactionOutput, ModelOutput, type Step, ToolOutput, WaitOutput } from "../domain/step.ts";
import { CorruptRow } from "../store/errors.ts";

interface Common {
  readonly n: number;
  readonly state: Step["state"];
}

export type DecodedStep =
  | (Common & { readonly kind: "model"; readonly output?: ModelOutput })
  | (Common & {
      readonly kind: "tool";
      readonly tool: string;
      readonly callId: string;
      /** Canonical JSON. */
      readonly arguments: string;
      readonly output?: ToolOutput;
    })
  | (Common & { readonly kind: "wait"; readonly output?: WaitOutput })
  | (Common & { readonly kind: "compaction"; readonly output?: CompactionOutput });

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
  const base = { n: step.n, state: step.state };
  const text = step.result === undefined ? undefined : await expand(step.result);
  const read = <T>(schema: z.ZodType<T>): { output: T } | object =>
    text === undefined ? {} : { output: parse(schema, text, step) };
  switch (step.kind) {
    case "model":
      return { ...base, kind: "model", ...(step.state === "done" ? read(ModelOutput) : {}) };
    case "tool":
      return {
        ...base,
        kind: "tool",
        tool: step.tool ?? "",
        callId: step.callId ?? "",
        arguments: step.arguments === undefined ? "{}" : await expand(step.arguments),
        ...read(ToolOutput),
      };
    case "wait":
      return { ...base, kind: "wait", ...read(WaitOutput) };
    case "compaction":
      return { ...base, kind: "compaction", ...(step.state === "done" ? read(CompactionOutput) : {}) };
    default:
      return step.kind satisfies never;
  }
}

function parse<T>(schema: z.ZodType<T>, text: string, step: Step): T {
  const parsed = schema.safeParse(parseJson(text)?.value);
  if (!parsed.success) throw new CorruptRow("steps", `${step.run}/${step.n}`, parsed.error);
  return parsed.data;
}
