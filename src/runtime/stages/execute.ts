// Fifth stage: the act itself. Whatever a tool does, the model gets a result: a failure is never an exception (T3).

import { isAppError } from "../../base/errors.ts";
import { untainted } from "../../domain/taint.ts";
import type { ToolContext, ToolOutcome } from "../../tools/contract.ts";
import type { World } from "../deps.ts";
import { limits } from "../limits.ts";
import type { CheckedCall } from "./checked-call.ts";

export async function execute(call: CheckedCall, context: ToolContext, world: World): Promise<ToolOutcome> {
  const ending = new AbortController();
  const stop = (): void => ending.abort(context.signal.reason);
  let tooLong = false;
  const cancel = world.clock.after(limits.toolTimeoutMs, () => {
    tooLong = true;
    ending.abort();
  });
  if (context.signal.aborted) stop();
  else context.signal.addEventListener("abort", stop, { once: true });
  const { signal } = ending;
  try {
    return await endsWith(signal, call.bound.run({ ...context, signal }));
  } catch (error) {
    if (tooLong) {
      return ownWords(
        `${call.tool.name} was ended after ${limits.toolTimeoutMs / 60_000} minutes without a result.`,
      );
    }
    if (signal.aborted) return ownWords(`${call.tool.name} was stopped.`);
    if (isAppError(error)) return problem(call, error.message);
    world.log.error("A tool failed with a bug", { tool: call.tool.name, error });
    return ownWords(`${call.tool.name} failed inside. Its details are in the log; try another way.`);
  } finally {
    cancel();
    context.signal.removeEventListener("abort", stop);
  }
}

/** A tool that ignores its signal doesn't hold the run: its late result goes nowhere. */
export function endsWith<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new DOMException("The tool was ended", "AbortError"));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Of our own tools the sentence is ours; what a server says in an error is a stranger's (SM1). */
function problem({ tool }: CheckedCall, content: string): ToolOutcome {
  if (tool.origin !== "external") return ownWords(content);
  return { kind: "result", content, isError: true, saw: {} };
}

/** Nothing of what the tool met is in them, so they mark nothing. */
function ownWords(content: string): ToolOutcome {
  return { kind: "result", content, isError: true, saw: { files: [], sources: [], taint: untainted } };
}
