// The one way to the model: asks, and lets it be seen how long it took and what came of it.

import type { ModelAnswer, ModelRequest } from "../model/contract.ts";
import type { SpanResult } from "../telemetry/tracing.ts";
import { scrubAll } from "../telemetry/scrub-all.ts";
import { cleanRequest } from "./clean-request.ts";
import type { RuntimeDeps } from "./deps.ts";
import { listen } from "./live.ts";
import { codeOf, tracedStep } from "./seeing.ts";
import type { Work } from "./work.ts";

/** Rejects as the model does. */
export async function askModel(
  work: Work,
  n: number,
  request: ModelRequest,
  deps: RuntimeDeps,
): Promise<ModelAnswer> {
  const { world } = deps;
  const { model } = deps.model;
  const { clock, meter, tracer, redactor } = world;
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
    const heard = request.purpose === "work" ? listen(work, deps) : {};
    // RED-2: what goes there, and what comes from there
    const asked = redactor ? cleanRequest(request, redactor) : request;
    const said = await model.generate(asked, { signal: work.signal, ...heard });
    const answer = redactor ? scrubAll(said, redactor.scrubKnown) : said;
    over({ usage: answer.usage, responseModel: answer.model });
    return answer;
  } catch (error) {
    over({ error: codeOf(error) });
    throw error;
  }
}
