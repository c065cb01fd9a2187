// What was under way when everything was stopped: a report that proves who made it.

import type { RunState } from "./run.ts";

export interface RunInFlight {
  readonly run: string;
  readonly tenant: string;
  readonly conversation: string;
  readonly agent: string;
  readonly subject: string;
  readonly mode: string;
  readonly state: RunState;
  /** The last step; absent before the first. */
  readonly step?: number;
  readonly step_state?: string;
  /** Of a step that is a tool's. */
  readonly tool?: string;
  /** What it waits for. */
  readonly waiting_for?: string;
  /** The approval that is asked for. */
  readonly approval?: string;
}

/** `signature` is base64 Ed25519 over `deputy-report-v1\n` and the canonical form of the rest. */
export interface InFlightReport {
  readonly kind: "report";
  readonly v: 1;
  readonly time: string;
  /** Who stopped everything. */
  readonly by: string;
  readonly runs: readonly RunInFlight[];
  /** The audit log's signing key. */
  readonly key: string;
  readonly public_key: string;
  readonly signature: string;
}
