// Performs one call of the model whose intent is journalled.
//
//   A3  A model call may be repeated freely: after an interruption the same step asks again.
//   A4  Failures are sorted by what may be done: wait and try again, condense, tell the model, or fail with words.

import { isAppError } from "../base/errors.ts";
import type { ModelOutput } from "../domain/step.ts";
import type { ModelAnswer, ModelRequest } from "../model/contract.ts";
import type { Done } from "./act.ts";
import { estimateTokens } from "./context-size.ts";
import { failure, offered } from "./decide.ts";
import type { RuntimeDeps } from "./deps.ts";
import { cardSays } from "./effects.ts";
import { backOffMs, limits } from "./limits.ts";
import { settledFailure, settledModel } from "./settle-steps.ts";
import { transcript } from "./transcript.ts";
import { opening, type Work } from "./work.ts";

export async function performModel(work: Work, n: number, deps: RuntimeDeps): Promise<Done> {
  const estimated = estimateTokens(work, deps.model.countTokens) / work.tokenRatio;
  let answer: ModelAnswer;
  try {
    answer = await deps.model.model.generate(requestOf(work, deps), { signal: work.signal });
  } catch (error) {
    return afterFailure(work, n, error, deps);
  }
  work.overflowed = false;
  if (answer.usage.inputTokens > 0 && estimated > 0) {
    work.tokenRatio = Math.min(3, Math.max(1, answer.usage.inputTokens / estimated));
  }
  return {
    results: [await settledModel(deps.workspaces.blobs, n, outputOf(answer, work))],
    usage: answer.usage,
    effects: [],
    ...(work.run.retries >= limits.backOffTold ? { say: cardSays(work, work, deps.world) } : {}),
  };
}

function requestOf(work: Work, deps: RuntimeDeps): ModelRequest {
  return {
    model: work.agent.model,
    purpose: "work",
    instructions: work.instructions,
    messages: transcript({ opening: opening(work), steps: work.steps, mail: work.mail }),
    tools: offered(work).map(({ name, description, parameters }) => ({ name, description, parameters })),
    maxOutputTokens: maxOutputTokens(deps),
  };
}

export function maxOutputTokens(deps: RuntimeDeps): number {
  return Math.min(
    limits.maxOutputTokens,
    Math.floor(deps.model.contextTokens * (1 - limits.compactionShare)),
  );
}

function outputOf(answer: ModelAnswer, work: Work): ModelOutput {
  return {
    text: answer.text,
    calls: uniqueIds(answer.calls),
    stop: answer.stop,
    usage: answer.usage,
    heard: work.mail.at(-1)?.seq ?? 0,
  };
}

/** Some models repeat an id within an answer; every call needs its own, or one result would answer two. */
function uniqueIds(calls: ModelAnswer["calls"]): ModelOutput["calls"] {
  const seen = new Set<string>();
  return calls.map((call, index) => {
    const id = call.id === "" || seen.has(call.id) ? `${call.id || "call"}_${index}` : call.id;
    seen.add(id);
    return { ...call, id };
  });
}

/** Answers that came and could not be used: more of the same is not waited for long. */
const unusable: ReadonlySet<string> = new Set(["model.nonsense", "model.too_large"]);

function afterFailure(work: Work, n: number, error: unknown, deps: RuntimeDeps): Done {
  if (work.control.stop.aborted || work.control.abandon.aborted) return { results: [], effects: [] };
  if (!isAppError(error)) throw error;
  deps.world.log.warn("A model call failed", { run: work.run.id, step: n, code: error.code, error });
  if (error.code === "model.context_overflow") {
    work.overflowed = true;
    return { results: [settledFailure("model", n, error.code)], effects: [] };
  }
  const tries = work.run.retries + 1;
  const allowed = unusable.has(error.code) ? limits.unusableTries : limits.modelTries;
  if (error.retry.kind === "never" || tries >= allowed) {
    return {
      results: [settledFailure("model", n, error.code)],
      effects: [],
      next: failure(work, error.code),
    };
  }
  const askedMs = error.retry.kind === "after" ? error.retry.ms : undefined;
  const wakeAt = deps.world.clock.now() + backOffMs(work.run.retries, askedMs);
  return { results: [], effects: [], next: { kind: "back-off", wakeAt, retries: tries } };
}
