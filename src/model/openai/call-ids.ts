// Ids of tool calls. Some servers leave them out or start again at each turn; results are matched by them for the
// whole run, so that each must name one call of the context.

import type { ToolCallRequest } from "../../domain/step.ts";
import type { ModelMessage } from "../contract.ts";

/** The calls with ids that no other call of `messages` or of this answer has. The same input gives the same ids. */
export function withOwnIds(
  calls: readonly ToolCallRequest[],
  messages: readonly ModelMessage[],
): readonly ToolCallRequest[] {
  const taken = new Set(
    messages.flatMap((message) => (message.role === "assistant" ? message.calls.map(({ id }) => id) : [])),
  );
  return calls.map((call, place) => {
    const fallback = `${call.id === "" ? "call" : call.id}_${messages.length}_${place}`;
    const id = call.id === "" || taken.has(call.id) ? fallback : call.id;
    taken.add(id);
    return { ...call, id };
  });
}
