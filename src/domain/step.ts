// One journalled act of a run (I4): a model call, a tool call, a wait, a compaction.

import { z } from "zod";
import type { RunId } from "./ids.ts";

export const stepKinds = ["model", "tool", "wait", "compaction"] as const;
export type StepKind = (typeof stepKinds)[number];

export const stepStates = ["started", "done", "failed", "unknown"] as const;
export type StepState = (typeof stepStates)[number];

/** May a step that was started and has no result be done again? (I5) */
export const repeatabilities = ["read", "keyed", "askable", "once", "waits"] as const;
export type Repeatability = (typeof repeatabilities)[number];

export const effectClasses = [
  "read",
  "write-internal",
  "write-external",
  "exec",
  "chat",
  "own-state",
  "money",
  "destructive",
  "admin",
] as const;
export type EffectClass = (typeof effectClasses)[number];

export interface Step {
  readonly run: RunId;
  readonly n: number;
  readonly kind: StepKind;
  readonly state: StepState;
  readonly tool?: string;
  /** The model's id of the call that this step answers. */
  readonly callId?: string;
  /** Canonical arguments as JSON text, as validated. */
  readonly arguments?: string;
  /** JSON text: `ModelOutput`, `ToolOutput`, `WaitOutput` or `CompactionOutput`, by kind. */
  readonly result?: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Whose rights the step used: `agent` or a person key. */
  readonly identity?: string;
  /** Digest of the workspace manifest that the step made. */
  readonly manifest?: string;
  /** Waits at a gate (an approval, a grant) and has touched nothing. */
  readonly gated?: boolean;
}

export const ToolCallRequest = z.object({
  id: z.string(),
  name: z.string(),
  /** As the model wrote it: not necessarily JSON. */
  arguments: z.string(),
});
export type ToolCallRequest = z.infer<typeof ToolCallRequest>;

export const Usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  cachedTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  /** Absent where the model has no known price. */
  usdMicros: z.number().int().nonnegative().optional(),
});
export type Usage = z.infer<typeof Usage>;

/** Result of a `model` step. */
export const ModelOutput = z.object({
  text: z.string(),
  calls: z.array(ToolCallRequest),
  stop: z.enum(["end", "calls", "length", "refusal"]),
  usage: Usage,
  /** Last mailbox row that this call had read. */
  heard: z.number().int().nonnegative(),
});
export type ModelOutput = z.infer<typeof ModelOutput>;

/** Result of a `tool` step: what the model reads. A failure is a result, never an exception. */
export const ToolOutput = z.object({
  content: z.string(),
  isError: z.boolean(),
  /** Where the whole result is, when `content` is a preview. */
  file: z.string().optional(),
  /** Ended by a stop, in the middle or before it began: a run that goes on from here takes it up. */
  cut: z.enum(["begun", "unbegun"]).optional(),
});
export type ToolOutput = z.infer<typeof ToolOutput>;

/** Result of a `wait` step (budget, timer): how it ended. */
export const WaitOutput = z.object({
  answer: z.string(),
  by: z.string().optional(),
});
export type WaitOutput = z.infer<typeof WaitOutput>;

/** What a compaction carries on to the next, apart from what other rows hold (plan, waits). */
export const KeptNotes = z.object({
  /** People's words as the model read them, oldest first. */
  said: z.array(z.object({ text: z.string(), steer: z.boolean() })),
  /** What this run put into its memory. */
  pinned: z.array(z.string()),
  /** What distillations found, oldest first. */
  facts: z.array(z.string()),
  /** Where the work stood, in the words of the last distillation that said so. */
  state: z.array(z.string()),
  /** How many of each had no room any more: they are in the transcripts. */
  leftOut: z.object({ said: z.number().int(), facts: z.number().int() }),
});
export type KeptNotes = z.infer<typeof KeptNotes>;

/** Result of a `compaction` step: the notes that replace everything before it. */
export const CompactionOutput = z.object({
  notes: z.string(),
  transcript: z.string(),
  usage: Usage,
  /** Absent in journals of the first release. */
  kept: KeptNotes.optional(),
  /** Reported over estimated tokens before it, for the steps that follow. */
  tokenRatio: z.number().optional(),
});
export type CompactionOutput = z.infer<typeof CompactionOutput>;
