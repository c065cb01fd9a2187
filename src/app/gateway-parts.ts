// Between chat and runs: what is heard becomes runs and mail, what is to be said is delivered.

import { within } from "../base/abort.ts";
import { every } from "../base/clock.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import { localPlatformName } from "../chat/local/cast.ts";
import type { Config } from "../config/load-config.ts";
import type { PersonKey, RunId } from "../domain/ids.ts";
import { servedAt } from "../gateway/addressing.ts";
import { createDelivery, type Delivery } from "../gateway/delivery.ts";
import { createDesk, type Desk } from "../gateway/desk.ts";
import { createFilesIn } from "../gateway/files-in.ts";
import { greetChannel } from "../gateway/greetings.ts";
import { createHome, type Home } from "../gateway/home.ts";
import { createIntake, type Intake } from "../gateway/intake.ts";
import { noting } from "../gateway/noted.ts";
import { offboard } from "../gateway/revoke-person.ts";
import { createRouter } from "../gateway/router.ts";
import { recordRejections } from "../gateway/rejections.ts";
import type { RulesFor } from "../gateway/rules.ts";
import { pauseWithoutPlace } from "../gateway/schedule-pause.ts";
import { askingStanding } from "../gateway/standing.ts";
import { createProcessTable, formatOwner, isGone } from "../workers/process-owner.ts";
import type { Rulebook } from "../runtime/stages/by-rules.ts";
import type { ApprovalParts } from "../gateway/approval-desk.ts";
import type { ToolSource } from "../tools/source.ts";
import { createApprovalParts } from "./approval-parts.ts";
import { type createAgentDirectory, defaultAgent } from "./agent-directory.ts";
import type { Edges } from "./edges.ts";
import { createGrantParts, type GrantParts } from "./grant-parts.ts";
import { isEmbedded } from "./open-edges.ts";
import { createRulesFor } from "./place-rules.ts";
import { createScheduleClock } from "./schedule-clock.ts";
import { createVoice } from "./voice-parts.ts";

/** How long the messages of a burst are collected (design 10, numbers). */
const usualBurstMs = 1_500;
const downloads = { maxBytes: 50 * 1024 * 1024, timeoutMs: 60_000, retryAfterMs: [500, 2_000] };
const sweepMs = 1_000;
const sweptAtOnce = 200;
/** What is under way when a process goes down gets this long; the rest is in rows, for the next process. */
const routingMs = 1_500;
const lastWordsMs = 2_000;

interface GatewayOptions {
  readonly platforms: readonly ChatPlatform[];
  readonly tools: ToolSource;
  readonly burstMs?: number;
}

export interface GatewayParts {
  readonly desk: Desk;
  readonly intake: Intake;
  readonly delivery: Delivery;
  readonly rulesFor: RulesFor;
  readonly approvals: ApprovalParts;
  readonly grants: GrantParts;
  /** Opens the doors; returns what closes them. */
  start(): Promise<() => Promise<void>>;
}

export function createGatewayParts(
  config: Config,
  edges: Edges & Pick<Rulebook, "brakes">,
  agents: ReturnType<typeof createAgentDirectory>,
  { platforms, tools, burstMs = usualBurstMs }: GatewayOptions,
): GatewayParts {
  const { world, store, queue, workspaces, masterKey, brakes } = edges;
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  // One process has the local chat, and it may be another one than this.
  const left = byName.has(localPlatformName) ? [] : [localPlatformName];
  const { clock, log, failpoint } = world;
  const { checkInMs } = config.limits;
  const ways = waysInto(() => grants);
  const delivery = createDelivery({
    world,
    store,
    blobs: workspaces.blobs,
    platforms: byName,
    left,
    ...ways,
    placeRefused: (entry) => pauseWithoutPlace(desk, { ids: world.ids, rulesFor }, entry),
    senders: sendersHere(world.ids.next("s")),
    // The local chat's ledger belongs to one process, whatever the rows are kept in.
    alone: isEmbedded(config) || platforms.every(({ name }) => name === localPlatformName),
  });
  const desk = createDesk({
    store,
    queue,
    clock,
    failpoint,
    log,
    kick: () => delivery.kick(),
    checkInMs,
    quietHours: config.file.settings.quiet_hours,
    noted: noting(world),
    accounts: () => grants.consent,
    detailsAt: ways.detailsAt,
  });
  const grants = createGrantParts(config, edges, desk, byName);
  const files = createFilesIn({ ...world, store, workspaces, platforms: byName, limits: downloads });
  const rulesFor = createRulesFor(config, agents, brakes);
  const approvals = createApprovalParts(config, { masterKey, agents, tools });
  const standing = askingStanding(byName, world);
  const router = createRouter({ world, desk, rulesFor, files, approvals, standing });
  const intake = createIntake({ world, store, router, burstMs });
  const voice = createVoice(config, { world, store, desk });
  const schedules = createScheduleClock(config, { world, store, desk, rulesFor, platforms: byName });
  const agent = defaultAgent(agents.all).name;
  const home = createHome({ world, store, agent, deciders: approvals, consoleAt: ways.consoleAt });
  return {
    desk,
    intake,
    delivery,
    rulesFor,
    approvals,
    grants,
    start: () =>
      openDoors({ edges, platforms, left, desk, rulesFor, intake, delivery, voice, schedules, home }),
  };
}

