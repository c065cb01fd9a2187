import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import type { InboundCommand } from "../../src/domain/inbound.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Run } from "../../src/domain/run.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import * as own from "../../src/runtime/voice/own-work.ts";
import * as replies from "../../src/runtime/voice/replies.ts";
import {
  ana,
  bo,
  bot,
  createGatewayWorld,
  dm,
  type GatewayWorld,
  guest,
  texts,
  thread,
  whispers,
} from "./gateway-world.ts";

const otherTenant = asTenantId("fake-t2");
const question: QuestionAsk = { kind: "question", question: "Which region?", options: ["Europe", "World"] };

/** Where a command of `by` in the channel of `at` is heard. */
function aside(by: Person, at: ConversationAddress = thread): ConversationAddress {
  return { ...at, thread: `~${by.key.split(":").at(-1)}` };
}

describe("gateway/commands", () => {
  let world: GatewayWorld;
  let count: number;
  beforeEach(async () => {
    world = await createGatewayWorld();
    count = 0;
  });
  afterEach(() => world.close());

  const command = async (text: string, by = ana, at = thread): Promise<InboundCommand> => {
    count += 1;
    const conversation = aside(by, at);
    const sentAt = world.clock.now();
    const event: InboundCommand = {
      kind: "command",
      eventId: `cmd${count}`,
      conversation,
      author: by,
      sentAt,
      text,
    };
    await world.gateway.intake.receive(event);
    await world.settle();
    return event;
  };
  const told = (by = ana, at = thread): string[] => whispers(world.held(aside(by, at)), by);
  const start = async (text: string, at: ConversationAddress, by = ana): Promise<Run> => {
    await world.hear(text, { conversation: at, by });
    await world.settle();
    const run = await world.run(at);
    if (!run) throw new Error("There is no run");
    return run;
  };
  const stateOf = async (run: Run) => (await world.store.read((tx) => tx.runs.find(run.id)))?.state;

  it("CM1: starts no run, waits for no burst and is not context for one", async () => {
    await world.close();
    world = await createGatewayWorld({ burstMs: 1_500 });
    await command("please write the report");

    expect(told()).toHaveLength(1);
    expect(await world.runs()).toEqual([]);
    expect(world.held(aside(ana)).messages).toEqual([]);
  });

  it("I1: answers a command once that is delivered three times", async () => {
    const event = await command("help");
    await world.gateway.intake.receive(event);
    await world.gateway.intake.receive(event);
    await world.settle();

    expect(told()).toEqual([own.commandHelp("deputy")]);
  });

  describe("status", () => {
    it("CM2: lists what is the asker's own in this tenant, with state and place", async () => {
      await start("compare the vendors", thread);
      const waiting = await start("write to Cem", dm);
      await world.park(waiting, question);
      await start("count the words", { ...thread, channel: "ops" });
      await start("not yours", { ...thread, thread: "t9" }, bo);
      await start("elsewhere", { ...thread, tenant: otherTenant, channel: "far" });
      await world.pass(120_000);
      await command("status");

      const [status = ""] = told();
      expect(status.split("\n")).toEqual([
        "You have 3 pieces of work going on:",
        "• Queued: “count the words”, in another channel, asked 2 min ago.",
        "• Waiting for you: “write to Cem”, in a direct message, asked 2 min ago.",
        "• Queued: “compare the vendors”, here, asked 2 min ago.",
      ]);
    });

    it("says that there is nothing", async () => {
      await start("not yours", thread, bo);
      await command(" STATUS! ");

      expect(told()).toEqual([own.ownStatus([], 0)]);
    });
  });

  describe("stop", () => {
    it("stops the asker's one run in the channel, whatever thread it is in", async () => {
      const run = await start("compare the vendors", thread);
      const other = await start("count the words", { ...thread, channel: "ops" });
      const theirs = await start("not yours", { ...thread, thread: "t9" }, bo);
      await command("stop");

      expect(await stateOf(run)).toBe("stopped");
      expect(await stateOf(other)).toBe("queued");
      expect(await stateOf(theirs)).toBe("queued");
      expect(told()).toEqual([expect.stringContaining("I'm stopping “compare the vendors”")]);
      expect(texts(world.held(), "result")).toHaveLength(1);
    });

    it("tells the worker of a run that is worked on", async () => {
      const run = await start("compare the vendors", thread);
      await world.work(run);
      await command("cancel");

      expect((await world.runs())[0]).toMatchObject({ state: "working", stopRequestedBy: ana.key });
    });

    it("says that nothing of the asker's runs here, and what does elsewhere", async () => {
      await start("not yours", thread, bo);
      await command("stop");
      await start("count the words", { ...thread, channel: "ops" });
      await command("stop");

      expect(told()).toEqual([own.nothingToStopHere(0), own.nothingToStopHere(1)]);
      expect((await world.runs()).map(({ state }) => state)).toEqual(["queued", "queued"]);
    });

    it("lets the asker choose privately among several, with a button each that works there", async () => {
      const first = await start("compare the vendors", thread);
      const second = await start("count the words", { ...thread, thread: "t2" });
      await command("stop");

      const [choice] = world.held(aside(ana)).whispers;
      expect(choice?.to).toBe(ana.key);
      expect(choice?.message).toMatchObject({
        kind: "attention",
        text: "You have 2 pieces of work going on in this channel.\n1. Queued: “count the words”\n2. Queued: “compare the vendors”",
        options: [
          { action: "run.stop", value: second.id, label: "Stop 1" },
          { action: "run.stop", value: first.id, label: "Stop 2" },
        ],
      });
      expect(await stateOf(first)).toBe("queued");

      await world.click("run.stop", first.id, { conversation: aside(ana) });
      await world.settle();

      expect(await stateOf(first)).toBe("stopped");
      expect(await stateOf(second)).toBe("queued");
      expect(told()).toEqual([own.stoppingOwn(first)]);
    });

    it("offers four of many, and says that there are more", async () => {
      for (let n = 0; n < 6; n += 1) await start(`task ${n}`, { ...thread, thread: `t${n}` });
      await command("stop");

      const [choice] = world.held(aside(ana)).whispers;
      expect(choice?.message.kind === "attention" && choice.message.options).toHaveLength(4);
      expect(choice?.message.kind === "attention" && choice.message.text).toContain("And 2 more");
    });
  });

  describe("mute and unmute", () => {
    const followUp = async (at = thread): Promise<number> => {
      await world.hear("and one more thing", { conversation: at, mentionsAgent: false });
      await world.settle();
      return (await world.runs()).filter(({ conversation, state }) => conversation && state === "queued")
        .length;
    };

    it("A3: makes the whole channel silent until a mention, and undoes that", async () => {
      const run = await start("compare the vendors", thread);
      await world.click("run.stop", run.id);
      await world.settle();
      await command("mute", bo);
      expect(told(bo)).toEqual([own.channelMuted]);

      expect(await followUp()).toBe(0);
      await start("called by name", thread);
      expect(await world.run()).toMatchObject({ state: "queued", goal: "called by name" });
      await command("stop");

      await command("!unmute", bo);
      expect(await followUp()).toBe(1);
    });

    it("leaves other channels as they are", async () => {
      await command("mute");
      const ops = { ...thread, channel: "ops" };
      const run = await start("compare the vendors", ops);
      await world.click("run.stop", run.id, { conversation: ops });
      await world.settle();

      expect(await followUp(ops)).toBe(1);
    });

    it("tells who unmutes one thread that the channel is still muted", async () => {
      await start("compare the vendors", thread);
      await command("mute");
      await world.hear("!unmute", { mentionsAgent: false });
      await world.settle();

      expect(texts(world.held(), "notice")).toEqual([own.channelStillMuted]);
    });
  });

  it("explains why it does what it does for the asker here", async () => {
    await start("compare the vendors", thread);
    await command("why");
    await command("why", bo);

    expect(told()).toEqual([expect.stringContaining("Ana asked: “compare the vendors”.")]);
    expect(told(bo)).toEqual([own.ownStatus([], 0)]);
  });

  it.each(["", "   ", "help", "Help!"])("helps with %j", async (text) => {
    await command(text);

    expect(told()).toEqual([own.commandHelp("deputy")]);
  });

  it("quotes a word that it does not know, on one line, and helps", async () => {
    await command(`frobnicate\nthe ${"x".repeat(500)}`);

    const [answer = ""] = told();
    expect(answer).toMatch(
      /^I don't know the command “frobnicate the x{50,}…”\. To ask for work, mention me\.\n/u,
    );
    expect(answer).toContain(own.commandHelp("deputy"));
  });

  it("connects no account where none can be", async () => {
    await command("connect mail");

    expect(told()).toEqual([replies.notAvailable]);
  });

  it("serves nobody where messages are not served either, and says so", async () => {
    const run = await start("compare the vendors", thread);
    await command("stop", guest);
    world.rules = { ...world.rules, enabled: false };
    await command("stop");

    expect(told(guest)).toEqual([replies.refusedPlaces.guest]);
    expect(told()).toEqual([replies.refusedPlaces["channel-off"]]);
    expect(await stateOf(run)).toBe("queued");
  });

  it("A1: says nothing to a bot", async () => {
    await command("help", bot);

    expect(told(bot)).toEqual([]);
    expect(await world.store.read((tx) => tx.inbox.dueConversations(world.clock.now(), 9))).toEqual([]);
  });
});
