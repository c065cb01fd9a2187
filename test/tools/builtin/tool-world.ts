// A world for the file tools: a real workspace in a temporary folder and the real guarded fetch.

import { systemClock } from "../../../src/base/clock.ts";
import { asRunId, asTenantId } from "../../../src/domain/ids.ts";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { type Tool, type ToolContext, ToolFailure } from "../../../src/tools/contract.ts";
import type { Workspace } from "../../../src/workspace/contract.ts";
import { temporaryWorkspaces } from "../../workspace/temporary-workspaces.ts";

export interface FileToolWorld {
  readonly workspace: Workspace;
  /** `files/` on disk. */
  readonly files: string;
  readonly context: ToolContext;
  /** Calls a tool with arguments that must be valid. */
  call(tool: Tool, args: unknown): Promise<ToolAnswer>;
  /** Asks a tool whether the act of these arguments happened. */
  happened(tool: Tool, args: unknown): Promise<boolean | undefined>;
  close(): Promise<void>;
}

export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

export interface FileToolOptions {
  /** `host:port` that `fetch` may reach. */
  readonly allow?: readonly string[];
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

export async function openFileToolWorld(options: FileToolOptions = {}): Promise<FileToolWorld> {
  const temporary = await temporaryWorkspaces();
  const workspace = await temporary.open();
  const context: ToolContext = {
    key: "run_1:1",
    run: { id: asRunId("run_1"), tenant: asTenantId("local") },
    workspace,
    signal: options.signal ?? new AbortController().signal,
    now: options.now ?? Date.now,
    fetch: createGuardedFetch({ allow: options.allow ?? [], clock: systemClock }),
    recall: () => Promise.resolve([]),
    attach: () => Promise.reject(new ToolFailure("These tools attach nothing.")),
  };
  const bound = (tool: Tool, args: unknown) => {
    const parsed = tool.parse(args);
    if (parsed.kind === "valid") return parsed.call;
    throw new Error(`${tool.name} refused its arguments: ${parsed.problem}`);
  };
  return {
    workspace,
    files: temporary.files,
    context,
    async call(tool, args) {
      try {
        const outcome = await bound(tool, args).run(context);
        if (outcome.kind !== "result") throw new Error(`${tool.name} answered with ${outcome.kind}.`);
        return { text: outcome.content, isError: outcome.isError ?? false };
      } catch (error) {
        if (error instanceof ToolFailure) return { text: error.message, isError: true };
        throw error;
      }
    },
    happened: (tool, args) => bound(tool, args).happened(context),
    close: () => temporary.remove(),
  };
}
