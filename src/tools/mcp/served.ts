// A tool that others call over MCP, without the protocol: what it is called, takes and gives.

import type { z } from "zod";

export interface ServedCall {
  /** The caller has gone, or takes the call back. */
  readonly signal: AbortSignal;
  /** Says how it goes, where the caller asked for it. */
  progress(message: string): Promise<void>;
}

export interface ServedAnswer {
  /** Absent where it is refused. */
  readonly data?: object;
  /** Why not: a sentence. */
  readonly refused?: string;
}

export interface ServedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** Changes nothing. */
  readonly reads: boolean;
  run(input: unknown, call: ServedCall): Promise<ServedAnswer>;
}

/** With arguments as the schema has them. */
export function servedTool<Shape extends z.ZodRawShape>(
  tool: Omit<ServedTool, "input" | "run"> & {
    readonly input: z.ZodObject<Shape>;
    run(input: z.output<z.ZodObject<Shape>>, call: ServedCall): Promise<ServedAnswer>;
  },
): ServedTool {
  return { ...tool, run: (given, call) => tool.run(tool.input.parse(given), call) };
}
