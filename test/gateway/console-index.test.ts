// What the console lists for whom.

import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { optionValue } from "../../src/domain/actions.ts";
import { asConversationId, asPersonKey, asRunId, type PersonKey } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import { type ConsoleIndex, type ConsoleQuery, consoleIndex } from "../../src/gateway/console-index.ts";
import { placeOfWaiting } from "../../src/gateway/console-waiting.ts";
import type { NewRun } from "../../src/store/contract-runs.ts";
import { askApproval } from "./asked-approval.ts";
import { createConsoleWorld, rulesOf, tenant } from "./console-world.ts";
import { ada, ana, bo, type GatewayWorld, guest, thread } from "./gateway-world.ts";

const secret = "4,711 a month";
const stranger = asPersonKey("fake:t1:eve");

describe("gateway/console-index", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createConsoleWorld();
  });
  afterEach(() => world.close());

  const deps = () => ({
    rulesFor: rulesOf(world),
    deciders: world.gateway.approvals,
    agents: ["deputy", "clerk"],
    now: world.clock.now(),
  });
  const read = (who: PersonKey, query: Partial<ConsoleQuery> = {}): Promise<ConsoleIndex | undefined> =>
    world.store.read((tx) => consoleIndex(tx, deps(), who, { whose: "mine", ...query }));
  const listed = async (who: PersonKey, query: Partial<ConsoleQuery> = {}): Promise<string[]> =>
    ((await read(who, query))?.lists ?? []).flatMap(({ runs }) => runs.map(({ id }) => id));
  const all = { whose: "all" } as const;

  async function add(
    id: string,
    more: Partial<NewRun> & { readonly kind?: "channel" | "dm" | "group"; readonly channel?: string } = {},
  ): Promise<void> {
    const { kind = "channel", channel = "sales", ...row } = more;
    await world.store.write(async (tx) => {
      const fresh = { id: asConversationId(`cnv_${id}`), workspace: `ws_${id}`, now: 0 };
      const at = await tx.conversations.ensure(
        { platform: "fake", tenant, kind, channel, thread: id },
        fresh,
      );
      const { key: subject, name: subjectName } = ana;
      await tx.runs.create({
        id: asRunId(id),
        tenant,
        conversation: at.id,
        agent: "deputy",
        subject,
        subjectName,
        mode: "employee",
        goal: `about ${secret}`,
        title: "Count the rows",
        budget: { steps: 500 },
        now: 1_000,
        ...row,
      });
    });
  }

  describe("RS1: whose runs it lists", () => {
    beforeEach(async () => {
      await add("run_channel");
      await add("run_assist", { mode: "assistant" });
      await add("run_dm", { kind: "dm" });
      await add("run_group", { kind: "group" });
    });
    const everything = ["run_group", "run_dm", "run_channel", "run_assist"];

    it("all of their own to whoever asked, wherever that was", async () => {
      expect(await listed(ana.key)).toEqual(everything);
      expect(await listed(ana.key, all)).toEqual(everything);
    });

    it("to a manager what the agent does in channels with its own rights, when they ask for it", async () => {
      expect(await listed(ada.key)).toEqual([]);
      expect(await listed(ada.key, all)).toEqual(["run_channel"]);
      expect((await read(ada.key))?.manages).toEqual(["deputy", "clerk"]);
    });

    it("nothing of others to anybody else who reads in the channel, approvers among them", async () => {
      world.rules = { ...world.rules, approvers: [bo.key] };
      expect(await listed(bo.key, all)).toEqual([]);
      expect((await read(bo.key))?.manages).toEqual([]);
    });

    it("ID-2: nothing of others to a guest who is named as a manager", async () => {
      world.rules = { ...world.rules, managers: [guest.key] };
      expect(await listed(guest.key, all)).toEqual([]);
    });

    it("to a guest what they asked for", async () => {
      await add("run_theirs", { subject: guest.key, subjectName: "A guest" });
      expect(await listed(guest.key, all)).toEqual(["run_theirs"]);
    });

    it("CI1: whom nobody has seen, and whom an operator has withdrawn access from, have no console", async () => {
      expect(await read(stranger, all)).toBeUndefined();
      await world.store.write((tx) =>
        tx.brakes.pull({ id: "b", kind: "person", name: ana.key, pulledBy: "cli:op", pulledAt: 0 }),
      );
      expect(await read(ana.key)).toBeUndefined();
    });
  });

  it("CI2 OUT-4: what has seen private matters is listed as what it is, without a word of them to others", async () => {
    await add("run_apart", { title: `pays ${secret}`, taint: privateMarks(ana.key) });
    const own = await read(ana.key);
    expect(own?.lists[0]?.runs).toMatchObject([{ title: `pays ${secret}`, isPrivate: true }]);
    const led = await read(ada.key, all);
    expect(led?.lists[0]?.runs).toMatchObject([{ id: "run_apart", isPrivate: true, isOwn: false }]);
    expect(JSON.stringify(led)).not.toContain(secret);
    await add("run_other", { title: `pays ${secret}`, taint: privateMarks(bo.key) });
    const [other] = (await read(ana.key))?.lists[0]?.runs ?? [];
    expect(other).toMatchObject({ id: "run_other", title: "Work with private matters" });
  });

  it("shows by state, agent and channel", async () => {
    await add("run_one");
    await add("run_two", { agent: "clerk" });
    await add("run_three", { channel: "general" });
    await add("run_four", { channel: "general", kind: "dm" });
    expect(await listed(ana.key, { agent: "clerk" })).toEqual(["run_two"]);
    expect(await listed(ana.key, { channel: "general" })).toEqual(["run_three"]);
    expect(await listed(ana.key, { state: "queued" })).toHaveLength(4);
    expect(await listed(ana.key, { state: "done" })).toEqual([]);
    await world.store.write((tx) =>
      tx.runs.settleIdle(asRunId("run_one"), "stopped", { code: "stopped", summary: "" }, 5_000),
    );
    const lists = (await read(ana.key))?.lists ?? [];
    expect(lists.map(({ of, runs }) => [of, runs.length])).toEqual([
      ["active", 3],
      ["ended", 1],
    ]);
    expect(await listed(ana.key, { state: "stopped" })).toEqual(["run_one"]);
  });

  it("pages through all of it, each run once, whatever begins meanwhile", async () => {
    for (let n = 0; n < 60; n += 1) await add(`run_${n}`, { now: 1_000 + Math.floor(n / 3) });
    const found: string[] = [];
    let after: ConsoleQuery["after"];
    for (let page = 0; page < 4; page += 1) {
      const [list] = (await read(ana.key, { state: "queued", after }))?.lists ?? [];
      found.push(...(list?.runs ?? []).map(({ id }) => id));
      after = list?.next;
      if (page === 0) await add("run_late", { now: 9_000 });
      if (after === undefined) break;
    }
    expect(after).toBeUndefined();
    expect(found).toHaveLength(60);
    expect(new Set(found).size).toBe(60);
  });

  it("fills a manager's page with what is theirs to see, past what is not", async () => {
    for (let n = 0; n < 30; n += 1) await add(`run_dm${n}`, { kind: "dm", now: 5_000 });
    await add("run_old");
    expect(await listed(ada.key, all)).toEqual(["run_old"]);
  });

  it("CI3: a run that can't be read ends no list, and is counted on one page alone", async () => {
    await world.close();
    world = await createConsoleWorld(true);
    for (let n = 10; n < 40; n += 1) await add(`run_${n}`);
    const file = new Database(path.join(world.folder, "deputy.db"));
    file.exec("update runs set plan = '{' where id in ('run_38', 'run_12')");
    file.close();
    const first = (await read(ana.key))?.lists[0];
    expect(first?.runs).toHaveLength(25);
    expect(first?.unreadable).toBe(1);
    const { next: after } = first ?? {};
    const second = (await read(ana.key, { state: "queued", after }))?.lists[0];
    expect(second?.runs.map(({ id }) => id)).toEqual(["run_13", "run_11", "run_10"]);
    expect(second?.unreadable).toBe(1);
    expect(second?.next).toBeUndefined();
  });

  describe("CW1: what waits", () => {
    const waiting = async (who: Person): Promise<readonly (readonly [string, string])[]> =>
      ((await read(who.key))?.waiting ?? []).map(({ kind, title }) => [kind, title] as const);

    it("an approval for each who may decide it now, and a question for whom it was asked", async () => {
      const { run } = await askApproval(world);
      const act = ["approval", "mail__send: x@corp.example"];
      expect(await waiting(bo)).toEqual([act]);
      expect(await waiting(ana)).toEqual([act]);
      expect(await waiting(ada)).toEqual([]);
      expect(await waiting(guest)).toEqual([]);
      expect((await read(bo.key))?.waiting).toMatchObject([{ asker: "Ana", run: run.id }]);
      await world.store.write((tx) =>
        tx.brakes.pull({ id: "b", kind: "person", name: bo.key, pulledBy: "cli:op", pulledAt: 0 }),
      );
      expect(await read(bo.key)).toBeUndefined();
    });

    it("OUT-4 HA3: what is asked in private is told to whoever was asked and nobody else", async () => {
      const { key, name } = bo;
      await askApproval(world, {
        apart: (plain) => ({ ...plain, apart: "asked", privately: [{ key, name }] }),
      });
      expect(await waiting(ana)).toEqual([]);
      expect(JSON.stringify(await read(ana.key))).not.toContain("x@corp.example");
    });

    it("leads to the message that asks, and nowhere for whom it does not wait", async () => {
      await world.hear("@deputy report");
      await world.settle();
      const run = await world.run();
      if (!run) throw new Error("There is no run");
      const wait = await world.park(run, {
        kind: "question",
        question: "Which region?",
        options: ["Europe"],
      });
      expect(await waiting(ana)).toEqual([["question", run.title]]);
      expect((await read(ana.key))?.waiting[0]?.text).toContain("Which region?");
      const placeFor = (who: PersonKey) => world.store.read((tx) => placeOfWaiting(tx, deps(), who, wait.id));
      const { messages } = world.held();
      const asking = messages.find(({ message }) => message.kind === "attention");
      expect(await placeFor(ana.key)).toMatchObject({ address: thread, message: asking?.id });
      expect(await placeFor(bo.key)).toBeUndefined();
      expect(await placeFor(stranger)).toBeUndefined();
      world.rules = { ...world.rules, revoked: new Set([ana.key]) };
      expect(await placeFor(ana.key), "OPS-2").toBeUndefined();
      world.rules = { ...world.rules, revoked: new Set() };
      await world.store.write((tx) => tx.runs.patch(run.id, { taint: privateMarks(bo.key) }));
      expect(JSON.stringify((await read(ana.key))?.waiting), "OUT-4").not.toContain("Which region?");
      expect(await waiting(ana)).toEqual([["question", "Work with private matters"]]);
      await world.click("question.answer", optionValue(wait.id, 0), { by: ana });
      await world.settle();
      expect(await waiting(ana)).toEqual([]);
    });
  });
});
