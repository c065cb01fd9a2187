// First stage: the tool exists, is offered to this agent, and its arguments fit its schema.

import picomatch from "picomatch";
import { parseJson } from "../../base/json.ts";
import type { ToolCallRequest } from "../../domain/step.ts";
import type { ToolSpec } from "../../model/contract.ts";
import type { BoundCall, Tool } from "../../tools/contract.ts";
import type { CheckedCall } from "./checked-call.ts";

export type Validated =
  | ({ readonly kind: "valid"; readonly tool: Tool } & Pick<CheckedCall, "canonical" | "input"> & {
        readonly call: BoundCall;
      })
  /** The sentence is for the model. */
  | { readonly kind: "invalid"; readonly problem: string };

export function validate(
  request: ToolCallRequest,
  offered: readonly Tool[],
  held: ReadonlyMap<string, string>,
): Validated {
  const tool = offered.find((candidate) => candidate.name === request.name);
  if (!tool) {
    const why = held.get(request.name);
    if (why !== undefined) return { kind: "invalid", problem: why };
    const names = offered.map((candidate) => candidate.name).join(", ");
    return { kind: "invalid", problem: `There is no tool "${request.name}". Your tools are: ${names}.` };
  }
  const text = request.arguments.trim();
  const json = text === "" ? { value: {} } : parseJson(text);
  if (!json) {
    return {
      kind: "invalid",
      problem: `The arguments of ${request.name} are not valid JSON. Call it again with one JSON object.`,
    };
  }
  const parsed = tool.parse(json.value);
  if (parsed.kind === "invalid") {
    return { kind: "invalid", problem: `The arguments of ${request.name} don't fit: ${parsed.problem}` };
  }
  return { ...parsed, tool, input: parseJson(parsed.canonical)?.value };
}

/** The tools under the agent's ceiling: names or globs. */
export function offeredTools(tools: readonly Tool[], ceiling: readonly string[]): Tool[] {
  const allowed = picomatch([...ceiling]);
  return tools.filter((tool) => allowed(tool.name));
}

/** As the model service gets them. */
export function toolSpecs(tools: readonly Tool[]): ToolSpec[] {
  return tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
}
