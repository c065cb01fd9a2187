import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ChatPlatform, PlatformPeople } from "../../src/chat/contract.ts";
import { ChatError } from "../../src/chat/errors.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asWaitId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import { type Caller, type CallerAnswer, findCaller } from "../../src/gateway/callers.ts";
import { answerHanded } from "../../src/gateway/handed-answers.ts";
import { viewRun } from "../../src/gateway/handed-runs.ts";
import { handOver } from "../../src/gateway/handed-work.ts";
import { ana, bo, bot, createGatewayWorld, dm, type GatewayWorld, guest } from "./gateway-world.ts";

const line: ConversationAddress = { ...dm, thread: "" };

describe("gateway: work that is handed over", () => {
  let world: GatewayWorld;
  let people: PlatformPeople;
  let asked: number;

  beforeEach(async () => {
    world = await createGatewayWorld();
    asked = 0;
    people = {
      standing: async () => {
        asked += 1;
        return "member";
      },
      lineTo: async () => line,
    };
  });
  afterEach(() => world.close());

  const platform = (): ChatPlatform => ({ ...world.platform, people });
  const find = (key: Person["key"]): Promise<CallerAnswer> => {
    const { desk } = world.gateway;
    const platforms = new Map([["fake", platform()]]);
    const deps = { desk, platforms, rulesFor: () => world.rules, now: () => world.clock.now() };
    return findCaller(deps, key, "editor");
  };
  const seen = (person: Person): Promise<void> =>
    world.store.write((tx) => tx.people.see(person, dm.tenant, world.clock.now()));
  const callerOf = async (person: Person): Promise<Caller> => {
    await seen(person);
    const answer = await find(person.key);
    if (answer.kind !== "served") throw new Error(answer.why);
    return answer.caller;
  };
  const hand = (caller: Caller, requestKey: string, task = "Count the beans") =>
    handOver({ ...world.gateway.scheduling, desk: world.gateway.desk }, { caller, task, requestKey });

  it.each([
    ["nobody whom the platform has described", undefined, "unknown"],
    ["a guest", guest, "guest"],
    ["a bot", bot, "unknown"],
  ])("CA1, ID-2: does not serve %s", async (_, person, why) => {
    if (person) await seen(person);

    expect(await find((person ?? ana).key)).toMatchObject({ kind: "refused", why });
  });

  it("CA1, OPS-2: does not serve whose access was withdrawn a moment ago", async () => {
    await seen(ana);
    expect((await find(ana.key)).kind).toBe("served");
    await world.store.write((tx) =>
      tx.brakes.pull({ id: "br_1", kind: "person", name: ana.key, pulledBy: "cli:op", pulledAt: 0 }),
    );
    expect(await find(ana.key)).toMatchObject({ kind: "refused", why: "revoked" });
  });

  it("CA1: asks the platform again after five minutes, and believes it", async () => {
    await seen(ana);
    expect((await find(ana.key)).kind).toBe("served");
    expect(asked).toBe(0);

    world.clock.jump(6 * 60_000);
    people = { ...people, standing: async () => "guest" };
    expect(await find(ana.key)).toMatchObject({ kind: "refused", why: "guest" });
    // Work of a guest doesn't make them known anew.
    people = { ...people, standing: async () => "gone" };
    world.clock.jump(6 * 60_000);
    expect(await find(ana.key)).toMatchObject({ kind: "refused", why: "unknown" });
  });

  it("CA1: where the platform can't say, nobody is served", async () => {
    await seen(ana);
    world.clock.jump(6 * 60_000);
    const down = new ChatError("chat.unavailable", "down", { fate: "refused", retry: { kind: "backoff" } });
    people = { ...people, standing: () => Promise.reject(down) };

    await expect(find(ana.key)).rejects.toBe(down);
  });

  it("HW1: many at once with one key are one run, one thread and one row", async () => {
    const caller = await callerOf(ana);
    const all = await Promise.all(Array.from({ length: 20 }, () => hand(caller, "k")));
    await world.settle();

    expect(new Set(all.map((one) => (one.kind === "run" ? one.run.id : one.text))).size).toBe(1);
    expect(await world.runs()).toHaveLength(1);
    expect(world.platform.calls.filter((call) => call.startsWith("post handed:"))).toHaveLength(1);
    // After the thread has got its name from the platform, too.
    const again = await hand(caller, "k");
    expect(again).toMatchObject({ kind: "run", isNew: false });
    expect(await world.runs()).toHaveLength(1);
  });

  it("HW1: what the person writes in its thread reaches the run", async () => {
    const handed = await hand(await callerOf(ana), "k");
    await world.settle();
    if (handed.kind !== "run") throw new Error(handed.text);
    const { address } = await world.store.read(async (tx) => {
      const found = await tx.conversations.find(handed.run.conversation);
      if (!found) throw new Error("No conversation");
      return found;
    });
    expect(address).toMatchObject({ kind: "dm", channel: dm.channel, thread: "m1" });
    await world.hear("Only the black ones", { conversation: address });
    await world.pass(2_000);

    expect(await world.mail(handed.run)).toMatchObject([{ kind: "steer", text: "Only the black ones" }]);
  });

  it("HW1: in a chat with one thread there is one at a time, and nothing of a second one is kept", async () => {
    people = { ...people, lineTo: async () => ({ ...line, thread: "chat" }) };
    const caller = await callerOf(ana);
    await hand(caller, "k1");
    const second = await hand(caller, "k2", "Count the peas");

    expect(second).toMatchObject({ kind: "refused", text: expect.stringContaining("Count the beans") });
    expect(await world.runs()).toHaveLength(1);
  });

  it("HW2: a place that is switched off takes no work", async () => {
    const caller = await callerOf(ana);
    world.rules = { ...world.rules, enabled: false };

    expect((await hand(caller, "k")).kind).toBe("refused");
    expect(await world.runs()).toEqual([]);
  });

  it("HW3: begins with the mark of the program", async () => {
    const handed = await hand(await callerOf(ana), "k");

    expect(handed).toMatchObject({
      kind: "run",
      run: { through: "editor", mode: "assistant", taint: { external: ["program editor"] } },
    });
  });

  it("takes thirty tasks an hour in one person's name", async () => {
    const caller = await callerOf(ana);
    for (let turn = 0; turn < 30; turn += 1) await hand(caller, `k${turn}`);

    expect((await hand(caller, "one too many")).kind).toBe("refused");
    expect((await hand(caller, "k3")).kind).toBe("run");
    world.clock.jump(3_600_001);
    expect((await hand(caller, "later")).kind).toBe("run");
  });

  it("HA1: answers a question, and nothing that is a decision of its person", async () => {
    const caller = await callerOf(ana);
    const handed = await hand(caller, "k");
    if (handed.kind !== "run") throw new Error(handed.text);
    await world.settle();
    const doubt = await world.park(handed.run, { kind: "doubt", tool: "mail__send", step: 1 });
    const deps = { ...world.gateway.scheduling, desk: world.gateway.desk };
    const given = { caller, run: handed.run.id, question: doubt.id, answer: "It ran" };

    expect(await answerHanded(deps, given)).toContain("not answered here");
    const view = await world.store.read(async (tx) => {
      const run = await tx.runs.find(handed.run.id);
      return run && viewRun(tx, run);
    });
    expect(view?.waiting_for).toMatchObject({ kind: "decision" });
    expect(view?.waiting_for).not.toHaveProperty("question_id");
    expect((await world.store.read((tx) => tx.waits.find(asWaitId(doubt.id))))?.state).toBe("open");
  });

  it("HA1, A10: nobody answers for somebody else", async () => {
    const handed = await hand(await callerOf(ana), "k");
    if (handed.kind !== "run") throw new Error(handed.text);
    await world.settle();
    const wait = await world.park(handed.run, { kind: "question", question: "Which?", options: [] });
    const deps = { ...world.gateway.scheduling, desk: world.gateway.desk };
    const question = { run: handed.run.id, question: wait.id, answer: "these" };

    expect(await answerHanded(deps, { ...question, caller: await callerOf(bo) })).toContain("no run");
    expect(await answerHanded(deps, { ...question, caller: await callerOf(ana) })).toBeUndefined();
    const { answer } = (await world.store.read((tx) => tx.waits.find(wait.id))) ?? {};
    expect(answer).toMatchObject({ answer: "these", by: ana.key, through: "editor" });
  });
});
