import { once } from "node:events";
import { createAdaptorServer } from "@hono/node-server";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/base/logger.ts";
import { Secret } from "../../../src/base/secret.ts";
import type { ChatPlatform, PlatformHooks } from "../../../src/chat/contract.ts";
import type { Installations } from "../../../src/chat/slack/installations.ts";
import { createSlackPlatform } from "../../../src/chat/slack/slack-platform.ts";
import { personKey } from "../../../src/domain/ids.ts";
import type { InboundEvent } from "../../../src/domain/inbound.ts";
import type { Person } from "../../../src/domain/person.ts";
import { chatContract } from "../../contracts/chat-contract.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";
import {
  type FakeMessage,
  type FakeSlack,
  type FakeSlackOptions,
  ids,
  startFakeSlack,
} from "../../fakes/slack/fake-slack.ts";
import { aNotice, anAttention } from "../outgoing.ts";

const ana = personKey("slack", ids.team, ids.ana);
const bo = personKey("slack", ids.team, ids.bo);
const times = { callTimeoutMs: 10_000, uploadTimeoutMs: 10_000, downloadTimeoutMs: 10_000 };

interface World {
  readonly slack: FakeSlack;
  readonly clock: ManualClock;
  readonly revoked: readonly string[];
  open(): ChatPlatform;
  close(): Promise<void>;
}

async function openWorld(door: "http" | "socket", options: FakeSlackOptions = {}): Promise<World> {
  const clock = createManualClock();
  const slack = await startFakeSlack({ clock, ...options });
  const installed = {
    teamId: ids.team,
    botToken: new Secret(slack.botToken),
    botUserId: ids.bot,
    botId: ids.botId,
  };
  const revoked: string[] = [];
  const isHere = (team: string): boolean => team === ids.team && revoked.length === 0;
  const installations: Installations = {
    find: async (team) => (isHere(team) ? installed : undefined),
    list: async () => (isHere(ids.team) ? [installed] : []),
    revoke: async (team) => void revoked.push(team),
  };
  const opened: ChatPlatform[] = [];
  return {
    slack,
    clock,
    revoked,
    open() {
      const platform = createSlackPlatform(
        {
          settings: {
            apiUrl: slack.apiUrl,
            ...(door === "http"
              ? { signingSecret: new Secret(slack.signingSecret) }
              : { appToken: new Secret(slack.appToken) }),
          },
          installations,
          clock,
          log: silentLogger,
        },
        times,
      );
      opened.push(platform);
      return platform;
    },
    async close() {
      slack.clearFaults();
      await Promise.all(opened.map((platform) => platform.stop()));
      await slack.close();
    },
  };
}

chatContract(
  "slack",
  async (receive) => {
    // One delivery for each mention, as the contract counts them: the second event is told apart by the gateway (I1).
    const world = await openWorld("http", { subscribed: ["app_mention"] });
    const { slack, clock } = world;
    const platform = world.open();
    const server = await serveDoors(platform);
    slack.deliverTo(`${server.url}/slack/events`);
    await platform.start(receive);
    const asker = slack.person(ids.ana);
    return {
      platform,
      asker: ana,
      other: bo,
      async say(text, file) {
        await asker.mentions(ids.general, text, file ? { files: [file] } : {});
      },
      async click({ channel }, messageId) {
        const message = slack.message(channel, messageId);
        if (!message) throw new Error(`There is no message ${messageId}`);
        await asker.clicks(message, "question.answer");
      },
      async passTime() {
        for (let passed = 0; passed < 400_000; passed += 5_000) {
          await clock.advance(5_000);
          await (await fetch(`${slack.url}/signin`)).text(); // deliveries come to their end meanwhile
        }
      },
      async seen({ channel, thread }, viewer) {
        const said = slack.botMessages(channel).filter((one) => one.thread_ts === thread && !one.deleted);
        const whispered = slack.ephemerals.filter(
          (one) => one.thread_ts === thread && viewer.endsWith(`:${one.user}`) && one.shown,
        );
        return [
          ...withFilesOf(said),
          ...whispered.map(({ ts, text }) => ({ id: ts, text, files: [], reactions: [] })),
        ];
      },
      async reactions({ channel }, messageId) {
        return (slack.message(channel, messageId)?.reactions ?? []).map(({ name }) => name);
      },
      loseNextAnswer: () => slack.fault("chat.postMessage", { kind: "lost" }),
      reconnect: async () => world.open(),
      async close() {
        await world.close();
        await server.close();
      },
    };
  },
  { outsiders: ["Guest", "Stranger"] },
);

