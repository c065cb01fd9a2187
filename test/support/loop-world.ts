// A run and everything the loop needs, all real but the model and the clock: SQLite on disk, a workspace on disk, the
// built-in tools. The crash of a segment is staged by throwing everything away and opening anew from the same folder.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type FailpointName, noFailpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Agent } from "../../src/domain/agent.ts";
import type { Budget } from "../../src/domain/budget.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import {
  asConversationId,
  asPersonKey,
  asRunId,
  asTenantId,
  type PersonKey,
  type RunId,
  type ScheduleId,
} from "../../src/domain/ids.ts";
import type { OutboxEntry, Outgoing } from "../../src/domain/outbox.ts";
import type { QuietHours } from "../../src/domain/quiet-hours.ts";
import type { Run } from "../../src/domain/run.ts";
import { createDesk } from "../../src/gateway/desk.ts";
import { goOn } from "../../src/gateway/go-on.ts";
import type { Model } from "../../src/model/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Runtime, SegmentControl, SegmentEnd } from "../../src/runtime/contract.ts";
import type { LiveVoice } from "../../src/runtime/live-voice.ts";
import type { Stages } from "../../src/runtime/pipeline.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import type { GuardedFetch, Tool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import type { Sandbox } from "../../src/tools/sandbox/contract.ts";
import { fixedTools, type ToolSource } from "../../src/tools/source.ts";
import type { Workspaces } from "../../src/workspace/contract.ts";
import { createFolderBlobs } from "../../src/workspace/blobs.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { openStages } from "./open-stages.ts";

export const ana = asPersonKey("local:local:ana");
const tenant = asTenantId("local");
const conversation = asConversationId("con_1");

export interface LoopWorld {
  readonly folder: string;
  readonly clock: ManualClock;
  store: Store;
  workspaces: Workspaces;
  /** Makes the run that the other functions are about. */
  begin(goal: string, options?: BeginOptions): Promise<Run>;
  /** Ana has the run, which has ended, go on: the other functions are about what goes on from now. */
  goOn(): Promise<Run>;
  /** Claims the run and runs one segment. */
  segment(model: Model, options?: SegmentOptions): Promise<SegmentEnd | "unclaimed">;
  run(): Promise<Run>;
  said(): Promise<OutboxEntry[]>;
  /** Messages that were posted (not edits), in order. */
  posts(): Promise<Outgoing[]>;
  /** Closes and reopens everything, as a new process would. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface BeginOptions {
  readonly budget?: Partial<Budget>;
  readonly schedule?: ScheduleId;
  readonly through?: string;
  /** Elsewhere than in the thread of the other functions. */
  readonly place?: ConversationAddress;
  readonly subject?: PersonKey;
  readonly agent?: string;
}

export interface SegmentOptions {
  readonly tools?: readonly Tool[];
  /** Instead of `tools`. */
  readonly source?: ToolSource;
  readonly contextTokens?: number;
  readonly control?: Partial<SegmentControl>;
  readonly failAt?: FailpointName;
  readonly fetch?: GuardedFetch;
  readonly owner?: string;
  readonly stages?: Partial<Stages>;
  readonly quietHours?: QuietHours;
  readonly live?: LiveVoice;
  readonly sandbox?: Sandbox;
}

export class Crash extends Error {}

/** After its crash a process writes nothing more, whatever its code would still like to do. */
function untilDeath(store: Store, mortal: { readonly dead: boolean }): Store {
  return {
    ...store,
    write: (fn) => (mortal.dead ? Promise.reject(new Crash("dead")) : store.write(fn)),
    commitStep: (step) => (mortal.dead ? Promise.reject(new Crash("dead")) : store.commitStep(step)),
  };
}

const never = new AbortController().signal;
const noFetch: GuardedFetch = () => Promise.reject(new Error("no network in this test"));

