// The composition root: reads as a table of contents. Edges, middle, top, then a list of things to stop.

import { createAgentDirectory, defaultAgent } from "./app/agent-directory.ts";
import { createWebConsole } from "./app/web-console.ts";
import { checkStart } from "./app/check-start.ts";
import { type Edges, openEdges } from "./app/edges.ts";
import { keepFileSchedules } from "./app/file-schedules.ts";
import { createGatewayParts, type GatewayParts } from "./app/gateway-parts.ts";
import { openJudging } from "./app/judging.ts";
import { createLive } from "./app/live-parts.ts";
import { type LogPlace, logOf } from "./app/log-of.ts";
import { createMcpDoor } from "./app/mcp-door.ts";
import { doorsOf, openPlatforms, type Platforms, platformsOf } from "./app/platforms.ts";
import { createReadiness } from "./app/readiness.ts";
import { keepSecurityChannel } from "./app/security-channel.ts";
import { createStages } from "./app/stages.ts";
import { createToolParts, type ToolParts } from "./app/tool-parts.ts";
import { createStopList, type StopList } from "./app/stop-list.ts";
import { createWorkerParts } from "./app/worker-parts.ts";
import { type Failpoints, noFailpoints } from "./base/failpoints.ts";
import type { LocalChat } from "./chat/local/local-chat.ts";
import type { Config } from "./config/load-config.ts";
import { createRuntime } from "./runtime/runtime.ts";
import { createRedactor } from "./telemetry/redact.ts";
import type { Tool } from "./tools/contract.ts";
import type { Web } from "./web/contract.ts";
import { createWeb } from "./web/web.ts";
import type { Workers } from "./workers/create-workers.ts";

export interface AppOptions {
  readonly config: Config;
  readonly role: "all" | "web" | "worker";
  readonly log: LogPlace;
  /** Tests stage crashes with these. */
  readonly failpoint?: Failpoints;
  /** How long the messages of a burst are collected; tests whose people say one thing at a time have less to wait for. */
  readonly burstMs?: number;
  /** Offered beside the built-in ones. */
  readonly tools?: readonly Tool[];
  /** Lets Microsoft's Agents Playground in without a token, where only this machine reaches us. */
  readonly playground?: boolean;
}

export interface App {
  readonly url: string;
  /** Opens the local chat once. Absent in the role `worker`. */
  readonly chatUrl?: string;
  readonly localChat?: LocalChat;
  readonly edges: Edges;
  readonly gateway: GatewayParts;
  /** For people: which model works here. */
  readonly modelLabel: string;
  /** Reads what may change while it runs, at once. Never rejects. */
  reread(): Promise<void>;
  /** Graceful: running segments are handed back, what is being said is said. Twice is once. */
  stop(): Promise<void>;
}

export async function startApp(options: AppOptions): Promise<App> {
  const stops = createStopList();
  try {
    return await start(options, stops);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function start(options: AppOptions, stops: StopList): Promise<App> {
  const { config, role, log: place, failpoint, burstMs, tools = [], playground = false } = options;
  const redactor = createRedactor(config.secrets);
  const outlet = { log: logOf(config, place, redactor), redactor };
  const edges = await openEdges(config, outlet, failpoint ?? noFailpoints, stops);
  await checkStart(config, edges);
  const judging = await openJudging(config, edges, stops);
  const agents = createAgentDirectory(config);
  const agentName = defaultAgent(agents.all).name;
  const platforms =
    role === "worker" ? {} : await openPlatforms(config, edges, { agentName, playground }, stops);
  const { localChat } = platforms;

  const { source, mcp } = createToolParts(config, edges, { tools, grants: () => gateway.grants.grants });
  const gateway = createGatewayParts(config, { ...edges, ...judging }, agents, {
    platforms: platformsOf(platforms),
    tools: source,
    ...(burstMs === undefined ? {} : { burstMs }),
  });
  const runtime = createRuntime({
    ...edges,
    world: { ...edges.world, parked: gateway.grants.parked },
    tools: source,
    agents,
    stages: createStages(judging, config, { ...edges, grants: gateway.grants.grants }),
    live: createLive(config, edges, { platforms: platformsOf(platforms), gateway }),
  });
  if (role !== "worker") {
    stops.add(gateway.grants.start());
    stops.add(await gateway.start());
    const kept = { config, world: edges.world, desk: gateway.desk, platforms };
    stops.add(keepFileSchedules({ ...kept, defaultAgent: agentName }));
    stops.add(keepSecurityChannel(kept));
  }
  stops.add(() => mcp.close());
  if (role !== "web") mcp.start();
  const workers = role === "web" ? undefined : createWorkerParts(config, edges, runtime, gateway);
  if (workers) {
    stops.add(() => workers.stop());
    void edges.sandbox.state(); // tried now, so that the first command need not wait
    await workers.start();
  }

  const modelLabel = labelOf(config, edges.model.model.scripted);
  const web = openWeb(config, edges, gateway, { ...platforms, modelLabel, workers, mcp });
  stops.add(() => web.stop());
  const { url, chatUrl } = await web.start();
  gateway.grants.reachedAt(url);
  return {
    url,
    ...(chatUrl === undefined ? {} : { chatUrl }),
    ...(localChat ? { localChat } : {}),
    edges,
    gateway,
    modelLabel,
    reread: judging.reread,
    stop: () => stops.run(edges.world.log),
  };
}

function openWeb(
  config: Config,
  edges: Edges,
  gateway: GatewayParts,
  parts: Platforms &
    Pick<ToolParts, "mcp"> & {
      readonly modelLabel: string;
      readonly workers: Workers | undefined;
    },
): Web {
  const { localChat, slack, modelLabel, workers } = parts;
  const { host, port, publicUrl } = config.core;
  const { metricsToken } = config.observability;
  const { scripted } = edges.model.model;
  return createWeb({
    listen: { host, port, ...(publicUrl === undefined ? {} : { publicUrl }) },
    clock: edges.world.clock,
    log: edges.world.log,
    ready: createReadiness({ edges, gateway, platforms: platformsOf(parts), slack, workers, mcp: parts.mcp }),
    mounts: doorsOf(parts).map(({ path, handle }) => ({ path, handler: handle })),
    connect: gateway.grants.web,
    console: createWebConsole({
      world: edges.world,
      gateway,
      agents: config.file.settings.agents.map(({ name }) => name),
      platforms: platformsOf(parts),
      blobs: edges.workspaces.blobs,
    }),
    mcp: createMcpDoor(config, edges, gateway, platformsOf(parts)),
    metrics: {
      text: async () => (await edges.metrics.page()).body,
      ...(metricsToken ? { token: metricsToken } : {}),
    },
    ...(localChat
      ? {
          chat: {
            room: localChat.room,
            ...(scripted ? { modelLabel } : {}),
            suggestions,
          },
        }
      : {}),
  });
}

const suggestions = [
  "Summarise a CSV that I attach",
  "Write a note about …",
  "Remind me in 10 minutes to …",
] as const;

function labelOf(config: Config, scripted: boolean): string {
  return scripted
    ? "Demo model (scripted): set OPENAI_API_KEY or OPENAI_BASE_URL to use a real one"
    : config.model.model;
}
