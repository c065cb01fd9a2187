// What the stages after validation judge: a call of the model that exists and fits its schema, and all around it.

import type { Approval } from "../../domain/approval.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { Person } from "../../domain/person.ts";
import type { Provenance } from "../../domain/provenance.ts";
import type { Run } from "../../domain/run.ts";
import type { ToolCallRequest } from "../../domain/step.ts";
import type { BoundCall, Tool } from "../../tools/contract.ts";
import type { ReadFile } from "./named-files.ts";

export interface CheckedCall {
  readonly request: ToolCallRequest;
  readonly tool: Tool;
  /** JSON of the arguments as validated. */
  readonly canonical: string;
  /** The same as a value: what a rule looks at. */
  readonly input: unknown;
  readonly bound: BoundCall;
}

/** May this be done, here, now, for this person? */
export interface Question {
  readonly call: CheckedCall;
  /** The step that the call is or will be. */
  readonly step: number;
  /** With its subject, mode and marks of what it has seen. */
  readonly run: Run;
  readonly agent: Agent;
  readonly conversation: Conversation;
  /** The run's subject, as the platform last described them. */
  readonly person: Person | undefined;
  readonly now: number;
  /** Those of the run, oldest first. */
  readonly approvals: readonly Approval[];
  /** Of the run's own folder. */
  readonly readFile: ReadFile;
  /** What the model said as it called, if it did. */
  readonly reason?: string;
  /** Where the addresses in its arguments come from (TNT-4). */
  readonly provenance: Provenance;
}
