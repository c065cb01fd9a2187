// What the model is asked, without live secrets (RED-2).
//
//   CR1  A message and a tool's schema are looked through once: they go out with every turn, and a long run would look through all
//        of itself each time.
//   CR2  What was clean is looked through again when a secret has come to live.

import type { ModelRequest } from "../model/contract.ts";
import type { Redactor } from "../telemetry/redact.ts";
import { scrubAll } from "../telemetry/scrub-all.ts";

/** What was found clean, with what was looked for. */
const clean = new WeakMap<object, object>();

/** The same messages and schemas where there was nothing to hide. */
export function cleanRequest(request: ModelRequest, redactor: Redactor): ModelRequest {
  const { messages, tools, ...rest } = request;
  return {
    ...scrubAll(rest, redactor.scrubKnown),
    messages: messages.map((message) => cleanOnce(message, redactor)),
    tools: tools.map(({ parameters, ...named }) => ({
      ...scrubAll(named, redactor.scrubKnown),
      parameters: cleanOnce(parameters, redactor),
    })),
  };
}

function cleanOnce<T extends object>(item: T, { live, scrubKnown }: Redactor): T {
  const now = live();
  if (clean.get(item) === now) return item;
  const cleaned = scrubAll(item, scrubKnown);
  if (cleaned === item) clean.set(item, now);
  return cleaned;
}
