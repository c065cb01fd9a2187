// The console over a store, as the composition root makes it, with a chat that knows one address for everything.

import { createManualClock } from "../fakes/manual-clock.ts";
import { createFakePlatform } from "../fakes/fake-platform.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createWebConsole } from "../../src/app/web-console.ts";
import { createDesk } from "../../src/gateway/desk.ts";
import type { RulesFor } from "../../src/gateway/rules.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Store } from "../../src/store/contract.ts";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { testApprovals } from "../support/open-stages.ts";
import type { PersonKey } from "../../src/domain/ids.ts";
import type { WebConsole } from "../../src/web/console-contract.ts";

export function consoleOver(
  store: Store,
  rulesFor: RulesFor,
  managers: readonly PersonKey[] = [],
  name = "slack",
): WebConsole {
  const clock = createManualClock(10_000);
  const queue = createEmbeddedQueue({ maxWaiting: 100, log: silentLogger });
  const desk = createDesk({
    store,
    queue,
    clock,
    failpoint: noFailpoints,
    log: silentLogger,
    kick: () => undefined,
    checkInMs: 900_000,
  });
  const platform = {
    ...createFakePlatform(),
    name,
    linkTo: async ({ thread }: { readonly thread: string }) => `https://chat.example/${thread}`,
  };
  return createWebConsole({
    world: { clock, log: silentLogger },
    gateway: { desk, rulesFor, approvals: { ...testApprovals, managersOf: () => managers } },
    agents: ["deputy"],
    platforms: [platform],
    blobs: { get: async (sha256) => Buffer.from(`content of ${sha256.slice(0, 4)}`) },
  });
}
