// Takes a call of a run through the stages, as things are now.

import { isAppError } from "../base/errors.ts";
import { type Approval, approvalOf } from "../domain/approval.ts";
import type { ToolCallRequest } from "../domain/step.ts";
import type { Tool } from "../tools/contract.ts";
import type { PlannedCall } from "./act.ts";
import type { ToolStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { type Admission, admit } from "./pipeline.ts";
import { provenanceIn } from "./provenance.ts";
import type { Work } from "./work.ts";

export interface Judged {
  readonly request: ToolCallRequest;
  readonly step: number;
  /** All of the agent's, or only what may still be used. */
  readonly offered: readonly Tool[];
}

export function judge(work: Work, { request, step, offered }: Judged, deps: RuntimeDeps): Promise<Admission> {
  const { run, agent, conversation, person, approvals } = work;
  const now = deps.world.clock.now();
  const reason = reasonOf(work, request.id);
  const asApproved = { ...request, arguments: editedOf(approvals, step) ?? request.arguments };
  return admit(
    asApproved,
    {
      step,
      run,
      agent,
      conversation,
      person,
      now,
      offered,
      held: work.held,
      approvals,
      readFile: (path) => contentOf(work, path),
      provenanceOf: (call) => provenanceIn(work, call, deps),
      ...(reason === "" ? {} : { reason }),
    },
    deps.stages,
  );
}

/** Whoever approved it changed the arguments first: those are judged and done. */
function editedOf(approvals: readonly Approval[], step: number): string | undefined {
  const own = approvalOf(approvals, step);
  const stands = own?.state === "approved" || own?.state === "executing";
  return stands && own.facts.edited ? own.arguments : undefined;
}

function reasonOf({ steps }: Work, callId: string): string {
  const asking = steps.findLast(
    (step) => step.kind === "model" && step.output?.calls.some(({ id }) => id === callId),
  );
  return asking?.kind === "model" ? (asking.output?.text.trim() ?? "") : "";
}

async function contentOf({ workspace }: Work, path: string): Promise<Buffer | undefined> {
  try {
    const entry = await workspace.stat(path);
    return entry.kind === "file" ? await workspace.read(path, 0, entry.sizeBytes) : undefined;
  } catch (error) {
    if (isAppError(error)) return undefined; // no such file, or none that may be read
    throw error;
  }
}

/** A step that is journalled, judged again (I11). */
export async function judgeAgain(
  work: Work,
  { n, callId, tool, arguments: text }: ToolStep,
  deps: RuntimeDeps,
): Promise<PlannedCall> {
  const request = { id: callId, name: tool, arguments: text };
  const admission = await judge(work, { request, step: n, offered: work.tools }, deps);
  return { n, fresh: false, request, admission };
}
