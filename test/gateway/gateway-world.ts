// A gateway and everything it needs, all real but the chat platform and the clock: SQLite, an embedded queue, workspaces
// on disk. A crash is staged by letting the gateway die at a failpoint and building another one over the same rows.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FailpointName, Failpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Bell } from "../../src/domain/bell.ts";
import type { Conversation, ConversationAddress } from "../../src/domain/conversation.ts";
import { asTenantId, asWaitId, personKey } from "../../src/domain/ids.ts";
import type { InboundAction, InboundEvent, InboundFile, InboundMessage } from "../../src/domain/inbound.ts";
import type { Mail } from "../../src/domain/mailbox.ts";
import type { Utterance } from "../../src/domain/outbox.ts";
import type { Person } from "../../src/domain/person.ts";
import type { QuietHours } from "../../src/domain/quiet-hours.ts";
import type { Lease, Run } from "../../src/domain/run.ts";
import type { Wait, WaitAsk } from "../../src/domain/wait.ts";
import { createDelivery, type Delivery } from "../../src/gateway/delivery.ts";
import type { ApprovalParts } from "../../src/gateway/approval-desk.ts";
import { createDesk, type Desk, type DetailsAt } from "../../src/gateway/desk.ts";
import { createFilesIn } from "../../src/gateway/files-in.ts";
import { createIntake, type Intake } from "../../src/gateway/intake.ts";
import type { Noted } from "../../src/gateway/noted.ts";
import { createRouter } from "../../src/gateway/router.ts";
import type { PlaceRules, RulesFor } from "../../src/gateway/rules.ts";
import type { FiringDeps } from "../../src/gateway/schedule-firing.ts";
import type { AskStanding } from "../../src/gateway/standing.ts";
import { pauseWithoutPlace } from "../../src/gateway/schedule-pause.ts";
import { askingStanding } from "../../src/gateway/standing.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import { askPost } from "../../src/runtime/voice/attention.ts";
import { cardPost } from "../../src/runtime/voice/run-card.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import type { Workspaces } from "../../src/workspace/contract.ts";
import { createFolderBlobs } from "../../src/workspace/blobs.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { testApprovals } from "../support/open-stages.ts";
import { createFakePlatform, type FakePlatform, type HeldConversation } from "../fakes/fake-platform.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";

const tenant = asTenantId("fake-t1");

function member(id: string, name: string): Person {
  return { key: personKey("fake", "t1", id), name, kind: "member" };
}

export const ana = member("ana", "Ana");
export const bo = member("bo", "Bo");
/** The agent's manager. */
export const ada = member("ada", "Ada");
export const guest: Person = { ...member("guest", "A guest"), kind: "guest" };
export const bot: Person = { ...member("bot", "A bot"), kind: "bot" };

export const thread: ConversationAddress = {
  platform: "fake",
  tenant,
  kind: "channel",
  channel: "sales",
  thread: "t1",
};
export const dm: ConversationAddress = { ...thread, kind: "dm", channel: "dm-ana", thread: "d1" };

/** As the composition root puts it together. */
export interface Gateway {
  readonly desk: Desk;
  readonly intake: Intake;
  readonly delivery: Delivery;
  readonly scheduling: FiringDeps;
  readonly approvals: ApprovalParts;
}

export interface GatewaySettings {
  readonly burstMs: number;
  readonly maxFileBytes: number;
  /** The database on disk in `folder`, to be looked into. */
  readonly onDisk: boolean;
  readonly quietHours: QuietHours;
  readonly approvals: Partial<ApprovalParts>;
  /** What the platform says of people whom nobody has described. */
  readonly standing: AskStanding;
  readonly detailsAt: DetailsAt;
  /** Where the page of a run is. */
  readonly pageOf: (run: string, platform: string) => string | undefined;
  /** Instead of SQLite. Closed with the world. */
  readonly store: Store;
}

export class Crash extends Error {}

