// Between chat and runs: what is heard becomes runs and mail, what is to be said is delivered.

import { every } from "../base/clock.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import type { Config } from "../config/load-config.ts";
import { servedAt } from "../gateway/addressing.ts";
import { createDelivery, type Delivery } from "../gateway/delivery.ts";
import { createDesk, type Desk } from "../gateway/desk.ts";
import { createFilesIn } from "../gateway/files-in.ts";
import { createHome } from "../gateway/home.ts";
import { createIntake, type Intake } from "../gateway/intake.ts";
import { createRouter } from "../gateway/router.ts";
import { type createAgentDirectory, defaultAgent } from "./agent-directory.ts";
import type { Edges } from "./edges.ts";
import { createRulesFor } from "./place-rules.ts";

/** How long the messages of a burst are collected (design 10, numbers). */
const burstMs = 1_500;
const downloads = { maxBytes: 50 * 1024 * 1024, timeoutMs: 60_000, retryAfterMs: [500, 2_000] };
const sweepMs = 1_000;
const sweptAtOnce = 200;

export interface GatewayParts {
  readonly desk: Desk;
  readonly intake: Intake;
  readonly delivery: Delivery;
  /** Opens the doors; returns what closes them. */
  start(): Promise<() => Promise<void>>;
}

export function createGatewayParts(
  config: Config,
  { world, store, queue, workspaces }: Edges,
  agents: ReturnType<typeof createAgentDirectory>,
  platforms: readonly ChatPlatform[],
): GatewayParts {
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  const { clock, log, failpoint } = world;
  const { checkInMs } = config.limits;
  const delivery = createDelivery({ world, store, blobs: workspaces.blobs, platforms: byName });
  const desk = createDesk({ store, queue, clock, failpoint, log, kick: () => delivery.kick(), checkInMs });
  const files = createFilesIn({ store, workspaces, platforms: byName, clock, log, limits: downloads });
  const rulesFor = createRulesFor(config, agents);
  const router = createRouter({ world, desk, rulesFor, files });
  const intake = createIntake({ world, store, router, burstMs });
  const home = createHome({ world, store, agent: defaultAgent(agents.all).name });
  return {
    desk,
    intake,
    delivery,
    async start() {
      const unlisten = queue.onHint((hint) => {
        if (hint.kind !== "outbox") return;
        delivery.kick();
        home.stale();
      });
      delivery.start();
      for (const platform of platforms) {
        await platform.start(intake.receive, {
          homeOpened: (person) => home.opened(platform, person),
          serves: (at, author) =>
            servedAt(author, { kind: at.kind, rules: rulesFor(at) }).kind === "addressed",
        });
      }
      const cancel = every(
        clock,
        sweepMs,
        async () => {
          const due = await store.read((tx) => tx.inbox.dueConversations(clock.now(), sweptAtOnce));
          await Promise.all(due.map((id) => intake.routeConversation(id)));
        },
        (error) => log.warn("What was heard could not be routed; it is tried again", { error }),
      );
      return async () => {
        cancel();
        await intake.stop();
        await home.stop();
        await delivery.stop();
        unlisten();
        for (const platform of platforms) await platform.stop();
      };
    },
  };
}
