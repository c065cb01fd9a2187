import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HomePage } from "../../../../src/domain/home-page.ts";
import { asTenantId } from "../../../../src/domain/ids.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { aCard, aNotice, aResult } from "../../outgoing.ts";
import {
  address,
  ana,
  failure,
  type OutboundWorld,
  openOutboundWorld,
  whileTimePasses,
} from "./outbound-world.ts";

describe("Slack's Web API", () => {
  let world: OutboundWorld;
  beforeEach(async () => {
    world = await openOutboundWorld();
  });
  afterEach(() => world.close());

  describe("links", () => {
    const text = "See https://docs.example/plan and [this](https://evil.example/plan).";
    const follow = ["https://docs.example/plan"];
    const clickable = (message: unknown): string[] =>
      ["docs", "evil"].filter((name) =>
        new RegExp(`[<(]https://${name}\\.example/plan`).test(JSON.stringify(message)),
      );

    it("OUT-2: only what the message says may be followed can be clicked", async () => {
      const at = await world.thread();
      await world.outbound.post(at, { key: "k1" }, aResult({ text, follow }), []);
      expect(clickable(world.said(at)[0]?.blocks)).toEqual(["docs"]);
    });

    it("OUT-2: nothing can be clicked in a message that does not say so", async () => {
      const at = await world.thread();
      await world.outbound.post(at, { key: "k1" }, aResult({ text }), []);
      expect(clickable(world.said(at)[0])).toEqual([]);
    });
  });

  it("the way to a run's page is on its card and its result", async () => {
    const at = await world.thread();
    const details = "https://deputy.example/console/runs/run_1";
    const id = await world.outbound.post(at, { key: "k1" }, aCard({ details }), []);
    const result = world.outbound.post(at, { key: "k2" }, aResult({ details }), []);
    await whileTimePasses(world, 5_000, result);
    expect(world.said(at).map((one) => JSON.stringify(one.blocks).includes(details))).toEqual([true, true]);
    const ended = aCard({ state: "Done", buttons: [], details });
    await whileTimePasses(world, 5_000, world.outbound.edit(at, id, ended));
    expect(JSON.stringify(world.said(at)[0]?.blocks)).toContain(details);
  });

  it("a link leads to a message, to the thread where none is named, and to the channel where Slack has neither", async () => {
    const at = await world.thread();
    const id = await world.outbound.post(at, { key: "k1" }, aCard(), []);
    const permalink = (ts: string): string => `p${ts.replace(".", "")}`;
    expect(await world.outbound.linkTo(at, id)).toContain(permalink(id));
    expect(await world.outbound.linkTo(at)).toContain(permalink(at.thread));
    const toChannel = `channel=${at.channel}`;
    expect(await world.outbound.linkTo({ ...at, thread: "~U1" })).toContain(toChannel);
    expect(await world.outbound.linkTo(at, "1.000001"), "gone").toContain(toChannel);
  });

  describe("edits", () => {
    it("replace blocks as well as text, and a form without blocks takes the old ones away", async () => {
      const at = await world.thread();
      const id = await world.outbound.post(at, { key: "k1" }, aCard(), []);

      await world.outbound.edit(at, id, aCard({ state: "Done", buttons: [] }));
      expect(JSON.stringify(world.said(at)[0]?.blocks)).toContain("Done");
      expect(world.slack.callsTo("chat.update")[0]?.args).toMatchObject({
        parse: "none",
        link_names: "false",
      });

      world.slack.fault("chat.update", { kind: "error", error: "invalid_blocks" });
      await world.outbound.edit(at, id, aNotice("In words."));
      expect(world.said(at)).toMatchObject([{ text: "In words.", blocks: [] }]);
    });

    it("keep the key of the message", async () => {
      const at = await world.thread();
      const id = await world.outbound.post(at, { key: "k1" }, aCard(), []);

      await world.outbound.edit(at, id, aCard({ state: "Done" }));

      expect(await world.restart().findByKey(at, "k1")).toBe(id);
    });

    it.each([["cant_update_message"], ["edit_window_closed"]])(
      "C3: that Slack will never take (%s) are refused for good",
      async (error) => {
        world.slack.fault("chat.update", { kind: "error", error });

        expect(await failure(world.outbound.edit(address({}), "1.1", aNotice()))).toMatchObject({
          fate: "refused",
          retry: { kind: "never" },
        });
      },
    );
  });

  describe("reactions", () => {
    it("twice is once, and an unknown name is a decoration", async () => {
      const at = await world.thread();

      await world.outbound.react(at, at.thread, "eyes");
      await world.outbound.react(at, at.thread, "eyes");

      expect(world.slack.message(at.channel, at.thread)?.reactions).toEqual([
        { name: "eyes", user: ids.bot },
      ]);
      expect(await failure(world.outbound.react(at, at.thread, "No Such"))).toMatchObject({
        code: "chat.decoration_refused",
        fate: "refused",
      });
    });
  });

  describe("pace", () => {
    it("S-M11: Retry-After is honoured, and nobody calls before", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "limited", seconds: 20 });

      const first = await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));
      await world.clock.advance(10_000);
      const second = await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));
      await world.clock.advance(10_000);
      await world.outbound.post(at, { key: "k1" }, aResult(), []);

      expect(first).toMatchObject({ code: "chat.rate_limited", retry: { kind: "after", ms: 20_000 } });
      expect(second).toMatchObject({ code: "chat.rate_limited", retry: { kind: "after", ms: 10_000 } });
      expect(world.slack.callsTo("chat.postMessage")).toHaveLength(2);
      expect(world.said(at)).toHaveLength(1);
    });

    it("a storm of 50 results loses and repeats none, one message a second in a channel, no 429 from Slack", async () => {
      const at = await world.thread();
      world.slack.limits.set("chat.postMessage", { capacity: 2, perSecond: 1 });
      const due = new Map(Array.from({ length: 50 }, (_, n) => [`k${n}`, 0]));
      const began = world.clock.now();
      while (due.size > 0 && world.clock.now() - began < 180_000) {
        for (const [key, from] of due) {
          if (from > world.clock.now()) continue;
          due.set(key, Infinity);
          world.outbound.post(at, { key }, aResult({ title: key }), []).then(
            () => due.delete(key),
            (error) => due.set(key, world.clock.now() + (error.retry.ms ?? 1_000)),
          );
        }
        await world.pass(250, 250);
      }

      const said = world.said(at);
      expect(new Set(said.map(({ metadata }) => JSON.stringify(metadata?.["event_payload"]))).size).toBe(50);
      expect(said).toHaveLength(50);
      expect(world.slack.calls.filter(({ status }) => status === 429)).toEqual([]);
      expect((said.at(-1)?.at ?? 0) - (said[0]?.at ?? 0)).toBeGreaterThanOrEqual(48_000);
    });
  });

  describe("tokens", () => {
    it.each(["token_revoked", "account_inactive", "invalid_auth"])(
      "SA1: %s in the middle of a run ends the installation, once",
      async (error) => {
        const at = await world.thread();
        world.slack.fault("chat.postMessage", { kind: "error", error });

        const first = await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));
        const second = await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));

        expect(first).toMatchObject({ code: "chat.refused", fate: "refused", retry: { kind: "never" } });
        expect(second).toMatchObject({ code: "chat.refused", fate: "refused" });
        expect(world.revoked).toEqual([[ids.team, error]]);
        expect(world.outbound.refusedTeams()).toEqual([ids.team]);
        expect(world.slack.callsTo("chat.postMessage")).toHaveLength(1);
      },
    );

    it("says it after all, when the app is installed again", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "error", error: "token_revoked" });
      await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));

      world.install(ids.team, world.slack.botToken);
      await whileTimePasses(world, 2_000, world.outbound.post(at, { key: "k1" }, aResult(), []));

      expect(world.said(at)).toHaveLength(1);
      expect(world.outbound.refusedTeams()).toEqual([]);
    });

    it("SA1: an old token that is refused does not end an installation with a new one", async () => {
      const at = await world.thread();
      let refused = (): void => undefined;
      const until = new Promise<void>((resolve) => (refused = resolve));
      world.install(ids.team, "xoxb-old");
      world.slack.fault("chat.postMessage", { kind: "wait", until });

      const posting = failure(world.outbound.post(at, { key: "k1" }, aResult(), []));
      await world.slack.until(() => world.slack.callsTo("chat.postMessage").length === 1);
      world.install(ids.team, world.slack.botToken);
      refused();

      expect(await posting).toMatchObject({ code: "chat.refused" });
      expect(world.revoked).toEqual([]);
    });

    it("go to their own workspace only, whichever conversation comes first", async () => {
      const { botToken, channel } = world.slack.addTeam("T1OTHER");
      world.install("T1OTHER", botToken);
      const other = address({ tenant: asTenantId("slack-T1OTHER"), channel, thread: `~${ids.ana}` });
      const here = await world.thread();

      await world.outbound.post(other, { key: "k1" }, aNotice(), []);
      await world.outbound.post(here, { key: "k1" }, aNotice(), []);

      expect(world.slack.callsTo("chat.postMessage").map(({ team }) => team)).toEqual(["T1OTHER", ids.team]);
    });

    it("SC1, SC2: neither tokens nor what is said reaches the log", async () => {
      const at = await world.thread();
      await world.outbound.post(at, { key: "k1" }, aNotice("the secret plan"), []);
      world.slack.fault("chat.postMessage", { kind: "lost" });
      await failure(
        world.outbound.post({ ...at, channel: ids.data }, { key: "k2" }, aNotice("the secret plan"), []),
      );

      const lines = JSON.stringify(world.log);
      expect(lines).toContain("apiCall('chat.postMessage')");
      expect(lines).not.toContain(world.slack.botToken);
      expect(lines).not.toContain("secret plan");
    });
  });

  it("C3: a text over Slack's limit is refused before anything is sent, files included", async () => {
    const at = await world.thread();
    const long = aResult({ text: "x".repeat(12_001) });

    expect(
      await failure(
        world.outbound.post(at, { key: "k1" }, long, [{ name: "a.txt", content: Buffer.from("a") }]),
      ),
    ).toMatchObject({ code: "chat.bad_request", fate: "refused" });
    expect(world.slack.callsTo("files.getUploadURLExternal")).toEqual([]);
  });

  it("publishes the page of a person", async () => {
    await world.outbound.publishHome(ana, aPage());

    expect(world.slack.homes.get(ids.ana)?.view).toMatchObject({ type: "home" });
    expect([...world.slack.homes.keys()]).toEqual([ids.ana]);
  });
});

function aPage(): HomePage {
  const none = { items: [], more: 0 };
  return {
    agent: "deputy",
    waiting: none,
    running: { items: [{ title: "Compare vendors", note: "Working", buttons: [] }], more: 0 },
    scheduled: none,
    recent: none,
    connected: none,
    preferences: [],
    may: ["read files"],
    mayNot: [],
  };
}
