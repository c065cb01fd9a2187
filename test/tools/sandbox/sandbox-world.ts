// Commands in a real sandbox, over a workspace in a temporary folder.

import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/logger.ts";
import { asRunId, asTenantId } from "../../../src/domain/ids.ts";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { runCommand } from "../../../src/tools/builtin/run-command.ts";
import { type ToolContext, ToolFailure, type ToolOutcome } from "../../../src/tools/contract.ts";
import type { Sandbox } from "../../../src/tools/sandbox/contract.ts";
import { createSandbox, type SandboxSetup } from "../../../src/tools/sandbox/sandbox.ts";
import type { Workspace, WorkspaceQuota } from "../../../src/workspace/contract.ts";
import { type TemporaryWorkspaces, temporaryWorkspaces } from "../../workspace/temporary-workspaces.ts";

export interface SandboxWorld {
  readonly temporary: TemporaryWorkspaces;
  readonly workspace: Workspace;
  readonly sandbox: Sandbox;
  /** Aborts like the end of a segment that is stopped or has lost its lease. */
  readonly segment: AbortController;
  /** Calls the tool; a failure of it is its sentence. */
  readonly run: (command: string, seconds?: number) => Promise<Answer>;
  /** As a later segment, in this process. */
  nextSegment(): AbortController;
  close(): Promise<void>;
}

export interface Answer {
  readonly text: string;
  readonly isError: boolean;
  readonly outcome?: ToolOutcome;
}

export interface WorldOptions extends Partial<SandboxSetup> {
  readonly quota?: WorkspaceQuota;
  /** Why commands reach nothing, as things are. */
  readonly closed?: () => string | undefined;
}

export const run = asRunId("run_1");

export async function openSandboxWorld({
  quota,
  closed,
  ...setup
}: WorldOptions = {}): Promise<SandboxWorld> {
  const temporary = await temporaryWorkspaces(quota ? { quota } : {});
  const workspace = await temporary.open();
  const sandbox = createSandbox({ clock: systemClock, log: silentLogger, allow: [], alone: true, ...setup });
  let segment = new AbortController();
  let step = 0;
  const context = (): ToolContext => ({
    key: `${run}:${++step}`,
    run: { id: run, tenant: asTenantId("local") },
    workspace,
    signal: segment.signal,
    now: Date.now,
    fetch: createGuardedFetch({ allow: [], clock: systemClock }),
    sandbox: sandbox.forRun({ run, workspace, signal: segment.signal, closed: closed?.() }),
    recall: () => Promise.resolve([]),
    attach: () => Promise.reject(new ToolFailure("This world attaches nothing.")),
  });
  return {
    temporary,
    workspace,
    sandbox,
    get segment() {
      return segment;
    },
    async run(command, seconds) {
      const parsed = runCommand.parse({
        command,
        ...(seconds === undefined ? {} : { timeout_seconds: seconds }),
      });
      if (parsed.kind === "invalid") return { text: parsed.problem, isError: true };
      try {
        const outcome = await parsed.call.run(context());
        if (outcome.kind !== "result") throw new Error(`run_command answered with ${outcome.kind}`);
        return { text: outcome.content, isError: outcome.isError ?? false, outcome };
      } catch (error) {
        if (error instanceof ToolFailure) return { text: error.message, isError: true };
        throw error;
      }
    },
    nextSegment() {
      segment = new AbortController();
      return segment;
    },
    async close() {
      await sandbox.close();
      await temporary.remove();
    },
  };
}
