// What every chat platform does (src/chat/contract.ts, C1 to C3), run by each member against a server that can be
// looked into.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatPlatform } from "../../src/chat/contract.ts";
import { ChatError } from "../../src/chat/errors.ts";
import { safeText } from "../../src/chat/safe-text.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asRunId, type PersonKey } from "../../src/domain/ids.ts";
import type { InboundEvent, InboundMessage } from "../../src/domain/inbound.ts";
import { InboundEvent as InboundEventSchema } from "../../src/domain/inbound.ts";
import { aCard, aNotice, anAttention, aResult } from "../chat/outgoing.ts";
import { createGate } from "../fakes/gate.ts";

/** A message as one person sees it in a conversation. */
interface SeenMessage {
  readonly id: string;
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly content: Buffer }[];
  readonly reactions: readonly string[];
}

/** The platform's own side: its people, its server, its faults. */
interface ChatWorld {
  readonly platform: ChatPlatform;
  readonly asker: PersonKey;
  readonly other: PersonKey;
  /** `asker` mentions the agent in a new thread. Resolves when the platform's server takes it as delivered or gives up for now. */
  say(text: string, file?: { readonly name: string; readonly content: Buffer }): Promise<void>;
  /** Clicks the first button of the message. */
  click(at: ConversationAddress, messageId: string): Promise<void>;
  /** Lets so much time pass that the server delivers again what was not taken. */
  passTime(): Promise<void>;
  /** Without what people said. */
  seen(at: ConversationAddress, viewer: PersonKey): Promise<readonly SeenMessage[]>;
  /** The reactions on a message of a person. */
  reactions(at: ConversationAddress, messageId: string): Promise<readonly string[]>;
  /** The next call is carried out, but its answer does not reach us. */
  loseNextAnswer(): void;
  /** For platforms that show words before they are said. */
  readonly live?: {
    /** `asker`'s direct messages with the agent. */
    line(): Promise<ConversationAddress>;
    /** What `asker` sees there that is no message. */
    seen(at: ConversationAddress): Promise<readonly string[]>;
  };
  /** A new connection to the same server, after a fault or a restart. */
  reconnect(): Promise<ChatPlatform>;
  close(): Promise<void>;
}

/** What a platform can't do, and nobody could make it do. */
export interface ChatLimits {
  /** Posts can't be looked up: the key is known to the process that posted, and a lost answer stays a doubt. */
  readonly readBack?: false;
  /** It does not say how large a file is before it is fetched. */
  readonly fileSizes?: false;
  /** Of the conversation that is tried, by name. */
  readonly outsiders?: readonly string[];
}

export type OpenChatWorld = (receive: (event: InboundEvent) => Promise<void>) => Promise<ChatWorld>;