async function serveDoors({ doors = [] }: ChatPlatform) {
  const [door] = doors;
  const server = createAdaptorServer({
    fetch: (request) => door?.handle(request) ?? new Response(null, { status: 404 }),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${at.port}`,
    async close() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Files are a message of their own at Slack, right before the one that they belong to. */
function withFilesOf(said: readonly FakeMessage[]) {
  return said
    .map((message, n) => ({ message, before: said[n - 1] }))
    .filter(({ message }) => message.metadata !== undefined)
    .map(({ message, before }) => ({
      id: message.ts,
      text: `${message.text}\n${JSON.stringify(message.blocks)}`,
      files: (before?.metadata === undefined ? (before?.files ?? []) : []).map(({ name, content }) => ({
        name,
        content,
      })),
      reactions: message.reactions.map(({ name }) => name),
    }));
}

describe("the Slack platform", () => {
  async function started(hooks?: PlatformHooks) {
    const world = await openWorld("socket");
    const heard: InboundEvent[] = [];
    const platform = world.open();
    await platform.start(async (event) => void heard.push(event), hooks);
    await world.slack.until(() => world.slack.openSockets > 0);
    return { ...world, platform, heard };
  }

  it("S-M12: takes an answer in own words through a form that opens at the click", async () => {
    const world = await started();
    try {
      const { slack, platform, heard } = world;
      const asked = await slack.person(ids.ana).mentions(ids.general, "compare the vendors");
      const [{ conversation } = fail()] = heard;
      const freeText = { ...openAnswer, label: "Something else" };
      const id = await platform.post(conversation, { key: "k1" }, anAttention({ freeText }), []);
      const message = slack.message(asked.channel, id) ?? fail();

      await slack.person(ids.ana).clicks(message, "Something else");
      await slack.person(ids.ana).submitsModal({ "Your answer": "Only the north" });

      expect(heard.at(-1)).toMatchObject({
        kind: "action",
        action: "question.answer",
        value: "wait_1",
        text: "Only the north",
        conversation,
      });
    } finally {
      await world.close();
    }
  });

  it("tells who looks at their page, and publishes it to them alone", async () => {
    const opened: Person[] = [];
    const world = await started({ homeOpened: (person) => void opened.push(person) });
    try {
      await world.slack.person(ids.ana).opensHome();
      const none = { items: [], more: 0 };
      await world.platform.publishHome?.(ana, {
        agent: "deputy",
        waiting: none,
        running: none,
        scheduled: none,
        recent: none,
        connected: none,
        preferences: [],
        may: [],
        mayNot: [],
      });

      expect(opened.map(({ key }) => key)).toEqual([ana]);
      expect([...world.slack.homes.keys()]).toEqual([ids.ana]);
    } finally {
      await world.close();
    }
  });

  it("OPS-2: passes on that somebody's account is closed", async () => {
    const gone: string[] = [];
    const world = await started({
      homeOpened: () => undefined,
      deactivated: async (person) => void gone.push(person),
    });
    try {
      await world.slack.deactivate(ids.bo, { tell: true });

      expect(gone).toEqual([bo]);
    } finally {
      await world.close();
    }
  });

  it("says how somebody stands as Slack has it now, and rejects where Slack can't say", async () => {
    const world = await started();
    try {
      const { slack, platform, heard } = world;
      await slack.person(ids.ana).mentions(ids.general, "compare the vendors");
      const [{ conversation } = fail()] = heard;
      const standing = (who: typeof ana) => platform.people?.standing(who, conversation);

      expect(await standing(ana)).toBe("member");
      expect(await standing(personKey("slack", ids.team, ids.guest))).toBe("guest");
      expect(await standing(personKey("slack", ids.team, "U0NOBODY"))).toBe("absent");
      await slack.deactivate(ids.ana);
      expect(await standing(ana)).toBe("gone");
      slack.fault("users.info", { kind: "error", error: "internal_error" });
      await expect(standing(bo)).rejects.toMatchObject({ code: "chat.unavailable" });
      expect(await standing(bo)).toBe("member");
    } finally {
      await world.close();
    }
  });

  it("says which zone and which language somebody's Slack is set to", async () => {
    const world = await started();
    try {
      await world.slack.person(ids.cem).mentions(ids.general, "compare the vendors");
      expect(world.heard[0]?.author).toMatchObject({ timeZone: "Asia/Tokyo", locale: "ja-JP" });
    } finally {
      await world.close();
    }
  });

  it("suggests what to begin with in the Messages tab", async () => {
    const world = await started();
    try {
      await world.slack.person(ids.ana).opensMessages();

      const prompts = await world.slack.until(() => world.slack.prompts.get("D0ANA"));
      expect(prompts.length).toBeLessThanOrEqual(4);
      expect(prompts.map(({ message }) => message)).toContain("help");
    } finally {
      await world.close();
    }
  });

  it("is not well while Slack refuses its token, and says what to do", async () => {
    const world = await started();
    try {
      const { slack, platform, heard } = world;
      await slack.person(ids.ana).mentions(ids.general, "compare the vendors");
      const [{ conversation } = fail()] = heard;
      expect(platform.health?.()).toMatchObject({ ok: true });

      slack.fault("chat.postMessage", { kind: "error", error: "token_revoked" });
      await expect(platform.post(conversation, { key: "k1" }, aNotice(), [])).rejects.toMatchObject({
        code: "chat.refused",
      });

      expect(world.revoked).toEqual([ids.team]);
      expect(platform.health?.()).toMatchObject({ ok: false });
      expect(platform.health?.().observed).toContain(`Slack refuses the token of ${ids.team}`);
    } finally {
      await world.close();
    }
  });
});

function fail(): never {
  throw new Error("It is not there");
}
const openAnswer = { action: "question.answer", value: "wait_1", style: "plain" } as const;
