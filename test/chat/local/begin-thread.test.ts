import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toAddress } from "../../../src/chat/local/to-inbound.ts";
import { directLine, unbegunThread } from "../../../src/domain/conversation.ts";
import { asTenantId } from "../../../src/domain/ids.ts";
import { aNotice } from "../outgoing.ts";
import { ana, type LocalWorld, openLocalWorld } from "./local-chat-world.ts";

const unbegun = toAddress({ channel: "sales", thread: unbegunThread("sch_1") });

describe("a thread that the agent begins in the local chat", () => {
  let world: LocalWorld;
  beforeEach(async () => {
    world = await openLocalWorld(async () => undefined);
  });
  afterEach(() => world.close());

  it("ST1: begins with a post that names it, and takes replies", async () => {
    const { platform, room } = world.chat();
    const id = await platform.post(unbegun, { key: "thread:1" }, aNotice("Comes round."), []);
    await platform.post(toAddress({ channel: "sales", thread: id }), { key: "k2" }, aNotice("News."), []);
    await room.say({ as: ana, channel: "sales", thread: id, text: "Thanks" });

    expect(room.history("sales", id)).toHaveLength(3);
  });

  it("C2, LP2: is one thread under one key, at once and after a restart", async () => {
    const post = (): Promise<string> =>
      world.chat().platform.post(unbegun, { key: "thread:1" }, aNotice("Comes round."), []);
    const [first, second] = await Promise.all([post(), post()]);
    await world.restart();

    expect(second).toBe(first);
    expect(await post()).toBe(first);
    expect(await world.chat().platform.findByKey(unbegun, "thread:1")).toBe(first);
    expect(world.chat().room.history("sales")).toHaveLength(1);
  });

  it("reaches a person directly, in their own line", async () => {
    const { platform, room } = world.chat();
    await platform.post(directLine(ana, asTenantId("local")), { key: "k1" }, aNotice("Paused."), []);

    expect(room.history("dm-ana")).toHaveLength(1);
  });

  it("says that there is no such channel", async () => {
    const nowhere = toAddress({ channel: "nowhere", thread: unbegun.thread });

    await expect(world.chat().platform.post(nowhere, { key: "k1" }, aNotice("x"), [])).rejects.toMatchObject({
      code: "chat.not_found",
      fate: "refused",
      noPlace: true,
    });
  });
});
