// The one way to the model: asks, and lets it be seen how long it took and what came of it.

import type { ModelAnswer, ModelRequest } from "../model/contract.ts";
import type { SpanResult } from "../telemetry/tracing.ts";
import type { RuntimeDeps } from "./deps.ts";
import { codeOf, tracedStep } from "./seeing.ts";
import type { Work } from "./work.ts";

/** Rejects as the model does. */
export async function askModel(
  work: Work,
  n: number,
  request: ModelRequest,
  { model: { model }, world }: RuntimeDeps,
): Promise<ModelAnswer> {
  const { clock, meter, tracer } = world;
  const startedAt = clock.now();
  const { provider } = model;
  const span = tracer?.begin({
    ...tracedStep("model", work, n),
    name: request.model,
    ...(provider === undefined ? {} : { provider }),
  });
  const over = (result: SpanResult): void => {
    const seconds = (clock.now() - startedAt) / 1000;
    meter?.modelCall({ purpose: request.purpose, seconds, error: result.error });
    span?.end(result);
  };
  try {
    const answer = await model.generate(request, { signal: work.signal });
    over({ usage: answer.usage, responseModel: answer.model });
    return answer;
  } catch (error) {
    over({ error: codeOf(error) });
    throw error;
  }
}
