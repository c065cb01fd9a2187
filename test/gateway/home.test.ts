import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { ChatPlatform } from "../../src/chat/contract.ts";
import { optionValue } from "../../src/domain/actions.ts";
import type { HomePage } from "../../src/domain/home-page.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Run } from "../../src/domain/run.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { createHome, type Home } from "../../src/gateway/home.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { createFakePlatform } from "../fakes/fake-platform.ts";
import { createGate } from "../fakes/gate.ts";
import { ana, bo, createGatewayWorld, dm, type GatewayWorld, thread } from "./gateway-world.ts";

const question: QuestionAsk = { kind: "question", question: "Which region?", options: ["Europe", "World"] };
const nothing = { items: [], more: 0 };

describe("gateway/home", () => {
  let world: GatewayWorld;
  let home: Home;
  beforeEach(async () => {
    world = await createGatewayWorld();
    home = createHome({
      world: { clock: world.clock, log: silentLogger },
      store: world.store,
      agent: "deputy",
      deciders: world.gateway.approvals,
    });
    world.queue.onHint((hint) => hint.kind === "outbox" && home.stale());
  });
  afterEach(async () => {
    await home.stop();
    await world.close();
  });

  const start = async (text: string, by = ana, at = thread): Promise<Run> => {
    await world.hear(text, { by, conversation: at });
    await world.settle();
    const run = await world.run(at);
    if (!run) throw new Error("There is no run");
    return run;
  };
  const open = async (person: Person = ana): Promise<HomePage> => {
    home.opened(world.platform, person);
    await home.idle();
    const last = world.platform.homes.at(-1);
    if (last?.to !== person.key) throw new Error("Nothing was published");
    return last.page;
  };
  const debounced = async (): Promise<void> => {
    await world.clock.advance(5_000);
    await home.idle();
  };

  it("leads to the console where people of the platform find it", async () => {
    expect((await open()).console).toBeUndefined();
    await home.stop();
    home = createHome({
      world: { clock: world.clock, log: silentLogger },
      store: world.store,
      agent: "deputy",
      deciders: world.gateway.approvals,
      consoleAt: (platform) => `https://deputy.example/${platform}`,
    });
    expect((await open()).console).toBe("https://deputy.example/fake");
  });

  describe("what is on the page", () => {
    it("HP1: lists the accounts that are the person's own and still there, each with its way out", async () => {
      const mine = { tenant: asTenantId("local"), owner: ana.key };
      await world.store.write(async (tx) => {
        await tx.connections.add(aConnection("con_1", mine));
        await tx.connections.add(
          aConnection("con_2", { ...mine, name: "crm", subject: "s2", state: "needs_reauth" }),
        );
        await tx.connections.add(
          aConnection("con_3", { ...mine, name: "old", subject: "s3", state: "revoked" }),
        );
        await tx.connections.add(aConnection("con_4", { ...mine, owner: bo.key, subject: "s4" }));
      });

      const { connected } = await open();

      expect(connected.items.map(({ title }) => title).toSorted()).toEqual([
        "crm: ann@corp.example",
        "mail: ann@corp.example",
      ]);
      expect(connected.items.flatMap(({ buttons }) => buttons.map(({ value }) => value)).toSorted()).toEqual([
        "con_1",
        "con_2",
      ]);
      expect(connected.items.find(({ title }) => title.startsWith("crm"))?.note).toContain("connect crm");
    });

    it("is empty for somebody who has never asked for anything, and says what the agent may", async () => {
      const page = await open();

      expect(page).toMatchObject({ agent: "deputy", waiting: nothing, running: nothing, recent: nothing });
      expect(page).toMatchObject({ scheduled: nothing, connected: nothing });
      expect(page.preferences).toEqual([["Time zone", "UTC, because yours is not known"]]);
      expect(page.may.length).toBeGreaterThan(0);
      expect(page.mayNot.length).toBeGreaterThan(0);
    });

    it("HP1: shows what is the person's own, and nothing of anybody else", async () => {
      await start("not yours", bo);
      await start("nor this", bo, { ...dm, channel: "dm-bo" });

      expect(await open()).toMatchObject({ waiting: nothing, running: nothing, recent: nothing });
    });

    it("shows running work with a Stop, and where it is", async () => {
      const run = await start("compare the vendors");

      expect((await open()).running).toEqual({
        items: [
          {
            title: "compare the vendors",
            note: "Queued, asked Mon 23 Nov, 09:00 UTC",
            buttons: [expect.objectContaining({ action: "run.stop", value: run.id, label: "Stop" })],
            at: { channel: "sales", thread: "t1" },
          },
        ],
        more: 0,
      });
    });

    it("shows what waits for the person, with its answers, times in the person's zone", async () => {
      const run = await start("compare the vendors");
      const wait = await world.park(run, question);
      const page = await open({ ...ana, timeZone: "Europe/Prague" });

      expect(page.running).toEqual(nothing);
      expect(page.waiting.items).toMatchObject([
        {
          title: "compare the vendors",
          note: "Which region? · asked Mon 23 Nov, 10:00 CET",
          buttons: [
            { action: "question.answer", value: optionValue(wait.id, 0), label: "Europe" },
            { action: "question.answer", value: optionValue(wait.id, 1), label: "World" },
          ],
        },
      ]);
      expect(page.preferences).toEqual([["Time zone", "Europe/Prague"]]);
    });

    it("offers no buttons for a long list of answers: the thread has it", async () => {
      const run = await start("compare the vendors");
      await world.park(run, { ...question, options: ["a", "b", "c", "d", "e"] });

      expect((await open()).waiting.items).toMatchObject([{ buttons: [] }]);
    });

    it("shows what ended in the last week, and not what ended before", async () => {
      const run = await start("compare the vendors");
      await world.click("run.stop", run.id);
      await world.settle();
      expect((await open()).recent.items).toMatchObject([
        { title: "compare the vendors", note: "Stopped Mon 23 Nov, 09:00 UTC · took 0 s", buttons: [] },
      ]);

      world.clock.jump(8 * 24 * 3_600_000);
      expect((await open()).recent).toEqual(nothing);
    });

    it("cuts a section at five and says how many more there are", async () => {
      for (let n = 0; n < 7; n += 1) await start(`task ${n}`, ana, { ...thread, thread: `t${n}` });
      const { running } = await open();

      expect(running.items.map(({ title }) => title)).toEqual([
        "task 6",
        "task 5",
        "task 4",
        "task 3",
        "task 2",
      ]);
      expect(running.more).toBe(2);
    });

    it("AC2: its buttons work from the page, for the person alone", async () => {
      const conversation = { ...dm, thread: "~ana" };
      const run = await start("compare the vendors");
      const wait = await world.park(run, question);
      await world.click("question.answer", optionValue(wait.id, 0), {
        by: bo,
        conversation: { ...conversation, thread: "~bo" },
      });
      await world.settle();
      expect(await world.store.read((tx) => tx.waits.find(wait.id))).toMatchObject({ state: "open" });

      await world.click("question.answer", optionValue(wait.id, 0), { conversation });
      await world.settle();
      expect(await world.run()).toMatchObject({ state: "queued" });

      await world.click("run.stop", run.id, { conversation });
      await world.settle();
      expect(await world.run()).toMatchObject({ state: "stopped" });
    });
  });

  describe("when it is published", () => {
    it("HO1: is published to nobody who has not opened it", async () => {
      await start("compare the vendors");
      await debounced();

      expect(world.platform.homes).toEqual([]);
    });

    it("HO2: is published again once, five seconds after the person's work changed", async () => {
      await open();
      await start("compare the vendors");
      await start("count the words", ana, { ...thread, thread: "t2" });
      await world.clock.advance(4_990);
      await home.idle();
      expect(world.platform.homes).toHaveLength(1);

      await world.clock.advance(10);
      await home.idle();
      expect(world.platform.homes).toHaveLength(2);
      expect(world.platform.homes.at(-1)?.page.running.items).toHaveLength(2);
    });

    it("HO2: is not published again for what changes nothing on it", async () => {
      await open();
      await start("not yours", bo);
      await world.hear("status", { by: bo });
      await world.settle();
      await debounced();

      expect(world.platform.homes).toHaveLength(1);
    });

    it("follows a run from its start over its question to its end", async () => {
      await open();
      const run = await start("compare the vendors");
      await debounced();
      await world.park(run, question);
      home.stale();
      await debounced();
      await world.click("run.stop", run.id);
      await world.settle();
      await debounced();

      const pages = world.platform.homes.map(({ page }) => page);
      expect(
        pages.map((page) => [page.waiting, page.running, page.recent].map((s) => s.items.length)),
      ).toEqual([
        [0, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
      ]);
    });

    it("is forgotten a day after it was opened", async () => {
      await open();
      world.clock.jump(24 * 3_600_000 + 1);
      await start("compare the vendors");
      await debounced();

      expect(world.platform.homes).toHaveLength(1);
    });

    it("may be lost, and is published at the next change", async () => {
      world.platform.fail("home", { kind: "unavailable" });
      home.opened(world.platform, ana);
      await home.idle();
      expect(world.platform.homes).toEqual([]);

      await start("not yours", bo);
      await debounced();
      expect(world.platform.homes).toHaveLength(1);
    });

    it("publishes one page at a time to a person, and the last one last", async () => {
      const gate = createGate();
      world.platform.fail("home", { kind: "slow", until: gate.opened });
      home.opened(world.platform, ana);
      await world.clock.advance(0);
      const run = await start("compare the vendors");
      home.opened(world.platform, ana);
      home.opened(world.platform, ana);
      gate.open();
      await home.idle();

      expect(world.platform.homes.map(({ page }) => page.running.items.length)).toEqual([0, 1]);
      expect(run.state).toBe("queued");
    });

    it("does nothing on a platform that has no such page", async () => {
      const plain: ChatPlatform = createFakePlatform();
      delete plain.publishHome;
      const timers = world.clock.pending();
      home.opened(plain, ana);
      home.stale();
      await home.idle();

      expect(world.clock.pending()).toBe(timers);
    });
  });
});