/** `openStore` where it is to be another one than SQLite. */
export async function createLoopWorld(
  agent: Partial<Agent> = {},
  openStore?: () => Promise<Store>,
): Promise<LoopWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-loop-"));
  const clock = createManualClock();
  const ids = createIds(() => clock.now());
  const open = async (): Promise<{ store: Store; workspaces: Workspaces }> => ({
    store: await (openStore?.() ?? createSqliteStore({ path: path.join(folder, "deputy.db") })),
    workspaces: createWorkspaces({
      root: path.join(folder, "workspaces"),
      blobs: createFolderBlobs(path.join(folder, "blobs")),
      log: silentLogger,
      now: () => clock.now(),
    }),
  });
  const profile: Agent = {
    name: "deputy",
    role: "analyst",
    instructions: "",
    managers: [],
    tools: ["*"],
    model: "scripted",
    budget: { steps: 500 },
    ...agent,
  };
  let id: RunId = asRunId("run_none");

  const world: LoopWorld = {
    folder,
    clock,
    ...(await open()),
    async begin(goal, options = {}) {
      const now = clock.now();
      id = asRunId(ids.next("run"));
      const run = await world.store.write(async (tx) => {
        await tx.people.see({ key: ana, name: "Ana", kind: "member" }, tenant, now);
        const place = await (options.place === undefined
          ? tx.conversations.ensure(
              { platform: "local", tenant, kind: "channel", channel: "sales", thread: "t1" },
              { id: conversation, workspace: "con-1", now },
            )
          : tx.conversations.ensure(options.place, {
              id: asConversationId(ids.next("con")),
              workspace: `con-${options.place.channel}-${options.place.thread}`,
              now,
            }));
        return tx.runs.create({
          id,
          tenant,
          conversation: place.id,
          agent: options.agent ?? "deputy",
          subject: options.subject ?? ana,
          subjectName: "Ana",
          mode: options.place?.kind === "dm" ? "assistant" : "employee",
          goal,
          title: goal.slice(0, 60),
          budget: { ...profile.budget, ...options.budget },
          ...(options.schedule === undefined ? {} : { schedule: options.schedule }),
          ...(options.through === undefined ? {} : { through: options.through }),
          now,
        });
      });
      if (!run) throw new Error("The conversation has an active run already");
      return run;
    },
    async goOn() {
      const old = await world.run();
      const desk = createDesk({
        store: world.store,
        queue: createEmbeddedQueue({ maxWaiting: 10, log: silentLogger }),
        clock,
        failpoint: noFailpoints,
        log: silentLogger,
        kick: () => undefined,
        checkInMs: 900_000,
      });
      const by = { key: ana, name: "Ana", kind: "member" } as const;
      const next = await desk.decide((d) => goOn(d, ids, { old, by }));
      if (!next) throw new Error("The run could not be gone on from");
      id = next.id;
      return next;
    },
    async segment(model, options = {}) {
      const run = await world.run();
      const claimed = await world.store.write((tx) =>
        tx.runs.claim(
          { run: id, segment: run.segment },
          options.owner ?? "host:boot:1:1:n",
          15_000,
          { perPerson: 10, perTenant: 10 },
          clock.now(),
        ),
      );
      if (claimed.kind !== "claimed") return "unclaimed";
      const control: SegmentControl = {
        abandon: never,
        stop: never,
        park: never,
        deadline: clock.now() + 300_000,
        ...options.control,
      };
      return runtimeWith(model, options).runSegment(claimed, control);
    },
    run: async () => {
      const run = await world.store.read((tx) => tx.runs.find(id));
      if (!run) throw new Error("There is no run");
      return run;
    },
    said: () => world.store.read((tx) => tx.outbox.list(conversation, 10_000)),
    posts: async () => (await world.said()).flatMap(({ op }) => (op.op === "post" ? [op.message] : [])),
    async restart() {
      await world.store.close();
      Object.assign(world, await open());
    },
    async close() {
      await world.store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };

  function runtimeWith(model: Model, options: SegmentOptions): Runtime {
    const mortal = { dead: false };
    return createRuntime({
      world: {
        clock,
        ids,
        log: silentLogger,
        failpoint: (name) => {
          if (name !== options.failAt) return undefined;
          mortal.dead = true;
          return Promise.reject(new Crash(name));
        },
      },
      store: untilDeath(world.store, mortal),
      workspaces: world.workspaces,
      model: {
        model,
        countTokens: (text) => Math.ceil(text.length / 3),
        contextTokens: options.contextTokens ?? 32_000,
      },
      tools: options.source ?? fixedTools(options.tools ?? builtinTools),
      fetch: options.fetch ?? noFetch,
      agents: { find: () => profile, checkInMs: 900_000, quietHours: options.quietHours },
      stages: { ...openStages, ...options.stages },
      live: options.live,
      ...(options.sandbox ? { sandbox: options.sandbox } : {}),
    });
  }
  return world;
}
