// Performs one call of the model whose intent is journalled.
//
//   A3  A model call may be repeated freely: after an interruption the same step asks again.
//   A4  Failures are sorted by what may be done: wait and try again, condense, tell the model, or fail with words.
//   A5  No request is made that does not fit the window together with its answer. A message that the model is shown the
//       beginning of is in its file before.

import { isAppError } from "../base/errors.ts";
import type { ModelOutput } from "../domain/step.ts";
import type { ModelAnswer, ModelRequest } from "../model/contract.ts";
import type { Done } from "./act.ts";
import { askModel } from "./ask-model.ts";
import { contextOverflow, estimateTokens } from "./context-size.ts";
import { failure, offered } from "./decide.ts";
import type { RuntimeDeps } from "./deps.ts";
import { cardSays } from "./effects.ts";
import { backOffMs, limits } from "./limits.ts";
import { messageFile } from "./own-files.ts";
import { settledFailure, settledModel } from "./settle-steps.ts";
import { toolSpecs } from "./stages/validate.ts";
import { isLong, transcript } from "./transcript.ts";
import { takeVersion } from "./versions.ts";
import { opening, type Work } from "./work.ts";

export async function performModel(work: Work, n: number, deps: RuntimeDeps): Promise<Done> {
  if (isTooFull(work, deps)) return { results: [settledFailure("model", n, contextOverflow)], effects: [] };
  const manifest = await keepLongMail(work, n, deps);
  let answer: ModelAnswer;
  try {
    answer = await askModel(work, n, requestOf(work, deps), deps);
  } catch (error) {
    return afterFailure(work, n, error, deps);
  }
  return {
    results: [await settledModel(deps.workspaces.blobs, n, outputOf(answer, work))],
    usage: answer.usage,
    effects: [],
    ...(manifest ? { manifest } : {}),
    ...(work.run.retries >= limits.backOffTold ? { say: cardSays(work, work, deps.world) } : {}),
  };
}

function requestOf(work: Work, deps: RuntimeDeps): ModelRequest {
  return {
    model: work.agent.model,
    purpose: "work",
    instructions: work.instructions,
    messages: transcript({ opening: opening(work), steps: work.steps, mail: work.mail }),
    tools: toolSpecs(offered(work)),
    maxOutputTokens: maxOutputTokens(deps),
  };
}

export function maxOutputTokens(deps: RuntimeDeps): number {
  return Math.min(
    limits.maxOutputTokens,
    Math.floor(deps.model.contextTokens * (1 - limits.compactionShare)),
  );
}

/** What was heard since the last look at the size may not fit any more: it is condensed, not sent. */
function isTooFull(work: Work, deps: RuntimeDeps): boolean {
  const room = deps.model.contextTokens - maxOutputTokens(deps);
  return estimateTokens(work, deps.model.countTokens) > room;
}

/** Messages of which this call reads the beginning only are in their files before it. */
async function keepLongMail(work: Work, n: number, deps: RuntimeDeps): Promise<Done["manifest"]> {
  const long = work.mail.filter((mail) => mail.consumedBy === n && isLong(mail));
  for (const mail of long) await work.workspace.write(messageFile(mail), mail.text);
  return long.length > 0 ? takeVersion(work, n, deps) : undefined;
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
  deps.world.log.warn("A model call failed", { step: n, code: error.code, error });
  if (error.code === contextOverflow) {
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
