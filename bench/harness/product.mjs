// The product as it is built: modules of `dist/`, and a run wired from them with everything real but the model.

import path from "node:path";
import { product } from "./product-place.mjs";

export { product };

const [
  { createIds },
  { silentLogger },
  { systemClock },
  { createRuntime },
  { openStore },
  { createWorkspaces },
  { createFolderBlobs },
] = await Promise.all(
  [
    "base/ids.js",
    "base/logger.js",
    "base/clock.js",
    "runtime/runtime.js",
    "store/open.js",
    "workspace/workspaces.js",
    "workspace/blobs.js",
  ].map(product),
);

const [{ countTokens }, { finish }, { fixedTools }, { byRules }, { loadPolicy }] = await Promise.all(
  [
    "model/tokens.js",
    "tools/builtin/finish.js",
    "tools/source.js",
    "runtime/stages/by-rules.js",
    "policy/load-policy.js",
  ].map(product),
);

const { policy } = loadPolicy({ rules: [], channelApprovers: {}, groups: {} });
const stages = {
  policy: byRules({ policy: () => policy, brakes: () => [], ownerOf: () => undefined }),
  grant: () => Promise.resolve({ kind: "ready", identity: "agent" }),
  approval: () => Promise.resolve({ kind: "pass" }),
};
const tenant = "local";
const ana = "local:local:ana";
const never = new AbortController().signal;
export const clock = systemClock;
export const ids = createIds(() => clock.now());

/** The place of real work: SQLite on disk at FULL, or Postgres where there is a URL; workspaces on disk, the built-in tools. */
export async function openPlace(folder, { databaseUrl } = {}) {
  const store = await openStore({ dataFolder: folder, databaseUrl, log: silentLogger });
  const workspaces = createWorkspaces({
    root: path.join(folder, "workspaces"),
    blobs: createFolderBlobs(path.join(folder, "blobs")),
    log: silentLogger,
    now: () => clock.now(),
  });
  return { folder, store, workspaces, close: () => store.close() };
}

/** A run that is queued, each in a conversation of its own. */
export async function queueRun({ store }, { subject = ana } = {}) {
  const now = clock.now();
  const name = ids.next("b");
  return store.write(async (tx) => {
    await tx.people.see({ key: subject, name: "Ana", kind: "member" }, tenant, now);
    const address = { platform: "local", tenant, kind: "channel", channel: "sales", thread: name };
    const conversation = await tx.conversations.ensure(address, { id: `con_${name}`, workspace: name, now });
    return tx.runs.create({
      id: ids.next("run"),
      tenant,
      conversation: conversation.id,
      agent: "deputy",
      subject,
      subjectName: "Ana",
      mode: "employee",
      goal: "Measure",
      title: "Measure",
      budget: { steps: 100_000 },
      now,
    });
  });
}

export function claimRun({ store }, run) {
  return store.write((tx) =>
    tx.runs.claim(
      { run: run.id, segment: run.segment },
      "bench:1:1",
      15_000,
      { perPerson: 1_000, perTenant: 1_000 },
      clock.now(),
    ),
  );
}

export function runtimeOn(place, { model, tools, contextTokens = 128_000 }) {
  const agent = {
    name: "deputy",
    role: "analyst",
    instructions: "",
    managers: [],
    tools: ["*"],
    model: "bench",
    budget: { steps: 100_000 },
  };
  return createRuntime({
    world: { clock, ids, log: silentLogger, failpoint: () => undefined, said: () => undefined },
    store: place.store,
    workspaces: place.workspaces,
    model: { model, countTokens, contextTokens },
    tools: fixedTools([finish, ...tools]),
    fetch: () => Promise.reject(new Error("no network in a benchmark")),
    agents: { find: () => agent, checkInMs: 900_000 },
    stages,
  });
}

/** Claims the run and works on it until it is done. */
export async function workThrough(place, runtime, run) {
  const claimed = await claimRun(place, run);
  if (claimed.kind !== "claimed") throw new Error(`The run could not be claimed: ${claimed.kind}`);
  const control = { abandon: never, stop: never, park: never, deadline: clock.now() + 600_000 };
  const end = await runtime.runSegment(claimed, control);
  if (end !== "settled") throw new Error(`The run was to be settled, and is ${end}`);
  const { state, spent } = await place.store.read((tx) => tx.runs.find(run.id));
  if (state !== "done") throw new Error(`The run was to be done, and is ${state}`);
  return spent;
}
