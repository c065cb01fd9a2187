import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../../../src/domain/conversation.ts";
import { asTenantId } from "../../../../src/domain/ids.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { address, ana, failure, type OutboundWorld, openOutboundWorld } from "./outbound-world.ts";

const native = "agents.sessions.setStatus";
const line = "assistant.threads.setStatus";

describe("the status of a session", () => {
  let world: OutboundWorld;
  let at: ConversationAddress;
  beforeEach(async () => {
    world = await openOutboundWorld();
    at = await world.thread();
  });
  afterEach(() => world.close());

  const shown = (): string | undefined => world.slack.assistantStatus(at.channel, at.thread);
  const calls = (method: string): number => world.slack.callsTo(method).length;

  it("S-M5: is Slack's own, with what it is about and who began it", async () => {
    const title = "Compare the vendors ".repeat(20);
    await world.outbound.setStatus(at, "processing", { title, by: ana });
    await world.outbound.setStatus(at, "suspended");
    await world.outbound.setStatus(at, "active");

    expect(world.slack.session(at.channel, at.thread)).toMatchObject({
      history: ["processing", "suspended", "active"],
      title: title.slice(0, 200),
      initiator: ids.ana,
    });
  });

  it("SS1: is the assistant's line where the workspace has no sessions, which it is not asked about for an hour", async () => {
    world.slack.switchOff(native, "unknown_method");

    await world.outbound.setStatus(at, "processing");
    await world.outbound.setStatus(at, "processing");

    expect(shown()).toBe("is working on it…");
    expect(calls(native)).toBe(1);
    await world.clock.advance(3_600_000);
    await world.outbound.setStatus(at, "processing");
    expect(calls(native)).toBe(2);
  });

  it("SS1: what one workspace or thread refuses is asked of others", async () => {
    const team = world.slack.addTeam("T1OTHER");
    world.install("T1OTHER", team.botToken);
    world.slack.fault(native, { kind: "error", error: "thread_not_found" });
    await world.outbound.setStatus(at, "processing");
    expect(shown()).toBe("is working on it…");

    await world.outbound.setStatus(at, "active");
    world.slack.switchOff(native);
    await world.outbound.setStatus(at, "active");
    world.slack.switchOn(native);
    const before = calls(native);
    await world.outbound.setStatus(
      { ...at, tenant: asTenantId("slack-T1OTHER"), channel: team.channel },
      "processing",
    );

    expect(calls(native)).toBe(before + 1);
  });

  it.each(["suspended", "active"] as const)(
    "d.15: takes the line away when the work is %s",
    async (status) => {
      world.slack.switchOff(native);
      await world.outbound.setStatus(at, "processing");

      await world.outbound.setStatus(at, status);
      await world.clock.advance(100_000);

      expect(shown()).toBeUndefined();
    },
  );

  it("SS2: keeps the line up while work goes on, which Slack would take away after two minutes", async () => {
    world.slack.switchOff(native);
    await world.outbound.setStatus(at, "processing");

    await world.pass(15 * 60_000, 10_000);

    expect(calls(line)).toBeGreaterThanOrEqual(8);
    expect(shown()).toBe("is working on it…");
  });

  it("SS2, ux d.15: lets it go after half an hour, in case another process has ended the work", async () => {
    world.slack.switchOff(native);
    await world.outbound.setStatus(at, "processing");

    await world.pass(60 * 60_000, 10_000);

    expect(calls(line)).toBe(1 + 20);
    expect(shown()).toBeUndefined();
  });

  it("SS2: leaves nothing running behind when the platform stops", async () => {
    world.slack.switchOff(native);
    await world.outbound.setStatus(at, "processing");
    const before = calls(line);

    world.outbound.stop();
    await world.clock.advance(400_000);

    expect(calls(line)).toBe(before);
    expect(shown()).toBeUndefined();
  });

  it("is nothing where neither is there, and outside of threads", async () => {
    world.slack.switchOff(native, "missing_scope");
    world.slack.switchOff(line, "missing_scope");

    await world.outbound.setStatus(at, "processing");
    await world.outbound.setStatus(at, "active");
    await world.outbound.setStatus(address({ thread: `~${ids.ana}` }), "processing");

    expect(calls(native)).toBe(1);
    expect(calls(line)).toBe(1);
  });

  it("C3: what may be different later is refused for now, and no other way is tried", async () => {
    world.slack.fault(native, { kind: "limited", seconds: 7 });

    expect(await failure(world.outbound.setStatus(at, "processing"))).toMatchObject({
      code: "chat.rate_limited",
      retry: { kind: "after", ms: 7_000 },
    });
    expect(calls(line)).toBe(0);
  });
});
