// Ready means: what work needs can be reached now. Each part says how it is; only the database decides.

import { errorText } from "../base/errors.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import type { McpTools } from "../tools/mcp/mcp-tools.ts";
import type { Readiness } from "../web/contract.ts";
import type { Workers } from "../workers/create-workers.ts";
import { sweeperLock } from "../workers/sweeper.ts";
import type { Edges } from "./edges.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import { scheduleLock } from "./schedule-clock.ts";
import type { Slack } from "./slack.ts";
import { voiceLock } from "./voice-parts.ts";

export interface ReadinessParts {
  readonly edges: Pick<Edges, "world" | "store" | "queue" | "lastOfModel" | "tracing" | "sandbox">;
  readonly gateway: Pick<GatewayParts, "delivery">;
  readonly platforms: readonly ChatPlatform[];
  readonly mcp?: Pick<McpTools, "states"> | undefined;
  readonly slack?: Pick<Slack, "states"> | undefined;
  /** Absent in the role `web`. */
  readonly workers?: Pick<Workers, "owner" | "busy" | "leases"> | undefined;
}

export function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  const { edges, gateway, slack } = parts;
  return async () => {
    const [database, queue, sweeper, supervisor, schedules, installations, servers] = await Promise.all([
      answer(edges.store.read((tx) => tx.runs.counts())),
      answer(edges.queue.ping()),
      answered(holderOf(sweeperLock, parts)),
      answered(holderOf(voiceLock, parts)),
      answered(holderOf(scheduleLock, parts)),
      slack === undefined ? undefined : answered(slack.states()),
      answered(parts.mcp?.states() ?? Promise.resolve([])),
    ]);
    return {
      ok: database === "ok",
      checks: {
        database,
        queue,
        queue_kind: edges.queue.kind,
        refused_messages: gateway.delivery.health().refused.length,
        ...Object.fromEntries(parts.platforms.map(platformCheck)),
        ...(installations === undefined ? {} : { slack_installations: installations }),
        model: edges.lastOfModel(),
        workers: workersCheck(parts),
        sweeper,
        supervisor,
        schedules,
        ...(servers.length === 0 ? {} : { mcp_servers: servers }),
        sandbox: parts.workers === undefined ? { kind: "none here" } : await edges.sandbox.state(),
        tracing: edges.tracing?.state() ?? { kind: "off" },
      },
    };
  };
}

/** Told, and no reason not to be ready: the other doors go on. */
function platformCheck(platform: ChatPlatform): [name: string, state: string] {
  const found = platform.health?.();
  return [platform.name, found === undefined || found.ok ? "ok" : found.observed];
}

function workersCheck({ workers }: ReadinessParts): object {
  return workers === undefined
    ? { state: "none here" }
    : { state: "ok", owner: workers.owner, busy: workers.busy(), leases: workers.leases() };
}

/** Whoever has the turn; with nobody, nothing that is due by itself gets done. */
async function holderOf(lock: string, { edges: { store, world } }: ReadinessParts): Promise<string> {
  const holder = await store.read((tx) => tx.locks.holder(lock));
  return holder === undefined || holder.until <= world.clock.now() ? "nobody" : holder.owner;
}

async function answered<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    return errorText(error);
  }
}

function answer(work: Promise<unknown>): Promise<string> {
  return answered(work.then(() => "ok"));
}
