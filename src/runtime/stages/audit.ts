// Last stage: the audit event of the act. No audit trail exists in this version: an explicit pass-through that a test
// pins. The journal keeps what was done.

import type { Run } from "../../domain/run.ts";
import type { ToolOutput } from "../../domain/step.ts";
import type { CheckedCall } from "./checked-call.ts";

export type AuditStage = (call: CheckedCall, run: Run, output: ToolOutput | undefined) => void;

export const passAudit: AuditStage = () => undefined;
