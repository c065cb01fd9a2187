import { setImmediate as macrotask } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Logger, silentLogger } from "../../../../src/base/logger.ts";
import { Secret } from "../../../../src/base/secret.ts";
import { createSlackDoors } from "../../../../src/chat/slack/inbound/doors.ts";
import { createPeople } from "../../../../src/chat/slack/inbound/people.ts";
import type { InboundEvent } from "../../../../src/domain/inbound.ts";
import { createGate } from "../../../fakes/gate.ts";
import { createManualClock } from "../../../fakes/manual-clock.ts";
import { type FakeSlack, ids, startFakeSlack } from "../../../fakes/slack/fake-slack.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Options {
  readonly appToken?: string;
  readonly receive?: (event: InboundEvent) => Promise<void>;
  /** Before the door is opened. */
  readonly prepare?: (slack: FakeSlack) => void;
}

/** The fake Slack and the door share a clock that only the test moves. */
async function socketWorld(options: Options = {}) {
  const clock = createManualClock();
  const slack = await startFakeSlack({ clock });
  ends.push(() => slack.close());
  options.prepare?.(slack);
  const received: InboundEvent[] = [];
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (text) => void warnings.push(text), child: () => log };
  const installation = {
    teamId: ids.team,
    botToken: new Secret(slack.botToken),
    botUserId: ids.bot,
    botId: ids.botId,
    appId: ids.app,
  };
  const lookUp = async () => ({ team_id: ids.team, real_name: "Ana" });
  const doors = createSlackDoors(
    {
      settings: { apiUrl: slack.apiUrl, appToken: new Secret(options.appToken ?? slack.appToken) },
      installations: {
        find: async (id) => (id === ids.team ? installation : undefined),
        list: async () => [installation],
        revoke: async () => undefined,
      },
      clock,
      log,
    },
    {
      receive: async (event) => {
        await options.receive?.(event);
        received.push(event);
      },
      people: createPeople({ lookUp, clock, log }),
      hooks: {
        homeOpened: () => undefined,
        openModal: () => Promise.resolve(),
        openThread: (at) => Promise.resolve(at),
        channelName: () => Promise.resolve(undefined),
        isIn: () => Promise.resolve(true),
        tell: () => Promise.resolve(),
      },
    },
  );
  ends.push(() => doors.stop());
  await doors.start();
  return {
    slack,
    clock,
    doors,
    received,
    says: (text: string) => slack.person(ids.ana).says(ids.general, text),
    last: () => slack.deliveries.at(-1),
    attemptsFailed: () => warnings.filter((text) => text === "Socket Mode could not be connected").length,
  };
}

async function eventually(look: () => unknown): Promise<void> {
  while (!look()) await macrotask();
  await macrotask();
}

describe("an envelope", () => {
  test("is received and acknowledged", async () => {
    const { slack, doors, received, last } = await socketWorld();
    expect(doors.health()).toEqual({ ok: true, observed: "Socket Mode is connected." });
    const asked = await slack.person(ids.ana).mentions(ids.general, "sum up the week");
    expect(received).toContainEqual(
      expect.objectContaining({ kind: "message", messageId: asked.ts, mentionsAgent: true }),
    );
    expect(last()?.state).toBe("acknowledged");
  });

  test("SD1: is acknowledged after the commit", async () => {
    const committed = createGate();
    const reached = createGate();
    const { says, last } = await socketWorld({
      receive: () => {
        reached.open();
        return committed.opened;
      },
    });
    const saying = says("hello");
    await reached.opened;
    await macrotask();
    expect(last()?.state).toBe("under way");
    committed.open();
    await saying;
    expect(last()?.state).toBe("acknowledged");
  });

  test("SD1: that could not be committed is left, comes again and is received", async () => {
    let tries = 0;
    const { clock, says, last, received } = await socketWorld({
      receive: async () => {
        tries += 1;
        if (tries === 1) throw new Error("the disk is full");
      },
    });
    const saying = says("hello");
    await eventually(() => tries === 1);
    await clock.advance(3_000);
    await saying;
    await eventually(() => last()?.state === "acknowledged");
    expect(last()?.attempts.map(({ status }) => status)).toEqual([undefined, 200]);
    expect(received).toHaveLength(1);
  });

  test("of a click and of a command are acknowledged, too", async () => {
    const { slack, received } = await socketWorld();
    const answer = await slack.person(ids.ana).slash("/deputy", "status", ids.general);
    expect(answer.warned).toBe(false);
    expect(received).toMatchObject([{ kind: "command", text: "status" }]);
  });
});

describe("the connection", () => {
  test("SD2: is made anew at once when Slack asks for it", async () => {
    const { slack, clock, says, received } = await socketWorld();
    await clock.advance(3_600_000);
    slack.refreshSockets();
    await eventually(() => slack.callsTo("apps.connections.open").length === 2);
    await slack.until(() => slack.openSockets === 1);
    await says("hello");
    expect(received).toHaveLength(1);
  });

  test("SD2: dropped for 30 s, nothing is lost that Slack sends again", async () => {
    const { slack, clock, doors, says, received, attemptsFailed } = await socketWorld();
    slack.dropSockets(30_000);
    await eventually(() => !doors.health().ok);
    await says("during the outage");
    expect(received).toEqual([]);
    for (const [failed, pauseMs] of [500, 1_000, 2_000, 4_000, 8_000].entries()) {
      await eventually(() => attemptsFailed() === failed);
      await clock.advance(pauseMs);
    }
    await eventually(() => attemptsFailed() === 5);
    await clock.advance(15_000);
    await slack.until(() => slack.openSockets === 1);
    await eventually(() => doors.health().ok);
    await clock.advance(30_000);
    await slack.settled();
    expect(received).toMatchObject([{ kind: "message", text: "during the outage" }]);
  });

  test("with a token that Slack refuses, the start ends, and operators are told which token it is", async () => {
    const { doors } = await socketWorld({ appToken: "xapp-wrong" });
    expect(doors.health().ok).toBe(false);
    expect(doors.health().observed).toMatch(/invalid_auth.*SLACK_APP_TOKEN/);
  });

  test("that fails at the start is tried again", async () => {
    const { slack, clock, doors, attemptsFailed } = await socketWorld({
      prepare: (fake) => fake.fault("apps.connections.open", { kind: "http", status: 503 }),
    });
    expect(doors.health().ok).toBe(false);
    await eventually(() => attemptsFailed() === 1);
    await clock.advance(500);
    await slack.until(() => slack.openSockets === 1);
    await eventually(() => doors.health().ok);
  });

  test("the stop waits for what is under way, acknowledges it, and closes", async () => {
    const committed = createGate();
    const reached = createGate();
    const { slack, doors, says, last } = await socketWorld({
      receive: () => {
        reached.open();
        return committed.opened;
      },
    });
    const saying = says("hello");
    await reached.opened;
    const stopped = doors.stop();
    committed.open();
    await Promise.all([stopped, saying]);
    expect(last()?.state).toBe("acknowledged");
    await slack.until(() => slack.openSockets === 0);
    expect(doors.health()).toMatchObject({ ok: false });
  });
});
