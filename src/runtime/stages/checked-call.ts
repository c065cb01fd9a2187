// A call of the model that exists and fits its schema: what the stages after validation judge.

import type { ToolCallRequest } from "../../domain/step.ts";
import type { BoundCall, Tool } from "../../tools/contract.ts";

export interface CheckedCall {
  readonly request: ToolCallRequest;
  readonly tool: Tool;
  /** Canonical JSON of the arguments. */
  readonly canonical: string;
  readonly bound: BoundCall;
}
