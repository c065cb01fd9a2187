// The part of a process that works on runs, wired to the gateway's words.

import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import { usesTeams } from "../config/teams-rules.ts";
import { expireWait, nudge } from "../gateway/waits-due.ts";
import { isLoopback } from "../net/loopback.ts";
import type { Runtime } from "../runtime/contract.ts";
import { failRun } from "../runtime/fail-run.ts";
import { seenAs } from "../runtime/seeing.ts";
import { createLeaseKeeper } from "../store/lease-keeper.ts";
import { sqlitePath } from "../store/open.ts";
import { createWorkers, type Workers } from "../workers/create-workers.ts";
import type { SweepPart } from "../workers/sweeper.ts";
import { workspaceRetention } from "../workers/workspace-retention.ts";
import { auditParts } from "./audit-edges.ts";
import type { Edges } from "./edges.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import { isAlone } from "./open-edges.ts";

/** Segments at once in one process: they wait for models most of the time. */
const concurrency = 8;

/** The local chat is one tenant, each workspace of Slack another, and so is that of Teams. */
function tenantsOf({ slack, teams, core }: Config): "one" | "several" {
  const workspaces = slack.clientId === undefined ? (slack.teamIds?.length ?? 1) : Infinity;
  const others = (usesSlack({ slack }) ? workspaces : 0) + (usesTeams({ teams }) ? 1 : 0);
  return others + (isLoopback(core.host) ? 1 : 0) > 1 ? "several" : "one";
}

/** What the sweeper does for workspaces that are kept for a while. */
function retentionParts(config: Config, { store, workspaces, world }: Edges): readonly SweepPart[] {
  const { workspaces: keptMs } = config.file.settings.retention;
  if (keptMs === undefined) return [];
  const { clock, log, ids } = world;
  return [workspaceRetention({ store, workspaces, clock, log, owner: ids.next("w"), keptMs })];
}

export function createWorkerParts(
  config: Config,
  edges: Edges,
  runtime: Runtime,
  { desk, approvals }: GatewayParts,
): Workers {
  const { world, store, queue } = edges;
  const { clock, log, failpoint, ids, meter } = world;
  const { leaseMs, sliceMs } = config.limits;
  const url = config.state.databaseUrl?.reveal();
  return createWorkers({
    store,
    queue,
    runtime,
    acts: {
      expireWait: (wait) => expireWait(desk, approvals, wait),
      nudge: (wait) => nudge(desk, wait),
      // No `routeInbox`: the doors' own process does that, which has the platforms that files are fetched from.
      failPoison: (run, lease) => failRun(run, lease, "run.poison", seenAs({ store, world }, { run, lease })),
    },
    surroundings: { clock, log, failpoint, meter },
    parts: [...auditParts(config, edges), ...retentionParts(config, edges)],
    settings: {
      nonce: ids.next("w"),
      alone: isAlone(config),
      concurrency,
      tenants: tenantsOf(config),
      leaseMs,
      sliceMs,
      inboxKeptMs: config.file.settings.retention.messages,
    },
    openLeases: (owner, onLost) =>
      createLeaseKeeper({
        target: url === undefined ? { sqlitePath: sqlitePath(config.core.dataFolder) } : { postgresUrl: url },
        owner,
        leaseMs,
        renewEveryMs: Math.floor(leaseMs / 3),
        onLost,
        log,
      }),
  });
}
