// The gateway's poster over Teams: what becomes of a message where the connector refuses it, puts it off or loses its answer (I2,
// design 10: Teams can't be read back).

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noFailpoints } from "../../../src/base/failpoints.ts";
import { createIds } from "../../../src/base/ids.ts";
import { silentLogger } from "../../../src/base/logger.ts";
import type { ConversationAddress } from "../../../src/domain/conversation.ts";
import { asConversationId } from "../../../src/domain/ids.ts";
import type { OutboxEntry, Outgoing } from "../../../src/domain/outbox.ts";
import { createKnownFates } from "../../../src/gateway/known-fates.ts";
import type { Outcome } from "../../../src/gateway/outcome.ts";
import { createPoster } from "../../../src/gateway/post-message.ts";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import { anAttention, aNotice, aResult } from "../outgoing.ts";
import { openTeamsWorld, type TeamsWorld, through } from "./teams-world.ts";

let world: TeamsWorld;
let at: ConversationAddress;
let conversation: string;
let send: (message: Outgoing, attempts: number) => Promise<Outcome>;
let warned: string[];

beforeEach(async () => {
  world = await openTeamsWorld();
  const asked = await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "hello");
  ({ conversation } = asked);
  const place = world.heard[0]?.conversation;
  if (!place) throw new Error("nothing was heard");
  at = place;
  warned = [];
  const { clock, blobs, platform } = world;
  const log = { ...silentLogger, warn: (text: string) => void warned.push(text) };
  const poster = createPoster({
    world: { clock, ids: createIds(() => clock.now()), log, failpoint: noFailpoints },
    blobs: {
      async put(content) {
        const sha256 = createHash("sha256").update(content).digest("hex");
        blobs.set(sha256, content);
        return sha256;
      },
      get: async (sha256) => blobs.get(sha256) ?? unused(),
      has: unused,
      putManifest: unused,
      getManifest: unused,
    },
    fates: createKnownFates(),
    keptBack: () => Promise.resolve(),
    timeoutMs: 20_000,
  });
  send = (message, attempts) =>
    through(world, poster.post({ platform, at, message, entry: entry(message, attempts), log }));
});
afterEach(() => world.close());

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

function unused(): never {
  throw new Error("not used here");
}

const said = (): string[] =>
  world.teams
    .said(conversation)
    .map(({ activity }) => JSON.stringify([activity["text"], activity["attachments"]]));

describe("a post of the outbox over Teams", () => {
  it("429: is put off for as long as Teams says, and comes once", async () => {
    world.teams.fault("post", { kind: "status", status: 429, retryAfter: "3" });
    const before = world.clock.now();
    const put = await send(aResult(), 1);
    expect(put).toMatchObject({ kind: "again", fate: "refused", limited: true });
    expect(put.kind === "again" && put.at - before).toBeGreaterThanOrEqual(3_000);
    expect(said()).toEqual([]);
    world.clock.jump(3_000);
    expect(await send(aResult(), 2)).toMatchObject({ kind: "sent" });
    expect(said()).toHaveLength(1);
  });

  it.each([
    [2, 1],
    [3, 2],
  ])("412: after %i of them it comes in try %i, once", async (times, tries) => {
    world.teams.fault("post", { kind: "status", status: 412 }, times);
    const outcomes: string[] = [];
    for (let attempt = 1; attempt <= tries; attempt += 1)
      outcomes.push((await send(aResult(), attempt)).kind);
    expect(outcomes).toEqual([...Array<string>(tries - 1).fill("again"), "sent"]);
    expect(said()).toHaveLength(1);
  });

  it("502, and it was taken: a result is repeated and that is logged; a notice is not", async () => {
    world.teams.fault("post", { kind: "status", status: 502, done: true });
    expect(await send(aResult(), 1)).toMatchObject({ kind: "again", fate: "unknown" });
    expect(await send(aResult(), 2)).toMatchObject({ kind: "sent" });
    expect(said()).toHaveLength(2);
    expect(warned.join()).toContain("can't be read back");
  });

  it("502, and it was taken: a notice is there once", async () => {
    world.teams.fault("post", { kind: "status", status: 502, done: true });
    expect(await send(aNotice("noted"), 1)).toMatchObject({ kind: "again", fate: "unknown" });
    expect(await send(aNotice("noted"), 2)).toEqual({ kind: "sent" });
    expect(said()).toHaveLength(1);
  });

  it("502, and it was not taken: a question comes all the same", async () => {
    world.teams.fault("post", { kind: "status", status: 502 });
    expect(await send(anAttention(), 1)).toMatchObject({ kind: "again", fate: "unknown" });
    expect(await send(anAttention(), 2)).toMatchObject({ kind: "sent" });
    expect(said()).toHaveLength(1);
  });

  it("403: is kept, and says that nothing can be said there; comes once when the app is there again", async () => {
    world.teams.fault("post", { kind: "status", status: 403, code: "BotNotInConversationRoster" });
    expect(await send(aResult(), 1)).toMatchObject({ kind: "again", noPlace: true, stuck: "chat.refused" });
    expect(said()).toEqual([]);
    await world.teams.person(teamsIds.bo).installs(teamsIds.general);
    expect(await send(aResult(), 2)).toMatchObject({ kind: "sent" });
    expect(said()).toHaveLength(1);
  });

  it("413, T-M15: all of it comes in a file, under its beginning", async () => {
    world.teams.fault("post", { kind: "status", status: 413, code: "MessageSizeTooBig" }, 2);
    const text = `${"word ".repeat(400)}the end`;
    expect(await send(aResult({ text }), 1)).toMatchObject({ kind: "sent" });
    const [only = "", ...others] = said();
    expect(others).toEqual([]);
    expect(only).toContain("All of it is in message.md");
    const [, url = ""] = /\((http:[^)]+\/teams\/files\/[\w-]+)\)/.exec(only) ?? [];
    expect(await (await fetch(url)).text()).toContain(text);
  });

  it("413 for good: a sentence says that there is something, and the words are kept", async () => {
    world.teams.fault("post", { kind: "status", status: 413, code: "MessageSizeTooBig" }, 3);
    expect(await send(aResult({ text: "word ".repeat(400) }), 1)).toMatchObject({ kind: "sent" });
    expect(said().join()).toContain("this chat does not accept");
  });

  it("400: what Teams takes no card of comes in words", async () => {
    world.teams.fault("post", { kind: "status", status: 400, code: "BadSyntax" });
    expect(await send(anAttention(), 1)).toMatchObject({ kind: "sent" });
    const [only = "", ...others] = said();
    expect([others, only]).toEqual([[], expect.stringContaining("Reply 1: Europe")]);
  });
});
