import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConsentSession } from "../../src/domain/consent.ts";
import { asConversationId, asRunId } from "../../src/domain/ids.ts";
import type { Attention } from "../../src/domain/outbox.ts";
import type { Run } from "../../src/domain/run.ts";
import type { GrantAsk, Wait } from "../../src/domain/wait.ts";
import { answerGrantWaits } from "../../src/gateway/grant-waits.ts";
import { grantAnswers } from "../../src/runtime/voice/grant-card.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { ada, ana, bo, createGatewayWorld, dm, type GatewayWorld, texts } from "./gateway-world.ts";

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

  describe("that a run waits for", () => {
    const ask: GrantAsk = { kind: "grant", connection: "mail", owner: ana.key, tool: "mail__read" };
    const session: ConsentSession = {
      id: "consent_1",
      tenant: dm.tenant,
      initiator: ana.key,
      initiatorName: "Ana",
      agent: "deputy",
      connection: "mail",
      scopes: [],
      conversation: asConversationId("conv_1"),
      line: asConversationId("conv_1"),
      card: "consent:consent_1",
      state: "open",
      expiresAt: 1,
      createdAt: 0,
    };

    it("nobody is told of a private request where only its reader is: it is beside that line", async () => {
      await world.hear("@deputy read my mail");
      await world.hear("read my mail", { conversation: dm });
      await world.pass(2_000);
      for (const run of await world.runs()) await world.park(run, ask);
      await world.settle();

      const [inChannel] = texts(world.held(), "attention");
      const [inPrivate] = texts(world.held(dm), "attention");
      expect(inChannel).toMatch(/^I sent Ana a private request to connect mail\. I go on/);
      expect(inPrivate).toMatch(/^Only you can answer the request to connect mail\. I go on/);
    });

    it.each([
      ["connected", undefined, { answer: "Connected", by: ana.key }, /^Ana: Connected/],
      ["declined", undefined, { answer: "Declined", by: ana.key }, /^Ana: Declined/],
      [
        "expired",
        undefined,
        { answer: grantAnswers.expired },
        /^Not connected: the request was not answered/,
      ],
      ["expired", "exchange_failed", { answer: grantAnswers.failed }, /^Not connected: the service did not/],
      [
        "blocked",
        "other_person",
        { answer: grantAnswers.blocked },
        /^Not connected: the request was stopped/,
      ],
      [
        "blocked",
        "other_authorization_server",
        { answer: grantAnswers.quarantined },
        /^Not connected: an operator has to look/,
      ],
    ] as const)("an asking that was %s (%s) is told as what it was", async (state, why, answer, line) => {
      await world.hear("@deputy read my mail");
      await world.pass(2_000);
      const [run] = await world.runs();
      const wait = await world.park(run ?? none(), ask);
      await world.gateway.desk.decide((d) => answerGrantWaits(d, session, { state, why }));
      await world.settle();

      const resolved = await world.store.read((tx) => tx.waits.find(wait.id));
      expect(resolved?.answer).toMatchObject(answer);
      expect(resolved?.answer?.by).toBe("by" in answer ? answer.by : undefined);
      const shown = world
        .held()
        .messages.flatMap(({ message }) => (message.kind === "attention" ? [message] : []));
      expect(shown.at(-1)?.decided).toMatch(line);
      expect((await world.run())?.state).toBe("queued");
    });
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

function none(): never {
  throw new Error("There is none");
}
