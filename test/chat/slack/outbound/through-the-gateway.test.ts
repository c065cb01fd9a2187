// The gateway's poster over Slack: what the fates that Slack's failures are given lead to (I2, c.0 rule 9).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noFailpoints } from "../../../../src/base/failpoints.ts";
import { createIds } from "../../../../src/base/ids.ts";
import { silentLogger } from "../../../../src/base/logger.ts";
import { Secret } from "../../../../src/base/secret.ts";
import { createSlackPlatform } from "../../../../src/chat/slack/slack-platform.ts";
import type { ConversationAddress } from "../../../../src/domain/conversation.ts";
import { asConversationId } from "../../../../src/domain/ids.ts";
import type { OutboxEntry, Outgoing } from "../../../../src/domain/outbox.ts";
import { createKnownFates } from "../../../../src/gateway/known-fates.ts";
import type { Outcome } from "../../../../src/gateway/outcome.ts";
import { createPoster } from "../../../../src/gateway/post-message.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { anAttention, aResult } from "../../outgoing.ts";
import { type OutboundWorld, openOutboundWorld, whileTimePasses } from "./outbound-world.ts";

const content = Buffer.from("a,b\n");
const result = aResult({ files: [{ name: "a.csv", sha256: "a".repeat(64), sizeBytes: content.length }] });

describe("a post of the outbox over Slack", () => {
  let world: OutboundWorld;
  let at: ConversationAddress;
  beforeEach(async () => {
    world = await openOutboundWorld();
    at = await world.thread();
  });
  afterEach(() => world.close());

  /** One sender, which may be another process than the one before. */
  function sender(): (message: Outgoing, attempts: number) => Promise<Outcome> {
    const { clock, slack } = world;
    const worldIds = createIds(() => clock.now());
    const botToken = new Secret(slack.botToken);
    const installed = { teamId: ids.team, botToken, botUserId: ids.bot, botId: ids.botId };
    const platform = createSlackPlatform({
      settings: { apiUrl: slack.apiUrl },
      installations: {
        find: async () => installed,
        list: async () => [installed],
        revoke: async () => undefined,
      },
      clock,
      log: silentLogger,
    });
    const poster = createPoster({
      world: { clock, ids: worldIds, log: silentLogger, failpoint: noFailpoints },
      blobs: { ...noBlobs, get: async () => content },
      fates: createKnownFates(),
      keptBack: () => Promise.resolve(),
      timeoutMs: 20_000,
    });
    return (message, attempts) =>
      whileTimePasses(
        world,
        10_000,
        poster.post({ platform, at, message, entry: entry(message, attempts), log: silentLogger }),
      );
  }

  function entry(message: Outgoing, attempts: number): OutboxEntry {
    return {
      key: "k1",
      tenant: at.tenant,
      conversation: asConversationId("conv_1"),
      seq: 1,
      op: { op: "post", message },
      state: "sending",
      attempts,
      dueAt: 0,
      createdAt: world.clock.now(),
    };
  }

  const posts = (): number => world.slack.callsTo("chat.postMessage").length;

  it("c.0 rule 9: comes in words when its blocks are refused, once", async () => {
    world.slack.fault("chat.postMessage", { kind: "error", error: "invalid_blocks" });

    const outcome = await sender()(anAttention(), 1);

    expect(world.said(at)).toMatchObject([
      { text: expect.stringContaining("Which region should the report cover?") },
    ]);
    expect(outcome).toEqual({ kind: "sent", providerId: world.said(at)[0]?.ts });
  });

  it.each([
    ["in the same process", false],
    ["in another", true],
  ])("I2: whose answer was lost is found, %s, and not posted again", async (_, restarted) => {
    const first = sender();
    world.slack.fault("chat.postMessage", { kind: "lost" });

    const lost = await first(anAttention(), 1);
    const then = await (restarted ? sender() : first)(anAttention(), 2);

    expect(lost).toMatchObject({ kind: "again", fate: "unknown" });
    expect(then).toEqual({ kind: "sent", providerId: world.said(at)[0]?.ts });
    expect(posts()).toBe(1);
  });

  it.each([["files.completeUploadExternal"], ["chat.postMessage"]])(
    "I2: with a file, after a lost answer to %s, is there once, and so is the file",
    async (method) => {
      world.slack.fault(method, { kind: "lost" });

      const lost = await sender()(result, 1);
      const then = await sender()(result, 2);

      expect(lost).toMatchObject({ kind: "again", fate: "unknown" });
      expect(then.kind).toBe("sent");
      expect(world.said(at).map(({ files }) => files.map(({ name }) => name))).toEqual([["a.csv"], []]);
      expect(world.slack.callsTo("files.completeUploadExternal")).toHaveLength(1);
    },
  );

  it("S-M11: that Slack wants later is put off for as long as it says, its fate known", async () => {
    const now = world.clock.now();
    world.slack.fault("chat.postMessage", { kind: "limited", seconds: 20 });

    const outcome = await sender()(anAttention(), 1);

    expect(outcome).toMatchObject({ kind: "again", fate: "refused", limited: true });
    expect(outcome.kind === "again" && outcome.at - now).toBeGreaterThanOrEqual(20_000);
  });
});

const unused = (): never => {
  throw new Error("Not used here");
};
const noBlobs = { put: unused, has: unused, putManifest: unused, getManifest: unused };
