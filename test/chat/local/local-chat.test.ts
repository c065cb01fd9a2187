import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type LogFields, type Logger, silentLogger } from "../../../src/base/logger.ts";
import type { Receive } from "../../../src/chat/contract.ts";
import { localTenant } from "../../../src/chat/local/cast.ts";
import type { RoomEvent } from "../../../src/chat/local/room.ts";
import { toAddress } from "../../../src/chat/local/to-inbound.ts";
import { plainText } from "../../../src/chat/plain-text.ts";
import type { ConversationAddress } from "../../../src/domain/conversation.ts";
import { asRunId } from "../../../src/domain/ids.ts";
import type { InboundEvent } from "../../../src/domain/inbound.ts";
import { chatContract } from "../../contracts/chat-contract.ts";
import { createGate } from "../../fakes/gate.ts";
import { aButton, aCard, aNotice, anAttention, aResult } from "../outgoing.ts";
import { ada, ana, bo, type LocalWorld, openLocalWorld } from "./local-chat-world.ts";

chatContract("local", async (receive) => {
  const world = await openLocalWorld(receive);
  const shown = new Map<string, string>();
  world.chat().room.subscribe(() => undefined, {
    viewer: ana,
    live: ({ thread, live }) => void (live ? shown.set(thread, live.text) : shown.delete(thread)),
  });
  return {
    platform: world.chat().platform,
    asker: ana,
    other: bo,
    async say(text, file) {
      await world
        .chat()
        .room.say({ as: ana, channel: "sales", text: `@deputy ${text}`, files: file ? [file] : [] });
    },
    async click(at, messageId) {
      const message = world
        .chat()
        .room.history(at.channel, at.thread)
        .find(({ id }) => id === messageId);
      const body = message?.content.kind === "deputy" ? message.content.body : undefined;
      const [button = aButton()] = body?.kind === "attention" ? body.options : [];
      await world.chat().room.click({ as: ana, messageId, action: button.action, value: button.value });
    },
    passTime: () => world.clock.advance(10 * 60_000),
    async seen(at, viewer) {
      const { room } = world.chat();
      const messages = room.history(at.channel, at.thread, viewer);
      return Promise.all(
        messages.flatMap(({ id, content, files, reactions }) =>
          content.kind === "text"
            ? []
            : [
                Promise.all(
                  files.map(async ({ id: file, name }) => ({
                    name,
                    content: (await room.fileContent(file, viewer)).content,
                  })),
                ).then((shown) => ({ id, text: plainText(content.body), files: shown, reactions })),
              ],
        ),
      );
    },
    async reactions(at, messageId) {
      const messages = world.chat().room.history(at.channel, at.thread);
      return messages.find(({ id }) => id === messageId)?.reactions ?? [];
    },
    live: {
      async line() {
        const { thread } = await world.chat().room.say({ as: ana, channel: "dm-ana", text: "hello" });
        return toAddress({ channel: "dm-ana", thread });
      },
      seen: async ({ thread }) => [shown.get(thread) ?? []].flat(),
    },
    loseNextAnswer() {
      world.disk.fault = "unsure";
    },
    reconnect: async () => (await world.restart("died")).platform,
    close: () => world.close(),
  };
});

describe("chat/local/local-chat: words before they are said", () => {
  it("C4: are told to those who read there, written nowhere, and say what it is at until there is a card", async () => {
    const world = await openLocalWorld();
    const { platform, room } = world.chat();
    const heard: unknown[] = [];
    room.subscribe(() => undefined, { viewer: ana, live: ({ live }) => heard.push(live?.text) });
    room.subscribe(() => undefined, { viewer: bo, live: () => heard.push("Bo sees it") });
    const { thread } = await room.say({ as: ana, channel: "dm-ana", text: "hello" });
    const at = toAddress({ channel: "dm-ana", thread });
    const run = asRunId("run_1");
    const status = { run, may: () => true, words: { kind: "status", text: "At it" } } as const;
    const seq = room.seq();

    await platform.live?.show(at, status);
    expect(room.seq()).toBe(seq);
    await platform.post(at, { key: "k1", run: asRunId("run_2") }, aNotice("Other work."), []);
    await platform.post(at, { key: "k2", run }, aCard(), []);
    expect(await platform.live?.show(at, status)).toBe("over");
    expect(heard).toEqual(["At it", undefined]);
    expect(await readFile(path.join(world.folder, "log.ndjson"), "utf8")).not.toContain("At it");
    await world.close();
  });
});

