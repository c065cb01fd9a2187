// Fourth stage: the credentials of the run's mode. Built-in tools use no connection (design 10), so there is nothing to
// fetch: an explicit pass-through that a test pins. The identity is journalled with the step.

import type { Run } from "../../domain/run.ts";
import type { CheckedCall } from "./checked-call.ts";

export interface GrantVerdict {
  readonly kind: "pass";
  /** Whose rights the act uses: `agent` or a person key. */
  readonly identity: string;
}

export type GrantStage = (call: CheckedCall, run: Run) => GrantVerdict;

export const passWithoutConnection: GrantStage = () => ({ kind: "pass", identity: "agent" });
