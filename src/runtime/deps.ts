// What the durable loop is given.

import type { AuditSeal } from "../audit/contract.ts";
import type { Clock } from "../base/clock.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Ids } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import type { Agent } from "../domain/agent.ts";
import type { Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import type { QuietHours } from "../domain/quiet-hours.ts";
import type { CountTokens, Model } from "../model/contract.ts";
import type { Store, Tx } from "../store/contract.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Redactor } from "../telemetry/redact.ts";
import type { Tracer } from "../telemetry/tracing.ts";
import type { GuardedFetch } from "../tools/contract.ts";
import type { Sandbox } from "../tools/sandbox/contract.ts";
import type { ToolSource } from "../tools/source.ts";
import type { Workspaces } from "../workspace/contract.ts";
import type { LiveVoice } from "./live-voice.ts";
import type { Stages } from "./pipeline.ts";

/** What every part of the loop needs of the world. */
export interface World {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly failpoint: Failpoints;
  /** Keeps live secrets out of what leaves (RED-2). Whoever opens a secret adds it. */
  readonly redactor?: Redactor;
  /** Seals what events name by digest; without it nothing is kept beside them. */
  readonly auditSeal?: AuditSeal;
  /** Called after a commit that had something to say, so that it is delivered at once. May be lost. */
  readonly said?: () => void;
  /** Counts what is done. */
  readonly meter?: Omit<Metrics, "watch" | "page" | "list">;
  /** Writes spans; absent where tracing is off. */
  readonly tracer?: Tracer;
  /** What is committed with the wait of a run that parks. */
  readonly parked?: Parked;
}

export type Parked = (tx: Tx, run: Run, wait: Pick<Wait, "id" | "ask">) => Promise<void>;

export interface RuntimeDeps {
  readonly world: World;
  readonly store: Store;
  readonly workspaces: Workspaces;
  readonly model: ModelSetup;
  readonly tools: ToolSource;
  readonly fetch: GuardedFetch;
  /** Absent where no commands run. */
  readonly sandbox?: Sandbox;
  readonly agents: AgentDirectory;
  /** What judges a call before it is done. */
  readonly stages: Stages;
  /** Absent where nothing can be shown before it is said. */
  readonly live?: LiveVoice | undefined;
}

export interface ModelSetup {
  readonly model: Model;
  readonly countTokens: CountTokens;
  /** Size of the window that the loop keeps to. */
  readonly contextTokens: number;
}

export interface AgentDirectory {
  /** The agent of that name, or the default one if it is gone from the configuration. */
  find(name: string): Agent;
  /** How long a run may be silent before the supervisor speaks for it (I13). */
  readonly checkInMs: number;
  /** When people are to be left alone; absent where they never are. */
  readonly quietHours?: QuietHours | undefined;
  /** How long an approval can be given. */
  readonly approvalMs?: number;
}
