// Tools of each repeatability that act on the outside world of the crash tests.

import process from "node:process";
import { z } from "zod";
import { parseJson } from "../../src/base/json.ts";
import type { Repeatability } from "../../src/domain/step.ts";
import { defineTool, type Tool, type ToolContext, ToolFailure } from "../../src/tools/contract.ts";
import type { OutsideKind } from "./outside-world.ts";

const Answer = z.object({ found: z.boolean() });
const input = z.object({ what: z.string().describe("What it is about") });

interface Call {
  readonly path: OutsideKind | "ask";
  readonly what: string;
}

/** `settleMs`: how late an act of the world may come to count. */
export function outsideTools(url: string, settleMs: number): readonly Tool[] {
  const call = async ({ path, what }: Call, { key, signal }: ToolContext): Promise<boolean> => {
    const query = new URLSearchParams({ what, key, pid: `${process.pid}` });
    const response = await fetch(`${url}/${path}?${query}`, { method: "POST", signal }).catch(
      (error: unknown) => {
        throw new ToolFailure("The world outside did not answer.", error);
      },
    );
    if (!response.ok) throw new ToolFailure(`The world outside answered ${response.status}.`);
    return Answer.parse(parseJson(await response.text())?.value).found;
  };
  const tool = (kind: OutsideKind, name: string, repeat: Repeatability): Tool =>
    defineTool({
      name,
      description: `Does something outside (${kind})`,
      effect: kind === "read" ? "read" : "write-external",
      repeat,
      origin: "own",
      input,
      ...(kind === "askable" ? { settleMs } : {}),
      run: async ({ what }, context) => {
        await call({ path: kind, what }, context);
        const text =
          kind === "read" ? `About ${what}: ${"it is well known. ".repeat(readRepeats(what))}` : "";
        return { kind: "result", content: text || `Done: ${what}.` };
      },
      happened: ({ what }, context) => call({ path: "ask", what }, context),
    });
  return [
    tool("read", "look_up", "read"),
    tool("keyed", "send_keyed", "keyed"),
    tool("askable", "send_askable", "askable"),
    tool("once", "send_once", "once"),
  ];
}

/** Things called `long` have much to be read about. */
function readRepeats(what: string): number {
  return what.startsWith("long") ? 400 : 1;
}
