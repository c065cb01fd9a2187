import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InboundCommand } from "../../src/domain/inbound.ts";
import type { MemoryScope } from "../../src/domain/memory.ts";
import type { Person } from "../../src/domain/person.ts";
import { parseVerb } from "../../src/gateway/verbs.ts";
import { onlyManagersForget } from "../../src/runtime/voice/memory-words.ts";
import {
  ada,
  ana,
  bo,
  createGatewayWorld,
  dm,
  type GatewayWorld,
  texts,
  thread,
  whispers,
} from "./gateway-world.ts";

const ofAna = `person:${ana.key}` as const;
const ofBo = `person:${bo.key}` as const;
const ofChannel = "channel:fake/sales";

describe("gateway/memory-verbs", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  let ticks = 0;
  const keep = async (scope: MemoryScope, ...facts: string[]): Promise<void> => {
    for (const fact of facts) {
      ticks += 1;
      const createdAt = world.clock.now() + ticks;
      await world.store.write((tx) =>
        tx.memories.add({ tenant: dm.tenant, agent: "deputy", scope, fact, createdAt }),
      );
    }
  };
  const kept = async (scope: MemoryScope): Promise<string[]> =>
    (await world.store.read((tx) => tx.memories.list({ tenant: dm.tenant, agent: "deputy", scope }))).map(
      ({ fact }) => fact,
    );
  const write = async (text: string, conversation = dm, by = ana): Promise<void> => {
    await world.hear(text, { conversation, by, mentionsAgent: true });
    await world.settle();
  };
  const last = (): string => texts(world.held(dm), "notice").at(-1) ?? "";

  it("MV1: shows a person in a direct message what is remembered of them, by number, and nothing else", async () => {
    await keep(ofAna, "Ana reads reports on Fridays", "Ana likes tea");
    await keep(ofBo, "Bo's secret");
    await keep(ofChannel, "The channel's budget");

    await write("Memory?");

    expect(last()).toContain("1. Ana reads reports on Fridays (");
    expect(last()).toContain("2. Ana likes tea (");
    expect(last()).not.toMatch(/secret|budget/);
    expect(await world.runs()).toEqual([]);
  });

  it("MV1: erases by number what the asker saw, says what it was, and nothing of anybody else's", async () => {
    await keep(ofAna, "one", "two", "three", "four");
    await keep(ofBo, "one", "two");

    await write("forget 2, 4, 9");

    expect(last()).toContain("Forgotten, 2 facts:\n• two\n• four");
    expect(await kept(ofAna)).toEqual(["one", "three"]);
    expect(await kept(ofBo)).toEqual(["one", "two"]);
  });

  it("a fact keeps its number while others come", async () => {
    await keep(ofAna, "one", "two");
    await write("memory");
    await keep(ofAna, "three");
    await write("forget 2");

    expect(await kept(ofAna)).toEqual(["one", "three"]);
  });

  it("erases everything of the asker when that is said", async () => {
    await keep(ofAna, "one", "two");
    await keep(ofBo, "his");

    await write("forget everything");

    expect(last()).toContain("Forgotten, 2 facts");
    expect(await kept(ofAna)).toEqual([]);
    expect(await kept(ofBo)).toEqual(["his"]);
  });

  it("says so when there is nothing, or nothing under the number", async () => {
    await write("forget 1");
    expect(last()).toContain("I don't remember anything about you");
    await keep(ofAna, "one");
    await write("forget 7");
    expect(last()).toContain("nothing was erased");
    expect(await kept(ofAna)).toEqual(["one"]);
  });

  it("shows the newest of many, and how to see the others", async () => {
    await keep(ofAna, ...Array.from({ length: 60 }, (_, n) => `Fact ${n + 1} ${"x".repeat(100)}`));

    await write("memory");
    const [, before = ""] = /`memory (\d+)` shows them/.exec(last()) ?? [];
    expect(last()).toContain("60. Fact 60");
    await write(`memory ${before}`);

    expect(last()).toContain(`${before}. Fact ${before} `);
    expect(last()).not.toContain("60. Fact 60");
  });

  it("MV2: in a channel tells the asker alone, and lets only managers erase", async () => {
    await keep(ofChannel, "Invoices go to Cem");
    await keep(ofAna, "Ana's secret");
    world.rules = { ...world.rules, managers: [ada.key] };

    await write("memory", thread);
    await write("forget 1", thread);
    expect(await kept(ofChannel)).toHaveLength(1);
    await write("forget 1", thread, ada);

    expect(whispers(world.held(), ana).at(0)).toContain("1. Invoices go to Cem");
    expect(whispers(world.held(), ana).at(1)).toBe(onlyManagersForget);
    expect(whispers(world.held(), ada).at(0)).toContain("Forgotten:\n• Invoices go to Cem");
    expect(texts(world.held(), "notice").join("\n")).not.toMatch(/Invoices|secret/);
    expect(await kept(ofChannel)).toEqual([]);
    expect(await kept(ofAna)).toHaveLength(1);
  });

  it("MV2: behind the command in a channel tells the asker alone what is remembered of them", async () => {
    await keep(ofAna, "Ana likes tea");
    await keep(ofChannel, "Invoices go to Cem");
    const command = async (text: string, by: Person): Promise<string> => {
      const conversation = { ...thread, thread: `~${by.key}` };
      const event: InboundCommand = {
        kind: "command",
        eventId: `${text}-${by.key}`,
        conversation,
        author: by,
        sentAt: world.clock.now(),
        text,
      };
      await world.gateway.intake.receive(event);
      await world.settle();
      expect(texts(world.held(conversation), "notice")).toEqual([]);
      return whispers(world.held(conversation), by).at(-1) ?? "";
    };

    expect(await command("memory", ana)).toContain("1. Ana likes tea");
    expect(await command("memory", bo)).toContain("I don't remember anything about you");
    expect(await command("forget 1", bo)).toContain("I don't remember anything about you");
    expect(await kept(ofAna)).toEqual(["Ana likes tea"]);
    expect(await command("forget 1", ana)).toContain("Forgotten:\n• Ana likes tea");
    expect(await kept(ofAna)).toEqual([]);
  });

  it.each(["memory", "Memory?", "memory 40", "forget 3", "Forget 1, 2", "forget everything!"])(
    "reads %j as a verb",
    (text) => {
      expect(["memory", "forget"]).toContain(parseVerb(text)?.verb);
    },
  );

  it.each([
    "memory foam mattresses",
    "forget it",
    "forget the third point",
    "forget 1 and 2",
    "memory leak?",
  ])("leaves %j to the model", (text) => {
    expect(parseVerb(text)).toBeUndefined();
  });
});
