// Takes a call of a run through the stages, as things are now.

import type { ToolCallRequest } from "../domain/step.ts";
import type { Tool } from "../tools/contract.ts";
import type { PlannedCall } from "./act.ts";
import type { ToolStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { type Admission, admit } from "./pipeline.ts";
import type { Work } from "./work.ts";

export interface Judged {
  readonly request: ToolCallRequest;
  readonly step: number;
  /** All of the agent's, or only what may still be used. */
  readonly offered: readonly Tool[];
}

export function judge(work: Work, { request, step, offered }: Judged, deps: RuntimeDeps): Promise<Admission> {
  const { run, agent, conversation, person } = work;
  const now = deps.world.clock.now();
  return admit(request, { step, run, agent, conversation, person, now, offered }, deps.stages);
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
