// Plays back a script, strictly: a call past the end, and steps left over, are both test failures.

import type { ToolCallRequest } from "../../src/domain/step.ts";
import type { GenerateOptions, Model, ModelAnswer, ModelRequest } from "../../src/model/contract.ts";

export type ScriptedStep =
  | ModelAnswer
  | Error
  | ((request: ModelRequest, options: GenerateOptions) => ModelAnswer | Promise<ModelAnswer>);

const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 10, usdMicros: 100 };

/** An answer in words. */
export function says(text: string, stop: ModelAnswer["stop"] = "end"): ModelAnswer {
  return { text, calls: [], stop, usage };
}

/** An answer that calls tools: `calls(["read_file", { path: "a" }], …)`. Ids are unique by default. */
export function calls(...list: readonly (readonly [name: string, args: unknown])[]): ModelAnswer {
  return {
    text: "",
    calls: list.map(([name, args]): ToolCallRequest => {
      counter += 1;
      return {
        id: `call_${counter}`,
        name,
        arguments: typeof args === "string" ? args : JSON.stringify(args),
      };
    }),
    stop: "calls",
    usage,
  };
}
let counter = 0;

export class ScriptedModel implements Model {
  readonly name = "scripted-in-test";
  readonly scripted = true;
  /** Every request that was made, in order, distillations included. */
  readonly requests: ModelRequest[] = [];
  readonly #steps: ScriptedStep[];
  readonly #distil: (request: ModelRequest) => ModelAnswer | Error;

  constructor(
    steps: readonly ScriptedStep[],
    distil: (request: ModelRequest) => ModelAnswer | Error = noDistil,
  ) {
    this.#steps = [...steps];
    this.#distil = distil;
  }

  async generate(request: ModelRequest, options: GenerateOptions): Promise<ModelAnswer> {
    this.requests.push(request);
    const step = request.purpose === "distil" ? this.#distil(request) : this.#steps.shift();
    if (step === undefined) {
      throw new Error(`Asked for turn ${this.requests.length}, past the end of the script`);
    }
    if (step instanceof Error) throw step;
    return typeof step === "function" ? step(request, options) : step;
  }

  /** The script was followed to its end. */
  expectSpent(): void {
    if (this.#steps.length > 0) throw new Error(`${this.#steps.length} scripted steps were never asked for`);
  }
}

function noDistil(): Error {
  return new Error("A distillation was asked for, and the script has none");
}
