// Asks the outside whether an `askable` act that was cut off came to happen (I5).
//
//   Q1  A "no" is believed only when the act has had its time to settle: the request may still be under way. Until then the
//       run is a row with a wake time (I6).
//   Q2  No answer is not a "no": it is asked again a few times, then a person decides.

import { errorText, isAppError } from "../base/errors.ts";
import type { BoundCall, Tool, ToolContext } from "../tools/contract.ts";
import type { ToolStep } from "./decoded-step.ts";
import type { World } from "./deps.ts";
import { backOffMs, limits } from "./limits.ts";
import { endsWith } from "./stages/execute.ts";

export type Fate =
  | { readonly kind: "happened" }
  | { readonly kind: "never" }
  | { readonly kind: "unknown" }
  | { readonly kind: "later"; readonly wakeAt: number; readonly retries: number };

export interface Asking {
  readonly tool: Tool;
  readonly call: BoundCall;
  readonly step: ToolStep;
  readonly context: ToolContext;
  /** How often in a row it was asked in vain. */
  readonly tries: number;
}

export async function askWhether(asking: Asking, world: World): Promise<Fate> {
  const now = world.clock.now();
  const settleMs = asking.tool.settleMs ?? limits.settleMs;
  const settlesIn = Math.min(settleMs, (asking.step.startedAt ?? 0) + settleMs - now);
  if (settlesIn > 0) return { kind: "later", wakeAt: now + settlesIn, retries: asking.tries };
  const answer = await answerTo(asking, world);
  if (answer === "none") {
    const retries = asking.tries + 1;
    if (retries >= limits.askTries) return { kind: "unknown" };
    return { kind: "later", wakeAt: now + backOffMs(retries, undefined), retries };
  }
  if (answer === undefined) return { kind: "unknown" };
  return { kind: answer ? "happened" : "never" };
}

async function answerTo(
  { call, context, step }: Asking,
  world: World,
): Promise<boolean | undefined | "none"> {
  const late = new AbortController();
  const cancel = world.clock.after(limits.askTimeoutMs, () => late.abort());
  const signal = AbortSignal.any([context.signal, late.signal]);
  try {
    return await endsWith(signal, call.happened({ ...context, signal }));
  } catch (error) {
    if (!isAppError(error) && !signal.aborted) throw error;
    world.log.warn("It could not be asked whether an act had happened", {
      step: context.key,
      tool: step.tool,
      error: errorText(error),
    });
    return "none";
  } finally {
    cancel();
  }
}