describe("chat/local/local-chat", () => {
  const worlds: LocalWorld[] = [];
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.close()));
  });
  const open = async (receive?: Receive, log?: Logger): Promise<LocalWorld> => {
    const world = await openLocalWorld(receive, log);
    worlds.push(world);
    return world;
  };
  const taken: Receive = async () => undefined;
  const sayAsAna = (world: LocalWorld, text = "@deputy hello", channel = "sales") =>
    world.chat().room.say({ as: ana, channel, text });
  const threadOf = (thread: string, channel = "sales"): ConversationAddress => ({
    platform: "local",
    tenant: localTenant,
    kind: channel.startsWith("dm-") ? "dm" : "channel",
    channel,
    thread,
  });

  describe("speaking", () => {
    it("starts a conversation of its own with each message in a direct line, and goes on with it in the thread", async () => {
      const heard: InboundEvent[] = [];
      const world = await open(async (event) => void heard.push(event));

      const first = await sayAsAna(world, "hello", "dm-ana");
      await world
        .chat()
        .room.say({ as: ana, channel: "dm-ana", thread: first.id, text: "and another thing" });
      await sayAsAna(world, "new topic", "dm-ana");

      expect(heard.map(({ conversation }) => conversation.kind)).toEqual(["dm", "dm", "dm"]);
      const threads = heard.map(({ conversation }) => conversation.thread);
      expect(threads[0]).toBe(first.id);
      expect(threads[1]).toBe(first.id);
      expect(threads[2]).not.toBe(first.id);
    });

    it("tells the agent about edits and removals, and shows them", async () => {
      const heard: InboundEvent[] = [];
      const world = await open(async (event) => void heard.push(event));
      const { room } = world.chat();
      const said = await sayAsAna(world);

      const edited = await room.edit({ as: ana, messageId: said.id, text: "@deputy good morning" });
      const removed = await room.remove({ as: ana, messageId: said.id });

      expect(heard.slice(1)).toMatchObject([
        { kind: "edited", messageId: said.id, text: "good morning" },
        { kind: "deleted", messageId: said.id },
      ]);
      expect(edited).toMatchObject({
        editedAt: world.clock.now(),
        content: { text: "@deputy good morning" },
      });
      expect(removed).toMatchObject({ removed: true, content: { text: "" } });
    });

    it.each([
      ["an empty message", { text: " \n " }, "chat.bad_request"],
      ["only invisible characters", { text: "\u0000\u202e" }, "chat.bad_request"],
      ["a message of more than 40,000 characters", { text: "x".repeat(40_001) }, "chat.bad_request"],
      ["a channel that is not there", { channel: "C1" }, "chat.not_found"],
      ["somebody else's direct line", { channel: "dm-bo" }, "chat.not_found"],
      ["a thread that is not there", { thread: "msg_0" }, "chat.not_found"],
    ])("I14: refuses %s and keeps nothing", async (_, change, code) => {
      const world = await open(taken);
      const { room } = world.chat();

      const saying = room.say({ as: ana, channel: "sales", text: "hello", ...change });

      await expect(saying).rejects.toMatchObject({ code, fate: "refused" });
      expect(room.seq()).toBe(0);
    });

    it("refuses to change what somebody else said", async () => {
      const world = await open(taken);
      const said = await sayAsAna(world);

      await expect(world.chat().room.remove({ as: bo, messageId: said.id })).rejects.toMatchObject({
        code: "chat.refused",
      });
    });

    it("keeps a file without words, under a name that is no path", async () => {
      const world = await open(taken);
      const { room } = world.chat();
      const content = Buffer.from("a,b\n1,2\n");

      const said = await room.say({
        as: ana,
        channel: "sales",
        text: "",
        files: [{ name: "../../etc/sa\u0000les.csv", content }],
      });

      const [file] = said.files;
      expect(file).toMatchObject({ name: "sales.csv", sizeBytes: 8 });
      expect((await room.fileContent(file?.id ?? "", bo)).content).toEqual(content);
    });

    it("shows a file of a direct line to its members only", async () => {
      const world = await open(taken);
      const { room } = world.chat();
      const files = [{ name: "a.txt", content: Buffer.from("a") }];
      const said = await room.say({ as: ana, channel: "dm-ana", text: "", files });

      const stolen = room.fileContent(said.files[0]?.id ?? "", bo);

      await expect(stolen).rejects.toMatchObject({ code: "chat.file_gone" });
    });
  });

  describe("clicking", () => {
    it("takes only a button that the message has now", async () => {
      const heard: InboundEvent[] = [];
      const world = await open(async (event) => void heard.push(event));
      const { platform, room } = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      const messageId = await platform.post(at, { key: "k" }, anAttention(), []);
      const click = { as: bo, messageId, action: "question.answer", value: "wait_1.1" } as const;
      await room.click(click);
      await platform.edit(at, messageId, anAttention({ options: [], decided: "Bo chose World" }));

      await expect(room.click(click)).rejects.toMatchObject({ code: "chat.refused" });
      await expect(room.click({ ...click, value: "wait_2.0" })).rejects.toMatchObject({
        code: "chat.refused",
      });

      expect(heard.slice(1)).toMatchObject([{ kind: "action", value: "wait_1.1", author: { key: bo } }]);
    });

    it("brings what was typed beside the options", async () => {
      const heard: InboundEvent[] = [];
      const world = await open(async (event) => void heard.push(event));
      const { platform, room } = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      const freeText = aButton({ value: "wait_1", label: "Something else" });
      const messageId = await platform.post(at, { key: "k" }, anAttention({ freeText }), []);

      await room.click({
        as: ana,
        messageId,
        action: "question.answer",
        value: "wait_1",
        text: "Only Norway",
      });

      expect(heard.at(-1)).toMatchObject({ kind: "action", value: "wait_1", text: "Only Norway" });
    });
  });

  describe("delivering", () => {
    it("DV2: tries at once, after a minute, after five, and marks the message meanwhile", async () => {
      const tries: number[] = [];
      let willing = false;
      const world = await open(async () => {
        tries.push(world.clock.now());
        if (!willing) throw new Error("the store is away");
      });
      const start = world.clock.now();

      const said = await sayAsAna(world);
      await world.clock.advance(60_000);
      willing = true;
      await world.clock.advance(300_000);

      expect(said.delivery).toBe("undelivered");
      expect(tries.map((at) => (at - start) / 60_000)).toEqual([0, 0, 1, 6]);
      await vi.waitFor(() => expect(world.chat().room.history("sales")[0]?.delivery).toBe("delivered"));
    });

    it("DV2: tries again when a person asks", async () => {
      let willing = false;
      const world = await open(async () => {
        if (!willing) throw new Error("the store is away");
      });
      const said = await sayAsAna(world);
      willing = true;

      const again = await world.chat().room.retry({ as: ana, messageId: said.id });

      expect(again).toEqual({ delivered: true });
      expect(world.chat().room.history("sales")[0]?.delivery).toBe("delivered");
    });

    it("I1, DV2: delivers after a restart what the process had kept but not handed over", async () => {
      const heard: InboundEvent[] = [];
      let willing = false;
      const world = await open(async (event) => {
        heard.push(event);
        if (!willing) throw new Error("the store is away");
      });
      await sayAsAna(world);
      willing = true;

      const { room } = await world.restart("died");

      await vi.waitFor(() => expect(room.history("sales")[0]?.delivery).toBe("delivered"));
      expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(1);
      expect(heard.at(-1)).toEqual(heard[0]);
    });

    it("DV3: joins a delivery that is under way", async () => {
      const gate = createGate();
      const receive = vi.fn<Receive>(() => gate.opened);
      const world = await open(receive);

      const saying = sayAsAna(world);
      await vi.waitFor(() => expect(receive).toHaveBeenCalledTimes(1));
      const messageId = world.chat().room.history("sales")[0]?.id ?? "";
      const again = world.chat().room.retry({ as: ana, messageId });
      gate.open();
      await Promise.all([saying, again]);

      expect(receive).toHaveBeenCalledTimes(1);
    });

    it("DV1: keeps what is said before the agent is there", async () => {
      const world = await open();

      const said = await sayAsAna(world);
      const heard: InboundEvent[] = [];
      await world.chat().platform.start(async (event) => void heard.push(event));

      expect(said.delivery).toBe("sending");
      await vi.waitFor(() => expect(heard).toMatchObject([{ messageId: said.id }]));
    });
  });

  describe("the log", () => {
    it("gives the same room after a restart", async () => {
      const world = await open(taken);
      const before = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      const card = await before.platform.post(at, { key: "card" }, aCard(), []);
      await before.platform.edit(at, card, aCard({ state: "Done" }));
      await before.platform.whisper(at, bo, aNotice("psst"));
      await before.platform.react(at, at.thread, "eyes");
      await before.platform.setStatus(at, "active");

      const after = await world.restart("died");

      expect(after.room.history("sales")).toEqual(before.room.history("sales"));
      expect(after.room.seq()).toBe(before.room.seq());
      expect(after.room.status(at.thread)).toBe("active");
    });

    it("writes the metadata that other platforms carry", async () => {
      const world = await open(taken);
      const at = threadOf((await sayAsAna(world)).id);
      await world.chat().platform.post(at, { key: "run_1:card" }, aCard(), []);

      const { content } = world.chat().room.history("sales")[1] ?? {};

      expect(content).toMatchObject({
        metadata: { event_type: "deputy", event_payload: { key: "run_1:card", run: "run_1", kind: "card" } },
      });
    });

    it("L3: cuts off a torn last line, says so, and goes on", async () => {
      const warned: [string, LogFields | undefined][] = [];
      const log: Logger = {
        ...silentLogger,
        child: () => log,
        warn: (text, fields) => void warned.push([text, fields]),
      };
      const world = await open(taken, log);
      await sayAsAna(world);
      await world.chat().platform.stop();
      await appendFile(path.join(world.folder, "log.ndjson"), '{"seq":99,"type":"sa');

      const { room } = await world.restart("died");
      await room.say({ as: bo, channel: "sales", text: "still here" });

      expect(warned).toEqual([
        ["the chat log ended in a torn line, which was cut off", { line: 3, bytes: 20 }],
      ]);
      const lines = (await readFile(path.join(world.folder, "log.ndjson"), "utf8")).trim().split("\n");
      expect(lines.map((line): unknown => JSON.parse(line))).toHaveLength(4);
    });

    it("L3, I14: does not open with a broken line in the middle, and names it", async () => {
      const world = await open(taken);
      await sayAsAna(world);
      await world.chat().platform.stop();
      const file = path.join(world.folder, "log.ndjson");
      const whole = await readFile(file, "utf8");
      await writeFile(file, `{"seq":1\n${whole}`);

      await expect(world.restart("died")).rejects.toThrow(
        /log\.ndjson: line 1 is not one of its records\. Restore/,
      );

      await writeFile(file, whole);
      await world.restart("died");
    });

    it("L4, C3: refuses on a full disk, keeps no half line and no file, and goes on when there is space", async () => {
      const world = await open(taken);
      const { platform, room } = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      const file = { name: "a.txt", content: Buffer.from("a") };
      const written = await readFile(path.join(world.folder, "log.ndjson"));
      world.disk.fault = "full";

      const refused = platform.post(at, { key: "k1" }, aResult(), [file]);

      await expect(refused).rejects.toMatchObject({
        code: "chat.unavailable",
        fate: "refused",
        retry: { kind: "backoff" },
      });
      await expect(refused).rejects.toThrow("the disk is full");
      expect(await readFile(path.join(world.folder, "log.ndjson"))).toEqual(written);
      expect(await readdir(path.join(world.folder, "files"))).toEqual([]);
      world.disk.fault = "none";
      await platform.post(at, { key: "k1" }, aResult(), [file]);
      const before = room.history("sales");
      expect((await world.restart("died")).room.history("sales")).toEqual(before);
    });

    it("L4, C3: takes nothing more when it cannot tell what is on disk", async () => {
      const world = await open(taken);
      const { platform } = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      world.disk.fault = "unsure";
      await expect(platform.post(at, { key: "k1" }, aNotice(), [])).rejects.toMatchObject({
        fate: "unknown",
      });
      world.disk.fault = "none";

      await expect(platform.post(at, { key: "k2" }, aNotice(), [])).rejects.toMatchObject({
        fate: "unknown",
      });
    });

    it("refuses after it was stopped", async () => {
      const world = await open(taken);
      await world.chat().platform.stop();

      await expect(sayAsAna(world)).rejects.toMatchObject({ code: "chat.unavailable", fate: "refused" });
    });
  });

  describe("watching", () => {
    it("LG1: shows nothing before it is on disk", async () => {
      const world = await open(taken);
      const seen: RoomEvent[] = [];
      world.chat().room.subscribe((event) => seen.push(event));
      world.disk.fault = "full";

      await sayAsAna(world).catch(() => undefined);

      expect(seen).toEqual([]);
    });

    it("tells nobody about an edit, reaction or status that changes nothing", async () => {
      const world = await open(taken);
      const { platform, room } = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      const card = await platform.post(at, { key: "card" }, aCard(), []);
      await platform.react(at, at.thread, "eyes");
      await platform.setStatus(at, "active");
      const before = room.seq();

      await platform.edit(at, card, aCard());
      await platform.react(at, at.thread, "eyes");
      await platform.setStatus(at, "active");

      expect(room.seq()).toBe(before);
    });

    it("LG2: gives a late watcher what it missed, each thing once and as it is now", async () => {
      const world = await open(taken);
      const { platform, room } = world.chat();
      const at = threadOf((await sayAsAna(world)).id);
      const since = room.seq();
      const card = await platform.post(at, { key: "card" }, aCard(), []);
      await platform.setStatus(at, "processing");
      await platform.edit(at, card, aCard({ state: "Done" }));
      await platform.setStatus(at, "active");

      const seen: RoomEvent[] = [];
      room.subscribe((event) => seen.push(event), { since });
      await platform.post(at, { key: "late" }, aNotice(), []);

      expect(seen).toMatchObject([
        { kind: "message", change: "edited", message: { id: card, content: { body: { state: "Done" } } } },
        { kind: "status", thread: at.thread, status: "active" },
        { kind: "message", change: "posted", message: { content: { body: { kind: "notice" } } } },
      ]);
      const numbers = seen.map(({ seq }) => seq);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    });

    it("shows a person neither other people's direct lines nor whispers to others", async () => {
      const world = await open(taken);
      const { platform, room } = world.chat();
      const seen: RoomEvent[] = [];
      room.subscribe((event) => seen.push(event), { viewer: bo });

      const line = threadOf((await sayAsAna(world, "hello", "dm-ana")).id, "dm-ana");
      await platform.setStatus(line, "processing");
      const at = threadOf((await room.say({ as: ada, channel: "sales", text: "hi" })).id);
      const before = seen.length;
      await platform.whisper(at, ana, aNotice("for Ana"));
      await platform.whisper(at, bo, aNotice("for Bo"));

      expect(seen.every((event) => event.kind === "message" && event.message.channel === "sales")).toBe(true);
      expect(seen.slice(before)).toMatchObject([{ message: { to: bo } }]);
    });

    it("is over when the watcher says so", async () => {
      const world = await open(taken);
      const seen: RoomEvent[] = [];
      const end = world.chat().room.subscribe((event) => seen.push(event));

      end();
      await sayAsAna(world);

      expect(seen).toEqual([]);
    });
  });
});
