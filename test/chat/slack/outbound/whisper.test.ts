import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeFault } from "../../../fakes/slack/fake-slack.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { aNotice, anAttention } from "../../outgoing.ts";
import {
  address,
  ana,
  bo,
  failure,
  type OutboundWorld,
  openOutboundWorld,
  whileTimePasses,
} from "./outbound-world.ts";

const secret = aNotice("Only you may know: https://files.example/private");

describe("words for one person", () => {
  let world: OutboundWorld;
  beforeEach(async () => {
    world = await openOutboundWorld();
  });
  afterEach(() => world.close());

  const refuse = (method: string, error: string, times = 1): void =>
    world.slack.fault(method, { kind: "error", error }, times);

  it("are shown to them alone under the conversation", async () => {
    const at = await world.thread();

    await world.outbound.whisper(at, bo, secret);

    expect(world.slack.ephemerals).toMatchObject([
      { channel: at.channel, thread_ts: at.thread, user: ids.bo, shown: true },
    ]);
    expect(world.slack.botMessages()).toEqual([]);
  });

  it("ux d.8: are a plain post in direct messages, where Slack shows nothing else", async () => {
    const { ts } = await world.slack.person(ids.ana).says("D0ANA", "hello");
    const at = address({ kind: "dm", channel: "D0ANA", thread: ts });

    await world.outbound.whisper(at, ana, secret);

    expect(world.slack.ephemerals).toEqual([]);
    expect(world.said(at)).toMatchObject([
      { text: expect.stringContaining("Only you may know"), unfurl: { links: false, media: false } },
    ]);
  });

  it.each([
    ["user_not_in_channel"],
    ["channel_not_found"],
    ["not_in_channel"],
    ["is_archived"],
    ["a_code_of_tomorrow"],
  ])("WH1, S-M13: go to direct messages where the channel refuses them (%s)", async (error) => {
    const at = await world.thread();
    refuse("chat.postEphemeral", error);

    await world.outbound.whisper(at, bo, secret);

    expect(world.slack.botMessages("D0BO")).toMatchObject([
      { text: expect.stringContaining("Only you may know"), thread_ts: undefined },
    ]);
    expect(world.slack.botMessages(at.channel)).toEqual([]);
  });

  it("WH1, ux d.8: are not said at all where direct messages are refused too; the person is asked to write", async () => {
    const at = await world.thread();
    refuse("chat.postEphemeral", "user_not_in_channel");
    refuse("conversations.open", "cannot_dm_bot");

    await world.outbound.whisper(at, bo, secret);

    const [asked, ...others] = world.slack.botMessages();
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ channel: at.channel, thread_ts: at.thread });
    expect(asked?.text).toContain(`<@${ids.bo}>`);
    expect(JSON.stringify(asked)).not.toMatch(/Only you|private/);
  });

  it.each([
    [{ kind: "lost" }, "unknown"],
    [{ kind: "http", status: 503 }, "unknown"],
    [{ kind: "limited", seconds: 9 }, "refused"],
    [{ kind: "error", error: "token_revoked" }, "refused"],
  ] satisfies [FakeFault, string][])(
    "are not repeated elsewhere when %j comes of them",
    async (fault, fate) => {
      const at = await world.thread();
      world.slack.fault("chat.postEphemeral", fault);

      expect(await failure(world.outbound.whisper(at, bo, secret))).toMatchObject({ fate });
      expect(world.slack.botMessages()).toEqual([]);
    },
  );

  it("c.0 rule 9: come in a plainer form when their blocks are refused", async () => {
    const at = await world.thread();
    refuse("chat.postEphemeral", "invalid_blocks", 2);

    expect(await failure(world.outbound.whisper(at, bo, anAttention()))).toMatchObject({
      code: "chat.decoration_refused",
    });
    await whileTimePasses(world, 2_000, world.outbound.whisper(at, bo, secret));

    expect(world.slack.ephemerals).toMatchObject([
      { text: expect.stringContaining("Only you may know"), blocks: [] },
    ]);
  });
});