export interface GatewayWorld {
  readonly folder: string;
  readonly queue: Queue;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly workspaces: Workspaces;
  readonly platform: FakePlatform;
  /** The gateway of the process that lives now. */
  gateway: Gateway;
  /** What the platform delivered, whether it was taken or not. */
  readonly delivered: InboundEvent[];
  /** What was noted of decisions, by all processes. */
  readonly notes: Noted[];
  /** What was rung, by all processes. */
  readonly bells: Bell[];
  rules: PlaceRules;
  /** Somebody writes. Resolves when it is committed. */
  hear(text: string, more?: Partial<InboundMessage> & { readonly by?: Person }): Promise<InboundMessage>;
  click(
    action: InboundAction["action"],
    value: string,
    more?: Partial<InboundAction> & { readonly by?: Person },
  ): Promise<InboundAction>;
  /** Another process beside the one at hand, over the same rows. */
  another(): Gateway;
  /** Waits until all that was heard is routed, and all that is due is said. */
  settle(): Promise<void>;
  /** Lets time pass, and all that falls due happen. */
  pass(ms: number): Promise<void>;
  /** The process at hand does nothing any more; a new one takes its place. With `failAt`, that one dies there. */
  restart(failAt?: FailpointName): void;
  /** Did the process at hand die at its failpoint? */
  died(): boolean;
  /** What the sweeper does about messages that nobody routed. */
  sweep(): Promise<void>;
  /** What the chat shows. */
  held(at?: ConversationAddress): HeldConversation;
  conversation(at?: ConversationAddress): Promise<Conversation>;
  run(at?: ConversationAddress): Promise<Run | undefined>;
  runs(): Promise<Run[]>;
  mail(run: Run): Promise<Mail[]>;
  /** A worker claims the run and holds it. */
  work(run: Run): Promise<Lease>;
  /** A worker claims the run and parks it on `ask`, with its card and its question posted. */
  park(run: Run, ask: WaitAsk, more?: { readonly dueAt?: number; readonly nudgeAt?: number }): Promise<Wait>;
  say(utterance: Utterance): Promise<void>;
  file(name: string, content: Buffer | string, id?: string): InboundFile;
  close(): Promise<void>;
}

