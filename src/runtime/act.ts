// What a run does next: an act (which has an intent and a result), or an end of the segment.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { BudgetLimit } from "../domain/budget.ts";
import type { Manifest, ManifestRow } from "../domain/manifest.ts";
import type { OutgoingFile, Utterance } from "../domain/outbox.ts";
import type { Sighting } from "../domain/provenance.ts";
import type { TerminalRunState } from "../domain/run.ts";
import type { ToolCallRequest, Usage } from "../domain/step.ts";
import type { QuestionAsk, ScheduleAsk } from "../domain/wait.ts";
import type { StepResult } from "../store/contract.ts";
import type { RunPatch } from "../store/contract-runs.ts";
import type { DecodedStep } from "./decoded-step.ts";
import type { StepEffects } from "./effects.ts";
import type { Admission } from "./pipeline.ts";

/** `fresh`: its intent is still to be journalled. Otherwise it is there, from before an interruption. */
export type Act =
  | { readonly kind: "model"; readonly n: number; readonly fresh: boolean }
  | { readonly kind: "compaction"; readonly n: number; readonly fresh: boolean }
  | { readonly kind: "tools"; readonly calls: readonly ReadyCall[] };

export interface PlannedCall {
  readonly n: number;
  readonly fresh: boolean;
  readonly request: ToolCallRequest;
  readonly admission: Admission;
}

type With<Kind extends Admission["kind"]> = Omit<PlannedCall, "admission"> & {
  readonly admission: Extract<Admission, { kind: Kind }>;
};
/** Passed every stage, or was refused by one: it has a result as soon as it is performed. */
export type ReadyCall = With<"admitted" | "refused">;
export type GatedCall = With<"gated">;

export function isReady(call: PlannedCall): call is ReadyCall {
  return call.admission.kind !== "gated";
}

export function isGated(call: PlannedCall): call is GatedCall {
  return call.admission.kind === "gated";
}

export type End =
  | {
      readonly kind: "settle";
      readonly state: TerminalRunState;
      /** `done`, `nothing_new`, `stopped`, or the failure's code. */
      readonly code: string;
      readonly text: string;
      readonly files: readonly OutgoingFile[];
      /** Kept, and not posted. */
      readonly quiet?: boolean;
    }
  /** Parks step `n` (a started tool step) on a question. */
  | {
      readonly kind: "ask";
      readonly n: number;
      readonly ask: QuestionAsk | ScheduleAsk;
      readonly dueAt?: number;
    }
  | { readonly kind: "budget"; readonly limit: BudgetLimit }
  /** Parks these steps, which have touched nothing, until what they lack is there (P3). */
  | { readonly kind: "gate"; readonly calls: readonly GatedCall[] }
  /** Parks step `n`, which is unknown, until a person says whether it happened (I5). */
  | { readonly kind: "doubt"; readonly n: number; readonly tool: string }
  | { readonly kind: "slice" }
  | { readonly kind: "back-off"; readonly wakeAt: number; readonly retries: number }
  | { readonly kind: "still-waiting" };

export type Next = Act | End;

export function isAct(next: Next): next is Act {
  return next.kind === "model" || next.kind === "compaction" || next.kind === "tools";
}

/** What an act brought, before it is committed. */
export interface Done {
  readonly results: readonly SettledStep[];
  readonly usage?: Usage;
  readonly effects: readonly StepEffects[];
  /** Calls whose service did nothing for want of rights: their steps are at the gate again (P4). */
  readonly back?: readonly PlannedCall[];
  readonly manifest?: { readonly row: Omit<ManifestRow, "seq">; readonly content: Manifest };
  readonly contextBase?: number;
  readonly sightings?: readonly StepSighting[];
  readonly patch?: RunPatch;
  readonly say?: readonly Utterance[];
  readonly events?: readonly NewAuditEvent[];
  /** Decided by the act itself; otherwise `decide` says what comes next. */
  readonly next?: Next;
}

/** Addresses that a step read in what others wrote. */
export interface StepSighting extends Sighting {
  readonly n: number;
}

export interface SettledStep {
  readonly decoded: DecodedStep;
  readonly row: StepResult;
}

export const nothingDone: Done = { results: [], effects: [] };
