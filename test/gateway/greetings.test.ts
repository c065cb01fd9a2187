// The first words in a place (GR1, GR2).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIds } from "../../src/base/ids.ts";
import { type ConversationAddress, wholeChat } from "../../src/domain/conversation.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { greetChannel, welcomeInstaller } from "../../src/gateway/greetings.ts";
import { welcome } from "../../src/runtime/voice/greetings.ts";
import { ada, ana, createGatewayWorld, type GatewayWorld } from "./gateway-world.ts";

let world: GatewayWorld;
beforeEach(async () => {
  world = await createGatewayWorld();
});
afterEach(() => world.close());

const channel: ConversationAddress = {
  platform: "fake",
  tenant: asTenantId("fake"),
  kind: "channel",
  channel: "C9",
  thread: "~bot",
};
const line: ConversationAddress = { ...channel, kind: "dm", channel: "U1", thread: "~U1" };

async function invited(at = channel): Promise<void> {
  const { clock, gateway } = world;
  const deps = { desk: gateway.desk, ids: createIds(() => clock.now()), rulesFor: () => world.rules };
  await greetChannel(deps, at, ana);
  await world.settle();
}

const texts = (at: ConversationAddress): string[] =>
  world.held(at).messages.map(({ message }) => (message.kind === "notice" ? message.text : message.kind));

describe("gateway/greetings", () => {
  it("GR1: says hello once in a channel, however often it is let in: who invited it and how to call it", async () => {
    await invited();
    await invited();

    expect(texts(channel)).toHaveLength(1);
    expect(texts(channel)[0]).toMatch(/Deputy; Ana invited me.*Mention me/);
  });

  it("names who looks after it, where that is known", async () => {
    await world.store.write((tx) => tx.people.see(ada, channel.tenant, 1));
    await invited();

    expect(texts(channel)[0]).toContain(`${ada.name} looks after me`);
  });

  it("promises no threads where there are none", async () => {
    const group: ConversationAddress = { ...channel, kind: "group", thread: wholeChat };
    await invited(group);
    expect(texts(group)[0]).toContain("post the result here");
    expect(texts(group)[0]).not.toContain("thread");
  });

  it("says that it hears what mentions it, where that is all that reaches it", () => {
    const said = welcome({ agent: "deputy", hears: "mentions" });
    expect(said).toMatch(
      /Where I listen.*when somebody mentions me\. Where I was added with the right to all/,
    );
    expect(said).toContain("Add me to a team or a group chat and mention me there");
  });

  it("GR2: is silent where it is switched off", async () => {
    world.rules = { ...world.rules, enabled: false };
    await invited();

    expect(texts(channel)).toEqual([]);
  });

  it("GR2: is silent where the channel is muted", async () => {
    await world.store.write((tx) => tx.conversations.setChannelMuted(channel, true));
    await invited();

    expect(texts(channel)).toEqual([]);
  });

  it("GR1: tells whoever installed it once what it is, where it listens, what it asks for, and what to try", async () => {
    const ids = createIds(() => world.clock.now());
    const now = world.clock.now();
    for (let again = 0; again < 2; again += 1) {
      const said = { agent: "deputy", hears: "replies" } as const;
      await world.store.write((tx) => welcomeInstaller({ tx, now, ids }, line, said));
    }
    world.gateway.delivery.kick();
    await world.settle();

    expect(texts(line)).toHaveLength(1);
    for (const part of ["I'm Deputy", "Where I listen", "without asking", "Three things to try", "`stop`"]) {
      expect(texts(line)[0]).toContain(part);
    }
  });
});
