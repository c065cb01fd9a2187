// The product between chat and runs, wired from its own parts: intake, router and desk; workers with their net. Left out are the
// chat platform in front (events are handed to the intake) and delivery behind (nothing that is said goes anywhere).

import path from "node:path";
import { clock, ids, product } from "./product.mjs";

const [
  { silentLogger },
  { openQueue },
  { createDesk },
  { createFilesIn },
  { createIntake },
  { createRouter },
  { createLeaseKeeper },
  { createWorkers },
  { optionValue },
] = await Promise.all(
  [
    "base/logger.js",
    "queue/open.js",
    "gateway/desk.js",
    "gateway/files-in.js",
    "gateway/intake.js",
    "gateway/router.js",
    "store/lease-keeper.js",
    "workers/create-workers.js",
    "domain/actions.js",
  ].map(product),
);

const log = silentLogger;
const failpoint = () => undefined;
const nothing = () => undefined;
const world = { clock, ids, log, failpoint, said: nothing };
const ana = { key: "local:local:ana", name: "Ana", kind: "member" };

/** The doorbell of this process, or that of Redis. */
export function openDoorbell(redisUrl) {
  return openQueue({ redisUrl, log });
}

/** Where the burst window is nought, a message is routed as soon as it is committed. `standing` says who somebody is, where the event does not. */
export function openDoors({ store, workspaces }, queue, { burstMs = 0, standing } = {}) {
  const desk = createDesk({ store, queue, clock, failpoint, log, kick: nothing, checkInMs: 900_000 });
  const limits = { maxBytes: 1_000_000, timeoutMs: 1_000, retryAfterMs: [] };
  const files = createFilesIn({ store, workspaces, platforms: new Map(), clock, log, limits });
  const rules = {
    enabled: true,
    reply: "followers",
    guests: false,
    bots: [],
    agent: "deputy",
    budget: { steps: 100 },
    managers: [],
    approvers: [],
    revoked: new Set(),
  };
  const router = createRouter({ world, desk, rulesFor: () => rules, files, approvals: undefined, standing });
  return { desk, intake: createIntake({ world, store, router, burstMs }) };
}

/** `onSegment` is called with a segment that was claimed, and must bring its run to an end or to a wait. */
export async function openWorkers({ store, folder }, queue, onSegment) {
  const workers = createWorkers({
    store,
    queue,
    runtime: { runSegment: onSegment },
    acts: {
      expireWait: () => Promise.resolve(),
      nudge: () => Promise.resolve(),
      routeInbox: () => Promise.resolve(),
      failPoison: () => Promise.resolve(),
    },
    surroundings: { clock, log, failpoint },
    settings: { nonce: ids.next("w"), concurrency: 8, tenants: "several", leaseMs: 15_000, sliceMs: 300_000 },
    openLeases: (owner, onLost) =>
      createLeaseKeeper({
        target: { sqlitePath: path.join(folder, "deputy.db") },
        owner,
        leaseMs: 15_000,
        renewEveryMs: 5_000,
        onLost,
        log,
      }),
  });
  await workers.start();
  return workers;
}

/** A message of Ana in a thread of its own; with `mentionsAgent` it starts a run. */
export function messageFrom(thread, { mentionsAgent }) {
  return {
    kind: "message",
    eventId: ids.next("ev"),
    conversation: { platform: "local", tenant: "local", kind: "channel", channel: "sales", thread },
    author: ana,
    sentAt: clock.now(),
    messageId: ids.next("msg"),
    text: "Please look at the figures of last week.",
    mentionsAgent,
    mentions: [],
    files: [],
  };
}

/** Ana's click on the first option of what her run `asked` her. */
export function clickOn({ address }, asked) {
  return {
    kind: "action",
    eventId: ids.next("ev"),
    conversation: address,
    author: ana,
    sentAt: clock.now(),
    action: "question.answer",
    value: optionValue(asked.id, 0),
  };
}

/** The question that a run parks on at `step`. */
export const questionId = (run, step) => `wait_${run}_${step}`;

/** Parks a run of which nothing else is of interest on a question. */
export async function parkOnQuestion(store, { run, lease }) {
  const { cursor, subject: asked, spent } = run;
  await store.write(async (tx) => {
    const now = clock.now();
    await tx.runs.advance(lease, cursor, cursor + 1, spent);
    await tx.steps.start(lease, { n: cursor, kind: "wait" }, now);
    const ask = { kind: "question", question: "Which region?", options: ["North", "South"] };
    await tx.waits.open({
      id: questionId(run.id, cursor),
      run: run.id,
      step: cursor,
      kind: "question",
      ask,
      asked,
      now,
    });
    await tx.runs.park(lease, undefined);
  });
  return "parked";
}

/** The end of a run whose work is of no interest. */
export async function settleAtOnce(store, { lease }) {
  await store.write((tx) => tx.runs.settle(lease, "done", { code: "done", summary: "Done." }, clock.now()));
  return "settled";
}
