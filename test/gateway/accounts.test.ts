import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import type { Attention } from "../../src/domain/outbox.ts";
import type { Run } from "../../src/domain/run.ts";
import type { GrantAsk, Wait } from "../../src/domain/wait.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { ada, ana, bo, createGatewayWorld, dm, type GatewayWorld } from "./gateway-world.ts";

const mine = { tenant: dm.tenant, owner: ana.key };

describe("gateway: accounts", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  const connect = (id: string, more: Parameters<typeof aConnection>[1]): Promise<unknown> =>
    world.store.write((tx) => tx.connections.add(aConnection(id, { ...mine, subject: id, ...more })));
  const stateOf = async (id: string) => world.store.read((tx) => tx.connections.find(id));
  const lastWhisper = () => world.held(dm).whispers.at(-1);
  const card = (): Attention => {
    const message = lastWhisper()?.message;
    if (message?.kind !== "attention") throw new Error(`No card, but ${JSON.stringify(message)}`);
    return message;
  };
  const say = async (text: string): Promise<void> => {
    await world.hear(text, { conversation: dm, by: ana });
    await world.settle();
  };

  describe("of which there are several", () => {
    beforeEach(async () => {
      await connect("con_1", { account: "ana@corp.example" });
      await connect("con_2", { account: "ana@home.example", isDefault: false });
      await connect("con_3", { account: "bo@corp.example", owner: bo.key });
      await connect("con_4", { name: "wiki", account: "ana", subject: "w" });
    });

    it("`connect` shows its person's own, which one is used, and offers another one", async () => {
      await say("connect mail");

      expect(lastWhisper()?.to).toBe(ana.key);
      expect(card().text).toContain("ana@corp.example (this one is used)");
      expect(card().text).not.toMatch(/bo@|wiki/);
      expect(card().options.map(({ action, value }) => [action, value])).toEqual([
        ["connect.use", "con_2"],
        ["connect.another", "mail"],
      ]);
    });

    it("CH1: the choice is its owner's", async () => {
      await world.click("connect.use", "con_2", { by: bo });
      await world.settle();
      expect(await stateOf("con_2")).toMatchObject({ isDefault: false });

      await world.click("connect.use", "con_2", { conversation: dm, by: ana });
      await world.settle();
      expect(await stateOf("con_2")).toMatchObject({ isDefault: true });
      expect(await stateOf("con_1")).toMatchObject({ isDefault: false });
      expect(await stateOf("con_4")).toMatchObject({ isDefault: true });
      expect(lastWhisper()?.message).toMatchObject({ text: expect.stringContaining("ana@home.example") });
    });

    it.each([
      ["that was revoked", { state: "revoked" as const }],
      ["of one run", { run: asRunId("run_1") }],
    ])("an account %s can't be chosen", async (_, more) => {
      await connect("con_5", { account: "old@corp.example", isDefault: false, ...more });
      await world.click("connect.use", "con_5", { conversation: dm, by: ana });
      await world.settle();

      expect(await stateOf("con_5")).toMatchObject({ isDefault: false });
      expect(await stateOf("con_1")).toMatchObject({ isDefault: true });
    });

    it("`accounts` lists all of them, with the way out of each", async () => {
      await say("accounts");

      expect(card().text.split("\n")).toHaveLength(3);
      expect(card().options.map(({ action }) => action)).toEqual(Array(3).fill("connect.disconnect"));
      expect(
        card()
          .options.map(({ value }) => value)
          .toSorted(),
      ).toEqual(["con_1", "con_2", "con_4"]);
    });
  });

  it("`accounts` says so where there is none", async () => {
    await say("accounts");

    expect(lastWhisper()?.message).toMatchObject({ text: expect.stringContaining("no account") });
  });

  describe("in a channel (ID-4)", () => {
    const ask: GrantAsk = {
      kind: "grant",
      connection: "mail",
      owner: ana.key,
      tool: "mail__read",
      why: "not_here",
      id: "con_1",
    };
    let run: Run;
    let wait: Wait;
    beforeEach(async () => {
      await connect("con_1", {});
      await world.hear("@deputy read my mail");
      await world.pass(2_000);
      const [begun] = await world.runs();
      if (!begun) throw new Error("No run");
      run = begun;
      wait = await world.park(run, ask);
    });

    const isAllowed = () => world.store.read((tx) => tx.connections.isAllowedIn(run.id, "con_1"));
    const state = async () => (await world.store.read((tx) => tx.waits.find(wait.id)))?.state;

    it("`grant.use_here` by its owner lets this run use it, and the run goes on", async () => {
      await world.click("grant.use_here", wait.id, { by: ana });
      await world.settle();

      expect(await isAllowed()).toBe(true);
      expect(await state()).toBe("resolved");
      expect((await world.run())?.state).toBe("queued");
      expect(await world.store.read((tx) => tx.connections.isAllowedIn(asRunId("run_2"), "con_1"))).toBe(
        false,
      );
    });

    it.each([
      ["a colleague", bo],
      ["the agent's manager", ada],
    ])("I10, A9: by %s it does nothing, and they are told whose word it takes", async (_, by) => {
      await world.click("grant.use_here", wait.id, { by });
      await world.settle();

      expect(await isAllowed()).toBe(false);
      expect(await state()).toBe("open");
      expect(world.held().whispers.at(-1)).toMatchObject({
        to: by.key,
        message: { text: expect.stringContaining("Only whose account it is") },
      });
    });

    it("elsewhere than in its thread, and a second time, it does nothing", async () => {
      await world.click("grant.use_here", wait.id, { by: ana, conversation: dm });
      await world.settle();
      expect(await isAllowed()).toBe(false);

      await world.click("connect.decline", wait.id, { by: ana });
      await world.settle();
      await world.click("grant.use_here", wait.id, { by: ana });
      await world.settle();
      expect(await isAllowed()).toBe(false);
      expect(await world.store.read((tx) => tx.waits.find(wait.id))).toMatchObject({
        answer: { answer: "Declined" },
      });
    });
  });
});
