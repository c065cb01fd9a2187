import { createHash } from "node:crypto";
import path from "node:path";
import { setImmediate as macrotask } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Failpoints, noFailpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import type { OutboxEntry, OutboxOp, Outgoing } from "../../src/domain/outbox.ts";
import { createDelivery, type Delivery, type DeliveryDeps } from "../../src/gateway/delivery.ts";
import { aCard, aNotice, anAttention, aResult } from "../chat/outgoing.ts";
import { createFakePlatform, type FakePlatform } from "../fakes/fake-platform.ts";
import { createGate } from "../fakes/gate.ts";
import { ana, createGatewayWorld, dm, type GatewayWorld, thread, whispers } from "./gateway-world.ts";

describe("gateway/delivery", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("hello", { mentionsAgent: false });
    await world.hear("hello", { mentionsAgent: false, conversation: { ...dm, kind: "channel" } });
    await world.settle();
  });
  afterEach(() => world.close());

  const elsewhere = dm;
  const say = async (key: string, op: OutboxOp, at: ConversationAddress = thread): Promise<void> => {
    const { tenant, id } = await world.conversation(at);
    await world.say({ key, tenant, conversation: id, op });
  };
  const post = (key: string, message: Outgoing = aNotice(key), at = thread): Promise<void> =>
    say(key, { op: "post", message }, at);
  const edit = (key: string, target: string, message: Outgoing): Promise<void> =>
    say(key, { op: "edit", target, message });
  const entry = async (key: string): Promise<OutboxEntry | undefined> =>
    world.store.read((tx) => tx.outbox.find(key));
  const shown = (at = thread): string[] => world.held(at).messages.map((one) => one.key);

  it("posts what is said, in order, and remembers the platform's id", async () => {
    await post("one");
    await post("two");

    expect(shown()).toEqual(["one", "two"]);
    expect(await entry("one")).toMatchObject({ state: "sent", providerId: "m1" });
  });

  it("I2: says nothing twice that is said under one key", async () => {
    await Promise.all([post("one"), post("one"), post("one")]);

    expect(shown()).toEqual(["one"]);
  });

  it("sends the contents of a message's files with it", async () => {
    const content = Buffer.from("a,b\n1,2\n");
    const sha256 = await world.workspaces.blobs.put(content);
    await post("result", aResult({ files: [{ name: "report.csv", title: "Report", sha256, sizeBytes: 8 }] }));

    expect(world.held().messages[0]?.files).toEqual([{ name: "report.csv", title: "Report", content }]);
  });

  it("I14: posts without a file whose content is gone, and says so", async () => {
    const sha256 = createHash("sha256").update("gone").digest("hex");
    await post("result", aResult({ text: "Done.", files: [{ name: "report.csv", sha256, sizeBytes: 4 }] }));

    expect(world.held().messages[0]?.message).toMatchObject({
      kind: "result",
      text: "Done.\n\n(Not attached, because the content could not be read: report.csv)",
      files: [],
    });
  });

  describe("the way to a run's page", () => {
    const pageOf = (run: string, platform: string): string => `https://deputy.example/${platform}/${run}`;

    it("is on its card, posted and edited, and on its result, and is not stored; on nothing else", async () => {
      await world.close();
      world = await createGatewayWorld({ pageOf });
      await world.hear("@deputy report");
      await world.settle();
      const run = await world.run();
      if (!run) throw new Error("There is no run");
      const of = { tenant: run.tenant, conversation: run.conversation, run: run.id };
      await world.say({ ...of, key: "card", op: { op: "post", message: aCard() } });
      await world.say({ ...of, key: "result", op: { op: "post", message: aResult() } });
      await world.say({ ...of, key: "told", op: { op: "post", message: aNotice() } });
      await world.say({ ...of, key: "asked", op: { op: "post", message: anAttention() } });
      await world.say({
        ...of,
        key: "edit",
        op: { op: "edit", target: "card", message: aCard({ state: "Done" }) },
      });
      await world.pass(5_000);
      const details = `https://deputy.example/fake/${run.id}`;
      const said = new Map(world.held().messages.map(({ key, message }) => [key, message]));
      expect(said.get("card")).toMatchObject({ state: "Done", details });
      expect(said.get("result")).toMatchObject({ details });
      expect(said.get("told")).not.toHaveProperty("details");
      expect(said.get("asked")).not.toHaveProperty("details");
      for (const key of ["card", "result", "edit"])
        expect(JSON.stringify(await entry(key))).not.toContain("deputy.example");
    });

    it("is nowhere where its people could not say who they are", async () => {
      await world.close();
      world = await createGatewayWorld({ pageOf: () => undefined });
      await world.hear("hello", { mentionsAgent: false });
      await world.settle();
      await post("card", aCard());
      expect(world.held().messages[0]?.message).not.toHaveProperty("details");
    });
  });

  describe("when a platform fails", () => {
    it("waits as long as a rate limit asks, keeps order, and leaves other channels alone", async () => {
      world.platform.fail("post", { kind: "rate-limit", retryAfterMs: 30_000 });
      await post("one");
      await post("two");
      await post("other", aNotice("other"), elsewhere);
      expect(shown()).toEqual([]);
      expect(shown(elsewhere)).toEqual(["other"]);

      await world.pass(29_000);
      expect(shown()).toEqual([]);
      await world.pass(2_000);
      expect(shown()).toEqual(["one", "two"]);
      expect(world.platform.calls.filter((call) => call === "post one")).toHaveLength(2);
    });

    it("does not call a limited channel from another thread before its time", async () => {
      const sibling = { ...thread, thread: "t2" };
      await world.hear("hello", { mentionsAgent: false, conversation: sibling });
      world.platform.fail("post", { kind: "rate-limit", retryAfterMs: 30_000 });
      await post("one");
      await post("two", aNotice("two"), sibling);
      expect(world.platform.calls).toEqual(["post one"]);

      await world.pass(31_000);
      expect([...shown(), ...shown(sibling)].toSorted()).toEqual(["one", "two"]);
      expect(world.platform.calls).not.toContain("find two");
    });

    it("tries again with longer and longer pauses while it is down", async () => {
      world.platform.failAlways("post", { kind: "unavailable" });
      await post("one");
      await world.pass(60_000);
      const tries = world.platform.calls.length;
      expect(tries).toBeGreaterThan(4);
      expect(tries).toBeLessThan(10);

      world.platform.failAlways("post");
      await world.pass(61_000);
      expect(shown()).toEqual(["one"]);
    });

    it("I2: looks for a message whose fate is unknown before it posts again", async () => {
      world.platform.fail("post", { kind: "accept-then-time-out" });
      await post("one");
      await world.pass(10_000);

      expect(shown()).toEqual(["one"]);
      expect(world.platform.calls).toEqual(["post one", "find one"]);
      expect(await entry("one")).toMatchObject({ state: "sent", providerId: "m1" });
    });

    it("I2: posts again what was looked for and is not there", async () => {
      world.platform.fail("post", { kind: "lose-then-time-out" });
      await post("one");
      await world.pass(10_000);

      expect(shown()).toEqual(["one"]);
      expect(world.platform.calls).toEqual(["post one", "find one", "post one"]);
    });

    it("I2: does not post while it can't be told whether it is there", async () => {
      world.platform.fail("post", { kind: "accept-then-time-out" });
      world.platform.failAlways("find", { kind: "unavailable" });
      await post("one");
      await world.pass(60_000);
      expect(world.platform.calls.filter((call) => call === "post one")).toHaveLength(1);

      world.platform.failAlways("find");
      await world.pass(61_000);
      expect(shown()).toEqual(["one"]);
    });

    it("I2: treats a platform that throws nonsense as one that may have posted", async () => {
      world.platform.fail("post", { kind: "bug" });
      await post("one");
      await world.pass(10_000);

      expect(world.platform.calls).toEqual(["post one", "find one", "post one"]);
    });

    it("I2: gives up a call that hangs, and counts its message when it comes through late", async () => {
      const gate = createGate();
      world.platform.fail("post", { kind: "slow", until: gate.opened });
      const { tenant, id } = await world.conversation();
      const op: OutboxOp = { op: "post", message: aNotice("one") };
      await world.store.write((tx) =>
        tx.outbox.add({ key: "one", tenant, conversation: id, op }, world.clock.now()),
      );
      world.gateway.delivery.kick();
      await untilCalled("post one");
      await world.clock.advance(21_000);
      await world.settle();
      await world.pass(40_000);
      expect(world.platform.calls.filter((call) => call === "post one")).toHaveLength(1);

      gate.open();
      await world.pass(10_000);
      expect(shown()).toEqual(["one"]);
      expect(await entry("one")).toMatchObject({ state: "sent", providerId: "m1" });
    });

    it("I2: does not take up again what it is sending itself, however long that takes", async () => {
      const gate = createGate();
      world.platform.fail("post", { kind: "slow", until: gate.opened });
      const sending = post("one");
      await untilCalled("post one");
      world.clock.jump(31_000);
      world.gateway.delivery.kick();
      await macrotasks(20);
      expect(world.platform.calls).toEqual(["post one"]);

      gate.open();
      await sending;
      expect(shown()).toEqual(["one"]);
    });

    it("I3: does not make other conversations wait for one that hangs", async () => {
      const gate = createGate();
      world.platform.fail("post", { kind: "slow", until: gate.opened });
      const hanging = post("one");
      await untilCalled("post one");
      const { tenant, id } = await world.conversation(elsewhere);
      await world.store.write((tx) =>
        tx.outbox.add(
          { key: "other", tenant, conversation: id, op: { op: "post", message: aNotice() } },
          world.clock.now(),
        ),
      );
      world.gateway.delivery.kick();
      await untilCalled("post other");
      expect(shown(elsewhere)).toEqual(["other"]);

      gate.open();
      await hanging;
      expect(shown()).toEqual(["one"]);
    });

    it.each([
      ["a card", aCard(), "Compare three vendors"],
      ["a question", anAttention(), "Reply 1: Europe"],
      ["a result", aResult(), "Vendor B costs"],
      ["an approval", anAttention({ about: "approval" }), "with `deputy approvals decide`"],
    ])("posts %s as text when its form is refused", async (_what, message, words) => {
      world.platform.failAlways("post", { kind: "decoration-refused" });
      await post("one", message);

      const [only, ...more] = world.held().messages;
      expect(more).toEqual([]);
      expect(only?.message).toMatchObject({ kind: "notice", text: expect.stringContaining(words) });
      expect(world.platform.calls).toEqual(["post one", "post one"]);
    });

    it("posts a sentence when even the text is refused", async () => {
      world.platform.fail(
        "post",
        { kind: "refuse", code: "chat.bad_request" },
        { kind: "refuse", code: "chat.bad_request" },
      );
      await post("one", aResult());

      expect(world.held().messages[0]?.message).toMatchObject({
        kind: "notice",
        text: expect.stringContaining("this chat does not accept"),
      });
    });

    it("T-M15: hands over in a file what is too long for the place, all of it", async () => {
      const refused = { kind: "refuse", code: "chat.bad_request" } as const;
      world.platform.fail("post", refused, refused);
      const text = `${"word ".repeat(500)}the end`;
      await post("one", aResult({ text, files: [] }));

      const [only] = world.held().messages;
      expect(only?.message).toMatchObject({ text: expect.stringContaining("All of it is in message.md") });
      const [file] = only?.message.kind === "notice" ? only.message.files : [];
      const whole = (await world.workspaces.blobs.get(file?.sha256 ?? "")).toString();
      expect(whole).toContain(text);
    });

    it("DL3: keeps a result that is refused, tries at long intervals, and shows it in its health", async () => {
      world.platform.failAlways("post", { kind: "refuse" });
      await post("result", aResult());
      await world.pass(60 * 60_000);
      expect(world.platform.calls.length).toBeLessThan(10);
      expect(world.gateway.delivery.health().refused).toMatchObject([
        { key: "result", code: "chat.refused" },
      ]);
      expect(await entry("result")).toMatchObject({ state: "due" });

      world.platform.failAlways("post");
      await world.pass(60 * 60_000);
      expect(shown()).toEqual(["result"]);
      expect(world.gateway.delivery.health().refused).toEqual([]);
    });
  });

  describe("edits", () => {
    beforeEach(() => post("card", aCard()));
    const card = (): Outgoing | undefined => world.held().messages[0]?.message;

    it("replaces the message, at the pace of the edit budget", async () => {
      await edit("e1", "card", aCard({ line: "one" }));
      expect(card()).not.toHaveProperty("line");

      await world.pass(6_000);
      expect(card()).toMatchObject({ line: "one" });
    });

    it("sends the newest of several edits, and drops the others", async () => {
      for (let n = 1; n <= 20; n += 1) await edit(`e${n}`, "card", aCard({ line: `${n}` }));
      await world.pass(6_000);

      expect(card()).toMatchObject({ line: "20" });
      expect(world.held().messages[0]?.edits).toBe(1);
      expect(await entry("e19")).toMatchObject({ state: "dropped" });
      expect(await entry("e20")).toMatchObject({ state: "sent" });
    });

    it("never lets a result wait behind an edit that has to wait", async () => {
      await edit("e1", "card", aCard({ line: "one" }));
      await post("result", aResult());

      expect(shown()).toEqual(["card", "result"]);
    });

    it("shows the last state after a result in spite of the budget", async () => {
      await edit("e1", "card", aCard({ line: "one" }));
      await edit("e2", "card", aCard({ state: "Done", buttons: [] }));

      expect(card()).toMatchObject({ state: "Done" });
    });

    it("is not put off where a newer one has come while it was tried", async () => {
      const gate = createGate();
      world.platform.fail("edit", { kind: "slow", until: gate.opened, after: { kind: "unavailable" } });
      const trying = edit("e1", "card", aCard({ state: "Paused" }));
      await untilCalled("edit m1");
      await addOnly("e2", { op: "edit", target: "card", message: aCard({ state: "Done" }) });
      gate.open();
      await trying;

      expect(card()).toMatchObject({ state: "Done" });
      expect(await entry("e1")).toMatchObject({ state: "dropped" });
    });

    it("is not sent where a newer one has come since it was taken", async () => {
      const gate = createGate();
      await world.gateway.delivery.stop();
      const delivery = deliveryWith({
        failpoint: (name) => (name === "outbox.after-claim" ? gate.opened : undefined),
      });
      await addOnly("e1", { op: "edit", target: "card", message: aCard({ state: "Paused" }) });
      delivery.kick();
      await expect.poll(async () => (await entry("e1"))?.state, { interval: 1 }).toBe("sending");
      await addOnly("e2", { op: "edit", target: "card", message: aCard({ state: "Done" }) });
      gate.open();
      await delivery.idle();

      expect(world.held().messages[0]).toMatchObject({ edits: 1, message: { state: "Done" } });
    });

    it("waits for the message that it edits", async () => {
      world.platform.fail("post", { kind: "unavailable" }, { kind: "unavailable" });
      await post("late", anAttention());
      await edit("decided", "late", anAttention({ options: [], decided: "Ana: Europe" }));
      expect(world.platform.calls.filter((call) => call.startsWith("edit"))).toEqual([]);

      await world.pass(10_000);
      expect(world.held().messages[1]?.message).toMatchObject({ decided: "Ana: Europe" });
    });

    it("is let go when somebody deleted the message", async () => {
      world.platform.fail("edit", { kind: "refuse", code: "chat.not_found" });
      await edit("e1", "card", aCard({ state: "Done" }));

      expect(await entry("e1")).toMatchObject({ state: "dropped" });
    });

    it("is repeated when its fate is unknown: twice is once", async () => {
      world.platform.fail("edit", { kind: "accept-then-time-out" });
      await edit("e1", "card", aCard({ state: "Done" }));
      await world.pass(10_000);

      expect(await entry("e1")).toMatchObject({ state: "sent" });
      expect(card()).toMatchObject({ state: "Done" });
    });

    it("goes out as text when its form is refused", async () => {
      world.platform.fail("edit", { kind: "decoration-refused" });
      await edit("e1", "card", aCard({ state: "Done" }));

      expect(card()).toMatchObject({ kind: "notice", text: expect.stringContaining("Done: ") });
    });

    it("of a message that was never posted does not go out, and blocks nothing", async () => {
      await edit("e1", "nowhere", aCard());
      await post("result", aResult());
      await world.pass(60_000);

      expect(shown()).toEqual(["card", "result"]);
      expect(world.platform.calls.filter((call) => call.startsWith("edit"))).toEqual([]);
    });
  });

  describe("marks and whispers", () => {
    it("lets go of a reaction that is refused", async () => {
      world.platform.fail("react", { kind: "refuse" });
      await say("r1", { op: "react", messageId: "msg1", emoji: "eyes" });

      expect(await entry("r1")).toMatchObject({ state: "dropped" });
    });

    it("repeats a status that did not get through", async () => {
      world.platform.fail("status", { kind: "unavailable" });
      await say("s1", { op: "status", status: "active" });
      await world.pass(5_000);

      expect(world.held().statuses).toEqual(["active"]);
    });

    it("never repeats a whisper whose fate is unknown", async () => {
      world.platform.fail("whisper", { kind: "accept-then-time-out" });
      await say("w1", { op: "whisper", to: ana.key, message: aNotice("psst") });
      await world.pass(60_000);

      expect(whispers(world.held(), ana)).toEqual(["psst"]);
      expect(await entry("w1")).toMatchObject({ state: "sent" });
    });

    it("I2: does not repeat a whisper whose sender died", async () => {
      await world.gateway.delivery.stop();
      const dying = deliveryWith({
        failpoint: (name) => (name === "outbox.after-post" ? Promise.reject(new Error("died")) : undefined),
      });
      await addOnly("w1", { op: "whisper", to: ana.key, message: aNotice("psst") });
      dying.kick();
      await dying.idle();
      await dying.stop();
      world.clock.jump(31_000);
      const next = deliveryWith({});
      next.kick();
      await next.idle();

      expect(whispers(world.held(), ana)).toEqual(["psst"]);
      expect(await entry("w1")).toMatchObject({ state: "sent", attempts: 2 });
    });

    it("repeats a whisper that was held back by a rate limit", async () => {
      world.platform.fail("whisper", { kind: "rate-limit", retryAfterMs: 2_000 });
      await say("w1", { op: "whisper", to: ana.key, message: aNotice("psst") });
      await world.pass(5_000);

      expect(whispers(world.held(), ana)).toEqual(["psst"]);
    });
  });

  describe("on a platform that can't be read back", () => {
    const withBlind = async (message: Outgoing): Promise<readonly string[]> => {
      const { tenant, id } = await world.conversation();
      await world.gateway.delivery.stop();
      const platform = createFakePlatform({ capabilities: { readBack: false } });
      const { clock, store } = world;
      const delivery = deliveryWith({ platforms: [platform] });
      platform.fail("post", { kind: "accept-then-time-out" });
      await store.write((tx) =>
        tx.outbox.add({ key: "one", tenant, conversation: id, op: { op: "post", message } }, clock.now()),
      );
      delivery.start();
      for (let n = 0; n < 10; n += 1) {
        await delivery.idle();
        await clock.advance(1_000);
      }
      await delivery.stop();
      return platform.held(thread).messages.map((one) => one.key);
    };

    it("I2: may repeat a result", async () => {
      expect(await withBlind(aResult())).toEqual(["one", "one"]);
    });

    it("I2: may miss a notice, and does not repeat it", async () => {
      expect(await withBlind(aNotice())).toEqual(["one"]);
    });
  });

  it("I14: gives up a row that can't be read, and says what comes after it", async () => {
    await world.close();
    world = await createGatewayWorld({ onDisk: true });
    await world.hear("hello", { mentionsAgent: false });
    await addOnly("broken", { op: "post", message: aNotice() });
    const database = new Database(path.join(world.folder, "deputy.db"));
    database.prepare("update outbox set op = '{' where key = 'broken'").run();
    database.close();
    await post("one");

    expect(shown()).toEqual(["one"]);
    await world.pass(60_000);
    expect(world.platform.calls).toEqual(["post one"]);
  });

  it("leaves a message in a form that it doesn't know to the newer version that wrote it, for an hour", async () => {
    await world.close();
    world = await createGatewayWorld({ onDisk: true });
    await world.hear("hello", { mentionsAgent: false });
    await addOnly("newer", { op: "post", message: aNotice() });
    const write = (op: string): void => {
      const database = new Database(path.join(world.folder, "deputy.db"));
      database.prepare("update outbox set op = ? where key = 'newer'").run(op);
      database.close();
    };
    const ours = JSON.stringify({ op: "post", message: aNotice() });
    write(ours.replace('"post"', '"sing"'));
    await world.pass(30_000);
    const meanwhile = await world.store.read((tx) => tx.outbox.countDue(world.clock.now() + 60_000));
    write(ours);
    await world.pass(15_000);

    expect(meanwhile).toBe(1);
    expect(world.platform.calls).toEqual(["post newer"]);
    await addOnly("never", { op: "post", message: aNotice() });
    const database = new Database(path.join(world.folder, "deputy.db"));
    database.prepare("update outbox set op = ? where key = 'never'").run(ours.replace('"post"', '"sing"'));
    database.close();
    await world.pass(3_700_000);
    expect(await world.store.read((tx) => tx.outbox.countDue(world.clock.now() + 60_000))).toBe(0);
  });

  it("says nothing in a process without platforms, and leaves all to the others", async () => {
    await world.gateway.delivery.stop();
    const mute = deliveryWith({ platforms: [] });
    mute.start();
    await post("one");
    mute.kick();
    await mute.idle();
    await mute.stop();

    expect(await entry("one")).toMatchObject({ state: "due", attempts: 0 });
  });

  it.each([
    ["DL4: takes over at once what a neighbour was posting when it died", ["first"], 1_000],
    ["DL4: gives a sender thirty seconds where nobody knows what became of it", [], 31_000],
  ])("%s", async (_, dead, afterMs) => {
    await world.gateway.delivery.stop();
    const isDead = (sender: string): boolean => dead.includes(sender);
    const first = deliveryWith({
      senders: { own: "first", isDead },
      failpoint: (name) => (name === "outbox.after-post" ? Promise.reject(new Error("killed")) : undefined),
    });
    await addOnly("one", { op: "post", message: aNotice() });
    first.kick();
    await first.idle();
    const second = deliveryWith({ senders: { own: "second", isDead } });
    second.start();
    world.clock.jump(afterMs - 1_000);
    second.kick();
    await second.idle();
    const before = await entry("one");
    world.clock.jump(1_000);
    second.kick();
    await second.idle();
    await second.stop();

    expect(before?.state).toBe(dead.length > 0 ? "sent" : "sending");
    expect(await entry("one")).toMatchObject({ state: "sent", attempts: 2 });
    expect(world.platform.calls).toEqual(["post one", "find one"]);
  });

  /** Of another process, over the same rows. */
  function deliveryWith(options: {
    readonly senders?: DeliveryDeps["senders"];
    readonly failpoint?: Failpoints;
    readonly platforms?: readonly FakePlatform[];
  }): Delivery {
    const { clock, store, workspaces } = world;
    const failpoint = options.failpoint ?? noFailpoints;
    const loopWorld = { clock, ids: createIds(() => clock.now()), log: silentLogger, failpoint };
    const platforms = new Map((options.platforms ?? [world.platform]).map((one) => [one.name, one]));
    const { senders } = options;
    return createDelivery({
      world: loopWorld,
      store,
      platforms,
      blobs: workspaces.blobs,
      ...(senders ? { senders } : {}),
    });
  }

  /** Without anybody being told. */
  async function addOnly(key: string, op: OutboxOp): Promise<void> {
    const { tenant, id } = await world.conversation();
    await world.store.write((tx) => tx.outbox.add({ key, tenant, conversation: id, op }, world.clock.now()));
  }

  async function macrotasks(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await macrotask();
  }

  async function untilCalled(call: string): Promise<void> {
    await expect.poll(() => world.platform.calls, { interval: 1 }).toContain(call);
  }
});