export async function createGatewayWorld(settings: Partial<GatewaySettings> = {}): Promise<GatewayWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-gateway-"));
  const clock = createManualClock();
  const ids = createIds(() => clock.now());
  const store =
    settings.store ??
    (await createSqliteStore({
      path: settings.onDisk ? path.join(folder, "deputy.db") : ":memory:",
    }));
  const workspaces = createWorkspaces({
    root: path.join(folder, "workspaces"),
    blobs: createFolderBlobs(path.join(folder, "blobs")),
    log: silentLogger,
    now: () => clock.now(),
  });
  const queue = createEmbeddedQueue({ maxWaiting: 10_000, log: silentLogger });
  const bells: Bell[] = [];
  queue.work(async (bell) => void bells.push(bell), {
    concurrency: 1,
    onError: (error) => {
      throw error;
    },
  });
  const platform = createFakePlatform();
  let count = 0;
  let process = { dead: false };

  function open(failAt?: FailpointName): Gateway {
    process.dead = true;
    process = { dead: false };
    return gatewayOf(process, failAt);
  }

  function gatewayOf(own: { dead: boolean }, failAt?: FailpointName): Gateway {
    const failpoint: Failpoints = (name) => {
      if (own.dead) return Promise.reject(new Crash(name));
      if (name !== failAt) return undefined;
      own.dead = true;
      return Promise.reject(new Crash(name));
    };
    const living = mortal(store, own);
    const log = silentLogger;
    const loopWorld = { clock, ids, log, failpoint };
    const platforms = new Map([["fake", platform]]);
    const rulesFor: RulesFor = (_at, agent) => ({ ...world.rules, agent: agent ?? world.rules.agent });
    const scheduling = { ids, rulesFor, failpoint, standing: askingStanding(platforms, loopWorld) };
    const delivery = createDelivery({
      world: loopWorld,
      store: living,
      platforms,
      blobs: workspaces.blobs,
      pageOf: settings.pageOf,
      placeRefused: (entry) => pauseWithoutPlace(desk, scheduling, entry),
    });
    const kick = (): void => delivery.kick();
    const desk = createDesk({
      store: living,
      queue,
      clock,
      failpoint,
      log,
      kick,
      checkInMs: 900_000,
      quietHours: settings.quietHours,
      noted: (what) => void world.notes.push(what),
      detailsAt: settings.detailsAt,
    });
    const limits = { maxBytes: settings.maxFileBytes ?? 1_000_000, timeoutMs: 60_000, retryAfterMs: [1_000] };
    const files = createFilesIn({ store: living, workspaces, platforms, clock, log, limits });
    const approvals = { ...testApprovals, managersOf: () => world.rules.managers, ...settings.approvals };
    const router = createRouter({
      world: loopWorld,
      desk,
      rulesFor,
      files,
      approvals,
      ...(settings.standing ? { standing: settings.standing } : {}),
    });
    const burstMs = settings.burstMs ?? 0;
    return {
      desk,
      delivery,
      scheduling,
      approvals,
      intake: createIntake({ world: loopWorld, store: living, router, burstMs }),
    };
  }

  const nextId = (prefix: string): string => {
    count += 1;
    return `${prefix}${count}`;
  };
  const heard = (by: Person, at: ConversationAddress): Omit<InboundMessage, "kind" | MessageOnly> => {
    clock.jump(1);
    return { eventId: nextId("ev"), conversation: at, author: by, sentAt: clock.now() };
  };

  const base = {
    folder,
    queue,
    clock,
    store,
    workspaces,
    platform,
    bells,
    delivered: [] as InboundEvent[],
    notes: [] as Noted[],
    rules: {
      enabled: true,
      reply: "followers",
      guests: false,
      bots: [],
      agent: "deputy",
      budget: { steps: 500 },
      managers: [ada.key],
      approvers: [],
      revoked: new Set(),
    } satisfies PlaceRules as PlaceRules,
  };
  const world: GatewayWorld = {
    ...base,
    gateway: open(),
    async hear(text, { by = ana, ...more } = {}) {
      const event: InboundMessage = {
        ...heard(by, more.conversation ?? thread),
        kind: "message",
        messageId: nextId("msg"),
        text,
        mentionsAgent: true,
        mentions: [],
        files: [],
        ...more,
      };
      world.delivered.push(event);
      await world.gateway.intake.receive(event);
      return event;
    },
    async click(action, value, { by = ana, ...more } = {}) {
      const event: InboundAction = {
        ...heard(by, more.conversation ?? thread),
        kind: "action",
        action,
        value,
        ...more,
      };
      world.delivered.push(event);
      await world.gateway.intake.receive(event);
      return event;
    },
    another: () => gatewayOf({ dead: false }),
    async settle() {
      await world.gateway.intake.idle();
      await world.gateway.delivery.idle();
      await clock.advance(0);
      await world.gateway.intake.idle();
      await world.gateway.delivery.idle();
    },
    async pass(ms) {
      const step = Math.max(1_000, ms / 20);
      for (let left = ms; left > 0; left -= step) {
        // What falls due within a long step happens at its end: nobody looks at a clock in between.
        if (step > 1_000) clock.jump(Math.min(left, step));
        else await clock.advance(Math.min(left, step));
        await world.settle();
      }
    },
    restart(failAt) {
      world.gateway = open(failAt);
      world.gateway.delivery.start();
    },
    died: () => process.dead,
    async sweep() {
      const due = await store.read((tx) => tx.inbox.dueConversations(clock.now(), 100));
      for (const id of due) await world.gateway.intake.routeConversation(id);
      world.gateway.delivery.kick();
      await world.settle();
    },
    held: (at = thread) => platform.held(at),
    async conversation(at = thread) {
      const all = await store.read((tx) => tx.conversations.list());
      const found = all.find(({ address }) => address.thread === at.thread && address.channel === at.channel);
      if (!found) throw new Error("There is no such conversation");
      return found;
    },
    async run(at = thread) {
      const { id } = await world.conversation(at);
      const [run] = await store.read((tx) => tx.runs.list({ conversation: id, limit: 1 }));
      return run;
    },
    runs: () => store.read((tx) => tx.runs.list({ limit: 1_000 })),
    mail: (run) => store.read((tx) => tx.mailbox.list(run.id, 0)),
    async work(run) {
      const claim = await store.write((tx) =>
        tx.runs.claim(
          { run: run.id, segment: run.segment },
          "worker",
          15_000,
          { perPerson: 99, perTenant: 99 },
          clock.now(),
        ),
      );
      if (claim.kind !== "claimed") throw new Error(`The run could not be claimed: ${claim.kind}`);
      return claim.lease;
    },
    async park(run, ask, more = {}) {
      const lease = await world.work(run);
      const now = clock.now();
      const id = asWaitId(`wait_${run.id}_${run.cursor}`);
      const wait = await store.write(async (tx) => {
        await tx.runs.advance(lease, run.cursor, run.cursor + 1, run.spent);
        await tx.steps.start(lease, { n: run.cursor, kind: "wait" }, now);
        const kind = kinds[ask.kind];
        await tx.waits.open({
          id,
          run: run.id,
          step: run.cursor,
          kind,
          ask,
          asked: run.subject,
          now,
          ...more,
        });
        await tx.runs.park(lease, undefined);
        await tx.outbox.add(cardPost(run, { state: "Waiting for you", noted: [] }), now);
        await tx.outbox.add(
          askPost(run, id, ask, more.dueAt === undefined ? undefined : { at: more.dueAt }),
          now,
        );
        return tx.waits.find(id);
      });
      world.gateway.delivery.kick();
      await world.settle();
      if (!wait) throw new Error("The wait was not opened");
      return wait;
    },
    async say(utterance) {
      await store.write((tx) => tx.outbox.add(utterance, clock.now()));
      world.gateway.delivery.kick();
      await world.settle();
    },
    file(name, content, id = nextId("file")) {
      const bytes = Buffer.from(content);
      platform.files.set(id, bytes);
      return { id, name, sizeBytes: bytes.length, ref: id };
    },
    async close() {
      process.dead = true;
      await queue.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  world.gateway.delivery.start();
  return world;
}

const kinds = {
  question: "question",
  budget: "budget",
  doubt: "question",
  schedule: "approval",
  grant: "grant",
  approval: "approval",
} as const;

type MessageOnly = "messageId" | "text" | "mentionsAgent" | "mentions" | "files";

/** After its crash a process writes nothing more, whatever its code would still like to do. */
function mortal(store: Store, process: { readonly dead: boolean }): Store {
  return {
    ...store,
    read: (fn) => (process.dead ? Promise.reject(new Crash("dead")) : store.read(fn)),
    write: (fn) => (process.dead ? Promise.reject(new Crash("dead")) : store.write(fn)),
    commitStep: (step) => (process.dead ? Promise.reject(new Crash("dead")) : store.commitStep(step)),
  };
}

/** The text of every message of a kind, in order. */
export function texts(held: HeldConversation, kind: "notice" | "result" | "attention"): string[] {
  return held.messages.flatMap(({ message }) =>
    message.kind === kind && "text" in message ? [message.text] : [],
  );
}

export function whispers(held: HeldConversation, to: Person): string[] {
  return held.whispers.flatMap((one) =>
    one.to === to.key && one.message.kind === "notice" ? [one.message.text] : [],
  );
}

/** An edit or a deletion of `message`. */
export function changed(
  message: InboundMessage,
  kind: "edited" | "deleted",
  text: string,
  eventId: string,
): InboundEvent {
  const { conversation, author, sentAt, messageId } = message;
  const common = { eventId, conversation, author, sentAt, messageId };
  return kind === "edited" ? { ...common, kind, text } : { ...common, kind };
}
