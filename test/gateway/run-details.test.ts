// What the page of a run is made from, for whoever has to answer for it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asPersonKey, type PersonKey } from "../../src/domain/ids.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Run } from "../../src/domain/run.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import { type RunDetails, runDetails } from "../../src/gateway/run-details.ts";
import { maySee } from "../../src/gateway/run-sight.ts";
import { runEvent } from "../../src/runtime/recording.ts";
import { aNotice, aResult } from "../chat/outgoing.ts";
import { askApproval } from "./asked-approval.ts";
import { createConsoleWorld, rulesOf, tenant } from "./console-world.ts";
import { ada, ana, bo, dm, type GatewayWorld, guest, thread } from "./gateway-world.ts";

const secret = "4,711 a month";

interface Case {
  readonly person: Person;
  readonly more: Partial<Run>;
  readonly place: ConversationAddress;
  readonly sees: boolean;
}

describe("gateway/run-details", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createConsoleWorld();
  });
  afterEach(() => world.close());

  const read = async (run: Run, who: PersonKey = ana.key): Promise<RunDetails | undefined> =>
    world.store.read((tx) => runDetails(tx, rulesOf(world), who, run.id));
  const start = async (at = thread): Promise<Run> => {
    await world.hear("@deputy report", { conversation: at });
    await world.settle();
    const run = await world.run(at);
    if (!run) throw new Error("There is no run");
    return run;
  };

  const cases: readonly (readonly [string, Case])[] = [
    ["whoever asked", { person: ana, more: {}, place: thread, sees: true }],
    ["whoever asked, in direct messages", { person: ana, more: {}, place: dm, sees: true }],
    [
      "whoever asked, for an assistant",
      { person: ana, more: { mode: "assistant" }, place: thread, sees: true },
    ],
    ["a guest who asked", { person: guest, more: { subject: guest.key }, place: thread, sees: true }],
    ["a manager", { person: ada, more: {}, place: thread, sees: true }],
    ["a manager, of what was asked in direct messages", { person: ada, more: {}, place: dm, sees: false }],
    [
      "a manager, of what was asked in a group",
      { person: ada, more: {}, place: { ...thread, kind: "group" }, sees: false },
    ],
    [
      "a manager, of an assistant's work",
      { person: ada, more: { mode: "assistant" }, place: thread, sees: false },
    ],
    ["a manager who is a guest", { person: { ...ada, kind: "guest" }, more: {}, place: thread, sees: false }],
    [
      "a manager from outside",
      { person: { ...ada, kind: "external" }, more: {}, place: thread, sees: false },
    ],
    ["somebody else in the channel", { person: bo, more: {}, place: thread, sees: false }],
    ["an approver of the channel", { person: bo, more: {}, place: thread, sees: false }],
    [
      "a stranger",
      { person: { ...bo, key: asPersonKey("fake:t1:eve") }, more: {}, place: thread, sees: false },
    ],
    [
      "somebody of the same id elsewhere",
      { person: { ...ana, key: asPersonKey("fake:t2:ana") }, more: {}, place: thread, sees: false },
    ],
  ];
  it.each(cases)("RS1: who sees it: %s", async (_who, { person, more, place, sees }) => {
    world.rules = { ...world.rules, approvers: [bo.key] };
    const run: Run = { ...(await start()), ...more };
    expect(maySee(run, person, place, rulesOf(world))).toBe(sees);
    world.rules = { ...world.rules, revoked: new Set([person.key]) };
    expect(maySee(run, person, place, rulesOf(world))).toBe(false);
  });

  it("tells of an approval: by which rule, whose word it takes, who gave it and how", async () => {
    const { run, approval } = await askApproval(world, { verdict: { rules: ["mail-needs-a-look"] } });
    const [asked] = (await read(run))?.approvals ?? [];
    expect(asked).toMatchObject({
      tool: "mail__send",
      state: "pending",
      digest: approval.digest,
      rules: ["mail-needs-a-look"],
      approvers: [["requester", "group:finance"]],
      quorum: 1,
      votes: [],
    });
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    const details = await read(run);
    expect(details?.approvals[0]).toMatchObject({
      state: "approved",
      votes: [{ byName: "Bo", verdict: "approve", via: "button" }],
    });
    expect(JSON.stringify(details)).not.toContain("x@corp.example");
  });

  it("names the rules of each step, and where in the log the run stands", async () => {
    const run = await start();
    const lease = await world.work(run);
    await world.store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 2, { steps: 2, inputTokens: 20, outputTokens: 2, usdMicros: 30_000 });
      const usage = { inputTokens: 20, cachedTokens: 0, outputTokens: 2, usdMicros: 30_000 };
      await tx.steps.start(lease, { n: 0, kind: "model" }, 1_000);
      const output = { text: secret, calls: [], stop: "calls", usage, heard: 0 };
      await tx.steps.finish(run.id, { n: 0, state: "done", result: JSON.stringify(output) }, 2_000);
      const args = JSON.stringify({ to: secret });
      await tx.steps.start(
        lease,
        { n: 1, kind: "tool", tool: "mail__send", callId: "c", arguments: args, identity: "agent" },
        3_000,
      );
      const event = runEvent(run, "tool.started", 3_000);
      await tx.audit.append({ ...event, step: 1, tool: "mail__send", decision: "allow", rules: ["mail-ok"] });
    });
    const details = await read(run);
    expect(details?.steps).toMatchObject([
      { kind: "model", tokens: 22, usdMicros: 30_000 },
      { kind: "tool", tool: "mail__send", ruling: { decision: "allow", rules: ["mail-ok"] } },
    ]);
    const rows = await world.store.read((tx) => tx.audit.ofRun(run.id));
    expect(details?.record).toEqual({
      tenant,
      first: rows[0]?.seq,
      last: rows.at(-1)?.seq,
      events: rows.length,
      hash: rows.at(-1)?.hash,
    });
    expect(JSON.stringify(details), "RD2").not.toContain(secret);
  });

  it("names the files that it handed over, of its own run alone, and to others only where they may read of them", async () => {
    const run = await start();
    const of = { tenant: run.tenant, conversation: run.conversation };
    const file = (name: string) => ({ name, sha256: "a".repeat(64), sizeBytes: 12 });
    const said = (key: string, message: ReturnType<typeof aNotice> | ReturnType<typeof aResult>) =>
      world.say({ ...of, run: run.id, key, op: { op: "post", message } });
    await said("told", aNotice("here", { files: [file("part.csv")] }));
    await said("result", aResult({ files: [file("report.csv")] }));
    await world.say({
      ...of,
      key: "x",
      op: { op: "post", message: aNotice("x", { files: [file("other.csv")] }) },
    });
    await world.settle();
    const names = async (who: PersonKey) => (await read(run, who))?.files.map(({ name }) => name);
    expect(await names(ana.key)).toEqual(["part.csv", "report.csv"]);
    expect(await names(ada.key)).toEqual(["part.csv", "report.csv"]);
    await world.store.write((tx) => tx.runs.patch(run.id, { taint: privateMarks(ana.key) }));
    expect(await names(ana.key)).toEqual(["part.csv", "report.csv"]);
    expect(await read(run, ada.key)).toMatchObject({ files: [], untoldFiles: 2, isPrivate: true });
  });

  it("OUT-4: the plan is shown as this person may read it", async () => {
    const run = await start();
    const more = ["Ask", "Write"].map((text) => ({ text, state: "todo" }) as const);
    await world.store.write((tx) =>
      tx.runs.patch(run.id, {
        plan: { title: secret, steps: [{ text: `pay ${secret}`, state: "doing" }, ...more] },
        taint: privateMarks(ana.key),
      }),
    );
    expect(await read(run)).toMatchObject({ title: secret, plan: [{ text: `pay ${secret}` }, {}, {}] });
    const led = await read(run, ada.key);
    expect(led?.plan.map(({ text }) => text)).toEqual(["Step 1", "Step 2", "Step 3"]);
    expect(JSON.stringify(led)).not.toContain(secret);
  });

  it("says who stopped it, whoever worked on it then, and that an operator holds it up", async () => {
    const run = await start();
    await world.store.write((tx) =>
      tx.brakes.pull({ id: "b", kind: "agent", name: "deputy", pulledBy: "cli:op", pulledAt: 0 }),
    );
    expect(await read(run)).toMatchObject({ isHeldUp: true, isStopping: false });
    await world.click("run.stop", run.id, { by: ada });
    await world.settle();
    expect(await read(run)).toMatchObject({ state: "stopped", stoppedBy: "Ada", isHeldUp: false });
    const other = await start(dm);
    await world.store.write((tx) => tx.brakes.release("agent", "deputy"));
    await world.work(other);
    await world.click("run.stop", other.id, { conversation: dm });
    await world.settle();
    expect(await read(other)).toMatchObject({ state: "working", isStopping: true, stoppedBy: "Ana" });
  });

  it("leads to the run that goes on from it, and from that one back", async () => {
    const run = await start();
    await world.click("run.stop", run.id);
    await world.settle();
    await world.click("run.resume", run.id);
    await world.settle();
    const next = await world.run();
    if (!next) throw new Error("There is no run");
    expect((await read(run))?.continuedBy).toBe(next.id);
    expect((await read(next))?.continues).toBe(run.id);
  });

  it("offers a stop to whoever may stop it, as long as it goes on", async () => {
    const run = await start();
    expect((await read(run))?.mayStop).toBe(true);
    expect((await read(run, ada.key))?.mayStop).toBe(true);
    await world.store.write((tx) =>
      tx.runs.settleIdle(run.id, "stopped", { code: "stopped", summary: "" }, 5_000),
    );
    expect((await read(run))?.mayStop).toBe(false);
  });
});
