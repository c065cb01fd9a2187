// What must have one winner, with two processes on one Postgres: nothing is serialized for us there.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { optionValue } from "../../src/domain/actions.ts";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import {
  ana,
  bo,
  createGatewayWorld,
  dm,
  type Gateway,
  type GatewayWorld,
  texts,
  whispers,
} from "./gateway-world.ts";
import { testApprovals } from "../support/open-stages.ts";

const question: QuestionAsk = {
  kind: "question",
  question: "Which region?",
  options: ["Europe", "World"],
  default: "Europe",
};

describe.skipIf(!postgresIsInstalled())("gateway/races", () => {
  let server: PostgresServer;
  let world: GatewayWorld;
  let other: Gateway;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const store = await createPostgresStore({ url: await server.createDatabase() });
    world = await createGatewayWorld({ store });
    other = world.another();
  });
  afterEach(() => world.close());

  const settle = async (): Promise<void> => {
    for (let n = 0; n < 3; n += 1) {
      await world.settle();
      await other.intake.idle();
      await other.delivery.idle();
    }
  };
  const heardBy = (gateway: Gateway, message: InboundMessage): Promise<void> =>
    gateway.intake.receive(message);

  it("I1: makes one run of an event that both processes are given 25 times", async () => {
    const message = await world.hear("compare the vendors", { conversation: dm });
    const copies = Array.from({ length: 25 }, () => [
      heardBy(world.gateway, message),
      heardBy(other, message),
    ]);
    await Promise.all(copies.flat());
    await settle();

    expect(await world.runs()).toHaveLength(1);
    expect(world.held(dm).reactions).toHaveLength(1);
  });

  it("I3: starts one run for people who ask both processes in one thread at once", async () => {
    const first = await world.hear("request 0");
    const others = Array.from({ length: 10 }, (_, n) =>
      heardBy(n % 2 === 0 ? other : world.gateway, {
        ...first,
        eventId: `race${n}`,
        messageId: `race${n}`,
        author: n % 3 === 0 ? bo : ana,
        text: `request ${n + 1}`,
      }),
    );
    await Promise.all(others);
    await settle();
    await world.sweep();

    const runs = await world.runs();
    expect(runs).toHaveLength(1);
    const mail = runs[0] ? await world.mail(runs[0]) : [];
    const all = [...(runs[0]?.goal.split("\n\n") ?? []), ...mail.map((item) => item.text)];
    expect(all.toSorted()).toEqual(Array.from({ length: 11 }, (_, n) => `request ${n}`).toSorted());
  });

  it("W1: counts one of a click, a reply and the default that come to both at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const conversation = { ...dm, thread: `round${round}` };
      await world.hear("work", { conversation });
      await settle();
      const run = await world.run(conversation);
      if (!run) throw new Error("There is no run");
      const wait = await world.park(run, question);
      world.bells.length = 0;
      await Promise.all([
        world.click("question.answer", optionValue(wait.id, 1), { conversation }),
        expireWait(other.desk, testApprovals, wait),
        world.hear("somewhere else", { conversation }),
        expireWait(world.gateway.desk, testApprovals, wait),
      ]);
      await settle();

      const after = await world.store.read((tx) => tx.waits.find(wait.id));
      expect(after?.state).toBe("resolved");
      const asked = world.held(conversation).messages.find((one) => one.key.startsWith("ask:"));
      expect(asked?.edits).toBe(1);
      expect((await world.run(conversation))?.state).toBe("queued");
      expect(new Set(world.bells.map((bell) => bell.segment)).size).toBe(1);
    }
  });

  it("I13: ends a run once that both processes are told to stop", async () => {
    await world.hear("work");
    await settle();
    const run = await world.run();
    if (!run) throw new Error("There is no run");
    const click = await world.click("run.stop", run.id);
    await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        (n % 2 === 0 ? other : world.gateway).intake.receive({ ...click, eventId: `stop${n}` }),
      ),
    );
    await settle();

    expect(await world.run()).toMatchObject({ state: "stopped" });
    expect(texts(world.held(), "result")).toHaveLength(1);
    expect(whispers(world.held(), ana)).toHaveLength(6);
  });

  it("I2: says each thing once though both processes deliver", async () => {
    for (let n = 0; n < 20; n += 1)
      await world.hear("help", { conversation: { ...dm, thread: `t${n % 4}` } });
    world.gateway.delivery.kick();
    other.delivery.kick();
    await settle();

    const keys = Array.from({ length: 4 }, (_, n) => world.held({ ...dm, thread: `t${n}` }))
      .flatMap((held) => held.messages)
      .map((message) => message.key);
    expect(keys).toHaveLength(20);
    expect(new Set(keys).size).toBe(20);
  });
});