/** Where links lead; asked when they are sent, since accounts are decided on the desk that is made with them. */
function waysInto(grants: () => GrantParts) {
  return {
    linkOf: (consent: string, platform: string) => grants().linkOf(consent, platform),
    pageOf: (run: RunId, platform: string) => grants().console.runPage(run, platform),
    detailsAt: (run: RunId, reader: PersonKey) => grants().console.detailsAt(run, reader),
    consoleAt: (platform: string) => grants().console.home(platform),
  };
}

/** DL4: by the process, as leases are. */
function sendersHere(nonce: string): NonNullable<Parameters<typeof createDelivery>[0]["senders"]> {
  const processes = createProcessTable();
  return { own: formatOwner(processes.self(nonce)), isDead: (sender) => isGone(processes, sender) };
}

interface Doors {
  readonly edges: Pick<Edges, "world" | "store" | "queue">;
  readonly platforms: readonly ChatPlatform[];
  /** Names of platforms that are another process's. */
  readonly left: readonly string[];
  readonly desk: Desk;
  readonly rulesFor: RulesFor;
  readonly intake: Intake;
  readonly delivery: Delivery;
  readonly voice: ReturnType<typeof createVoice>;
  readonly schedules: ReturnType<typeof createScheduleClock>;
  readonly home: Home;
}

async function openDoors(doors: Doors): Promise<() => Promise<void>> {
  const { edges, platforms, left, desk, rulesFor, intake, delivery, voice, schedules, home } = doors;
  const { world, store, queue } = edges;
  const { clock, log } = world;
  const unlisten = queue.onHint((hint) => {
    if (hint.kind !== "outbox") return;
    delivery.kick();
    home.stale();
  });
  delivery.start();
  const reject = recordRejections(store, world);
  for (const platform of platforms) {
    await platform.start(intake.receive, {
      homeOpened: (person) => home.opened(platform, person),
      deactivated: (person) => offboard({ desk, ids: world.ids, rulesFor }, person),
      invited: (at, by) => greetChannel({ desk, ids: world.ids, rulesFor }, at, by),
      rejected(why) {
        world.meter?.inbox("rejected");
        reject(platform.name, why);
      },
      serves: (at, author) => servedAt(author, { kind: at.kind, rules: rulesFor(at) }).kind === "addressed",
    });
  }
  const cancel = every(
    clock,
    sweepMs,
    async () => {
      const due = await store.read((tx) => tx.inbox.dueConversations(clock.now(), sweptAtOnce, left));
      await Promise.all(due.map((id) => intake.routeConversation(id)));
    },
    (error) => log.warn("What was heard could not be routed; it is tried again", { error }),
  );
  voice.start();
  schedules.start();
  return async () => {
    cancel();
    await within(clock, routingMs, Promise.all([voice.stop(), schedules.stop(), intake.stop(), home.stop()]));
    await within(clock, lastWordsMs, delivery.stop());
    unlisten();
    for (const platform of platforms) await platform.stop();
  };
}
