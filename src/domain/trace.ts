// The trace that everything a run does belongs to. Derived, never stored: any process, on any day, names the
// same trace for the same run (docs/decisions/0008).
//
// T1: one run, one trace id; 32 lower-case hex digits, as W3C trace context wants them.
import { hash } from "node:crypto";
import type { RunId } from "./ids.ts";

export function traceIdOf(run: RunId): string {
  return hash("sha256", run).slice(0, 32);
}