export function chatContract(name: string, open: OpenChatWorld, limits: ChatLimits = {}): void {
  const canReadBack = limits.readBack !== false;
  describe(`chat contract: ${name}`, () => {
    let world: ChatWorld;
    let heard: InboundEvent[];
    let receive: (event: InboundEvent) => Promise<void>;

    beforeEach(async () => {
      heard = [];
      receive = async () => undefined;
      world = await open(async (event) => {
        heard.push(event);
        await receive(event);
      });
    });
    afterEach(() => world.close());

    const firstMessage = (): InboundMessage => {
      const message = heard.find((event) => event.kind === "message");
      if (message === undefined) throw new Error("The platform delivered no message");
      return message;
    };
    const thread = async (): Promise<ConversationAddress> => {
      await world.say("please compare the vendors");
      return firstMessage().conversation;
    };
    const texts = async (at: ConversationAddress, viewer: PersonKey): Promise<string[]> =>
      (await world.seen(at, viewer)).map(({ text }) => text);

    it("OUT-4: tells who reads a conversation, without bots, and who of them is not of the organisation", async () => {
      const at = await thread();
      const { count, people } = (await world.platform.audience?.(at)) ?? { count: 0, people: [] };
      const names = people.map(({ name }) => name);
      expect(count).toBe(people.length);
      expect(names).toEqual(expect.arrayContaining([firstMessage().author.name]));
      expect(names.join().toLowerCase()).not.toContain("deputy");
      expect(people.filter(({ kind }) => kind !== "member").map(({ name }) => name)).toEqual(
        limits.outsiders ?? [],
      );
    });

    describe("hearing", () => {
      it("gives a message in platform-neutral words, without the mention", async () => {
        await world.say("please compare the vendors");

        const message = firstMessage();
        expect(InboundEventSchema.parse(message)).toEqual(message);
        expect(message).toMatchObject({ text: "please compare the vendors", mentionsAgent: true, files: [] });
        expect(message.author.key).toBe(world.asker);
        expect(await kindOf(world.platform, message)).toBe("member");
        expect(message.conversation.platform).toBe(world.platform.name);
      });

      it("C1: acknowledges only after the event is committed", async () => {
        const gate = createGate();
        receive = () => gate.opened;
        let acknowledged = false;

        const said = world.say("hello").then(() => {
          acknowledged = true;
        });
        await vi.waitFor(() => expect(heard).toHaveLength(1));
        const early = acknowledged;
        gate.open();
        await said;

        expect(early).toBe(false);
        expect(acknowledged).toBe(true);
      });

      it("C1: delivers an event that could not be committed again, under the same id", async () => {
        let refusals = 0;
        receive = async () => {
          refusals += 1;
          if (refusals <= 2) throw new Error("the store is away");
        };

        await world.say("hello");
        await world.passTime();

        await vi.waitFor(() => expect(heard).toHaveLength(3));
        expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(1);
        expect(heard[2]).toEqual(heard[0]);
      });

      it("C1: does not deliver again what was committed", async () => {
        await world.say("hello");
        await world.passTime();

        expect(heard).toHaveLength(1);
      });

      it("gives a click with its action and value", async () => {
        const at = await thread();
        const id = await world.platform.post(at, { key: "k1" }, anAttention(), []);

        await world.click(at, id);

        await vi.waitFor(() =>
          expect(heard.at(-1)).toMatchObject({
            kind: "action",
            action: "question.answer",
            value: "wait_1.0",
            author: { key: world.asker },
            conversation: at,
          }),
        );
      });
    });

    describe("posting", () => {
      it.each([aCard(), anAttention(), aResult(), aNotice("Noted.")])(
        "shows a message of the kind $kind to everybody",
        async (message) => {
          const at = await thread();

          const id = await world.platform.post(at, { key: "k1" }, message, []);

          expect((await world.seen(at, world.asker)).map((seen) => seen.id)).toEqual([id]);
          expect((await world.seen(at, world.other)).map((seen) => seen.id)).toEqual([id]);
        },
      );

      it("C2, I2: posts once when asked twice with one key", async () => {
        const at = await thread();

        const ids = [
          await world.platform.post(at, { key: "k1" }, aNotice(), []),
          await world.platform.post(at, { key: "k1" }, aNotice(), []),
        ];

        expect(new Set(ids).size).toBe(1);
        expect(await texts(at, world.asker)).toHaveLength(1);
      });

      it("C2, I2: posts once when asked twice at the same time", async () => {
        const at = await thread();

        const ids = await Promise.all([
          world.platform.post(at, { key: "k1" }, aNotice(), []),
          world.platform.post(at, { key: "k1" }, aNotice(), []),
        ]);

        expect(new Set(ids).size).toBe(1);
        expect(await texts(at, world.asker)).toHaveLength(1);
      });

      it("C2: finds a message by its key, in its own conversation only", async () => {
        const at = await thread();
        const id = await world.platform.post(at, { key: "k1" }, aNotice(), []);
        heard = [];
        const elsewhere = await thread();

        expect(await world.platform.findByKey(at, "k1")).toBe(id);
        expect(await world.platform.findByKey(at, "k2")).toBeUndefined();
        expect(await world.platform.findByKey(elsewhere, "k1")).toBeUndefined();
      });

      it("C2: says whether it can find a message by its key", () => {
        expect(world.platform.capabilities.readBack).toBe(canReadBack);
      });

      it.runIf(canReadBack)("C2: finds a message by its key after a new start", async () => {
        const at = await thread();
        const id = await world.platform.post(at, { key: "k1" }, aNotice(), []);

        const platform = await world.reconnect();

        expect(await platform.findByKey(at, "k1")).toBe(id);
        expect(await platform.post(at, { key: "k1" }, aNotice(), [])).toBe(id);
      });

      it("edits a message in place, and twice is once", async () => {
        const at = await thread();
        const id = await world.platform.post(at, { key: "k1" }, aNotice("before"), []);

        await world.platform.edit(at, id, aNotice("after"));
        await world.platform.edit(at, id, aNotice("after"));

        const seen = await world.seen(at, world.asker);
        expect(seen.map((message) => message.id)).toEqual([id]);
        expect(seen[0]?.text).toContain("after");
        expect(seen[0]?.text).not.toContain("before");
      });

      it("whispers to one person only", async () => {
        const at = await thread();

        await world.platform.whisper(at, world.other, aNotice("Only Ana may stop this."));

        expect(await texts(at, world.other)).toEqual([expect.stringContaining("Only Ana may stop this.")]);
        expect(await texts(at, world.asker)).toEqual([]);
      });

      it("reacts to a message, and twice is once", async () => {
        const at = await thread();
        const { messageId } = firstMessage();

        await world.platform.react(at, messageId, "eyes");
        await world.platform.react(at, messageId, "eyes");

        expect(await world.reactions(at, messageId)).toEqual(["eyes"]);
      });

      it("takes every session status, and the same one twice", async () => {
        const at = await thread();

        for (const status of ["processing", "processing", "suspended", "active"] as const) {
          await expect(world.platform.setStatus(at, status)).resolves.toBeUndefined();
        }
      });

      it("OUT-3: calls no channel together, whatever the text says", async () => {
        const at = await thread();

        await world.platform.post(at, { key: "k1" }, aNotice("Look @channel, @here and <!everyone>"), []);

        const [text = ""] = await texts(at, world.asker);
        expect(safeText(text)).toBe(text);
        expect(text).not.toMatch(/@channel|@here|<!everyone>/);
      });
    });

    describe("live words", () => {
      const run = asRunId("run_1");
      const shows = (at: ConversationAddress, text: string, may = (): boolean => true): Promise<unknown> =>
        world.platform.live?.show(at, { run, may, words: { kind: "answer", text, follow: [] } }) ??
        Promise.resolve("none");

      it("C4: says whether it shows any, and only where one person reads", async () => {
        expect(world.platform.live === undefined).toBe(world.live === undefined);
        const at = await thread();
        expect(await shows(at, "Vendor B is the cheapest.")).not.toBe("shown");
        expect(await texts(at, world.asker)).toEqual([]);
      });

      it("C4: the run's next message takes their place, once", async () => {
        if (!world.live) return;
        const at = await world.live.line();
        expect(await shows(at, "Vendor B is the")).toBe("shown");
        expect(await world.live.seen(at)).toEqual([expect.stringContaining("Vendor B is the")]);

        const message = aResult({ text: "Vendor B is the cheapest." });
        const name = { key: "k1", run };
        const [id] = await Promise.all([world.platform.post(at, name, message, []), world.passTime()]);
        expect(await world.platform.post(at, name, message, [])).toBe(id);

        expect(await world.live.seen(at)).toEqual([]);
        const said = await texts(at, world.asker);
        expect(said.filter((text) => text.includes("Vendor B is the cheapest."))).toHaveLength(1);
      });

      it("C4: shows nothing when it may not", async () => {
        if (!world.live) return;
        const at = await world.live.line();
        expect(await shows(at, "Vendor B is the", () => false)).toBe("skipped");
        expect(await world.live.seen(at)).toEqual([]);
      });

      it("C4: what will not be said so stands there no more as if it were, and twice is once", async () => {
        if (!world.live) return;
        const at = await world.live.line();
        await shows(at, "Vendor B is the");
        const { live } = world.platform;
        await Promise.all([live?.breakOff(at, run), world.passTime()]);
        await live?.breakOff(at, run);
        expect(await world.live.seen(at)).toEqual([]);
        const marked = (await texts(at, world.asker)).filter((text) => text.includes("Vendor B is the"));
        expect(marked.every((text) => text.includes("Interrupted"))).toBe(true);
      });
    });

    describe("files", () => {
      it("brings a file of a person, byte for byte", async () => {
        const content = Buffer.from([0, 255, 13, 10, 128, 0xc3, 0x28]);
        await world.say("look at this", { name: "data.bin", content });

        const [file] = firstMessage().files;
        const sizeBytes = limits.fileSizes === false ? 0 : content.length;
        expect(file).toMatchObject({ name: "data.bin", sizeBytes });
        const chunks: Uint8Array[] = [];
        if (file) for await (const chunk of await world.platform.download(file)) chunks.push(chunk);

        expect(Buffer.concat(chunks)).toEqual(content);
      });

      it("shows the files of a message, byte for byte", async () => {
        const at = await thread();
        const content = Buffer.from([1, 0, 254, 10]);
        const file = { name: "report.bin", sha256: "a".repeat(64), sizeBytes: 4 };

        await world.platform.post(at, { key: "k1" }, aResult({ files: [file] }), [
          { name: "report.bin", content },
        ]);

        const [seen] = await world.seen(at, world.other);
        expect(seen?.files).toEqual([{ name: "report.bin", content }]);
      });

      it("C3: says that a file is gone", async () => {
        const file = { id: "file_0", name: "lost.csv", sizeBytes: 3, ref: "file_0" };

        const error = await failure(world.platform.download(file));

        expect(error).toMatchObject({ code: "chat.file_gone", fate: "refused" });
      });
    });

    describe("failing", () => {
      it("C3: refuses to post where there is no conversation", async () => {
        const at = { ...(await thread()), channel: "C000", thread: "msg_0" };

        expect(await failure(world.platform.post(at, { key: "k1" }, aNotice(), []))).toMatchObject({
          code: "chat.not_found",
          fate: "refused",
        });
      });

      it("C3: refuses to edit what is not there", async () => {
        const at = await thread();

        expect(await failure(world.platform.edit(at, "msg_0", aNotice()))).toMatchObject({
          code: "chat.not_found",
          fate: "refused",
        });
      });

      it("C3: refuses a text that is too long, and posts nothing of it", async () => {
        const at = await thread();

        expect(
          await failure(world.platform.post(at, { key: "k1" }, aNotice("x".repeat(50_000)), [])),
        ).toMatchObject({
          code: "chat.bad_request",
          fate: "refused",
          retry: { kind: "never" },
        });
        expect(await texts(at, world.asker)).toEqual([]);
      });

      it("C3, I2: says that the fate is unknown when no answer came; asking by key and posting again makes one", async () => {
        const at = await thread();
        world.loseNextAnswer();

        const error = await failure(world.platform.post(at, { key: "k1" }, aNotice("once"), []));
        const platform = await world.reconnect();
        expect(error).toMatchObject({ code: "chat.unavailable", fate: "unknown" });
        const found = await platform.findByKey(at, "k1");
        const [there] = await world.seen(at, world.asker);
        const known = canReadBack ? found : there?.id; // nobody but the server can tell
        const id = known ?? (await platform.post(at, { key: "k1" }, aNotice("once"), []));

        expect((await world.seen(at, world.asker)).map((seen) => seen.id)).toEqual([id]);
      });
    });
  });
}

async function failure(act: Promise<unknown>): Promise<ChatError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
  throw new Error("The call was expected to fail and did not");
}

/** As the event says, or the platform when it is asked because the event could not say. */
async function kindOf({ people }: ChatPlatform, { author, conversation }: InboundEvent): Promise<unknown> {
  return author.unchecked === true ? people?.standing(author.key, conversation) : author.kind;
}
