import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { personKey } from "../../src/domain/ids.ts";
import {
  type Addressing,
  addressing,
  asksFollowers,
  type Place,
  type Spoken,
} from "../../src/gateway/addressing.ts";
import { replyModes } from "../../src/gateway/rules.ts";
import { ana, bo, bot, guest } from "./gateway-world.ts";

interface Case {
  readonly name: string;
  readonly spoken?: Partial<Spoken>;
  readonly place?: Partial<Omit<Place, "rules">>;
  readonly rules?: Partial<Place["rules"]>;
  readonly is: Addressing["kind"];
}

const usualRules: Place["rules"] = { enabled: true, reply: "followers", guests: false, bots: [] };

function decide({ spoken, place, rules }: Omit<Case, "name" | "is">): Addressing {
  return addressing(
    { author: ana, mentionsAgent: false, mentions: [], ...spoken },
    { kind: "channel", muted: false, followers: new Set(), rules: { ...usualRules, ...rules }, ...place },
  );
}

const following = { followers: new Set([ana.key]) };

const table: readonly Case[] = [
  { name: "a mention in a channel", spoken: { mentionsAgent: true }, is: "addressed" },
  { name: "no mention in a channel", is: "overheard" },
  { name: "a follower's reply", place: following, is: "addressed" },
  {
    name: "a reply of somebody who never addressed the agent",
    spoken: { author: bo },
    place: following,
    is: "overheard",
  },
  {
    name: "a follower's reply to somebody else",
    spoken: { mentions: [bo.key] },
    place: following,
    is: "overheard",
  },
  {
    name: "a mention of the agent and of somebody else",
    spoken: { mentionsAgent: true, mentions: [bo.key] },
    is: "addressed",
  },
  {
    name: "a follower's reply where only mentions count",
    place: following,
    rules: { reply: "mention-only" },
    is: "overheard",
  },
  { name: "anything where all is for the agent", rules: { reply: "all" }, is: "addressed" },
  {
    name: "a word to somebody else where all is for the agent",
    spoken: { mentions: [bo.key] },
    rules: { reply: "all" },
    is: "overheard",
  },
  { name: "a direct message", place: { kind: "dm" }, is: "addressed" },
  {
    name: "a direct message that names somebody",
    spoken: { mentions: [bo.key] },
    place: { kind: "dm" },
    is: "addressed",
  },
  { name: "a group message without a mention", place: { kind: "group" }, is: "overheard" },
  { name: "a follower's reply in a muted thread", place: { ...following, muted: true }, is: "overheard" },
  {
    name: "a mention in a muted thread",
    spoken: { mentionsAgent: true },
    place: { muted: true },
    is: "addressed",
  },
  { name: "a guest's mention", spoken: { author: guest, mentionsAgent: true }, is: "refused" },
  {
    name: "a guest's mention where guests are let in",
    spoken: { author: guest, mentionsAgent: true },
    rules: { guests: true },
    is: "addressed",
  },
  {
    name: "a guest's reply that nobody was called in",
    spoken: { author: guest },
    place: { followers: new Set([guest.key]) },
    is: "overheard",
  },
  {
    name: "an external's mention",
    spoken: { author: { ...guest, kind: "external" }, mentionsAgent: true },
    is: "refused",
  },
  { name: "a bot's mention", spoken: { author: bot, mentionsAgent: true }, is: "overheard" },
  {
    name: "a listed bot's mention",
    spoken: { author: bot, mentionsAgent: true },
    rules: { bots: [bot.key] },
    is: "addressed",
  },
  {
    name: "a listed bot's talk",
    spoken: { author: bot },
    place: { followers: new Set([bot.key]) },
    rules: { bots: [bot.key], reply: "all" },
    is: "overheard",
  },
  {
    name: "a mention where the agent is off",
    spoken: { mentionsAgent: true },
    rules: { enabled: false },
    is: "refused",
  },
  {
    name: "a follower's reply where the agent is off",
    place: following,
    rules: { enabled: false },
    is: "overheard",
  },
];

describe("gateway/addressing", () => {
  it.each(table)("takes $name as $is", ({ is, ...given }) => {
    expect(decide(given).kind).toBe(is);
  });

  const anyKind = fc.constantFrom("member" as const, "guest" as const, "external" as const, "bot" as const);
  const anyCase = fc.record({
    kind: anyKind,
    mentionsAgent: fc.boolean(),
    mentions: fc.boolean(),
    follows: fc.boolean(),
    muted: fc.boolean(),
    place: fc.constantFrom("channel" as const, "dm" as const, "group" as const),
    rules: fc.record({
      enabled: fc.boolean(),
      reply: fc.constantFrom(...replyModes),
      guests: fc.boolean(),
      bots: fc.constant([]),
    }),
  });

  it("A1, ux d.5: never takes an unlisted bot as speaking to the agent", () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        expect(ofCase({ ...any, kind: "bot" }).kind).toBe("overheard");
      }),
    );
  });

  it("A2, ux d.4: takes no message in a channel that mentions others only", () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const spoken = { ...any, mentions: true, mentionsAgent: false, place: "channel" as const };
        expect(ofCase({ ...spoken }).kind).toBe("overheard");
      }),
    );
  });

  it("A3: hears nothing in a muted conversation but mentions", () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        expect(ofCase({ ...any, muted: true, mentionsAgent: false }).kind).toBe("overheard");
      }),
    );
  });

  it("serves only members, unless guests are let in, and nobody where it is off", () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const served =
          any.rules.enabled && (any.kind === "member" || (any.kind !== "bot" && any.rules.guests));
        expect(served || ofCase(any).kind !== "addressed").toBe(true);
      }),
    );
  });

  it("asks who has addressed the agent before wherever that decides, and not about a mention", () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const [follower, stranger] = [ofCase({ ...any, follows: true }), ofCase({ ...any, follows: false })];
        const spoken = {
          author: ana,
          mentionsAgent: any.mentionsAgent,
          mentions: any.mentions ? [bo.key] : [],
        };
        const asks = asksFollowers(spoken, { kind: any.place, muted: any.muted, rules: any.rules });
        expect(asks || follower.kind === stranger.kind).toBe(true);
        expect(asks && any.mentionsAgent).toBe(false);
      }),
    );
  });

  function ofCase(
    any: {
      readonly kind: "member" | "guest" | "external" | "bot";
      readonly mentionsAgent: boolean;
      readonly mentions: boolean;
      readonly follows: boolean;
      readonly muted: boolean;
      readonly place: Place["kind"];
      readonly rules: Place["rules"];
    },
    key = personKey("fake", "t1", "any"),
  ): Addressing {
    const author = { ...ana, key, kind: any.kind };
    return addressing(
      { author, mentionsAgent: any.mentionsAgent, mentions: any.mentions ? [bo.key] : [] },
      {
        kind: any.place,
        muted: any.muted,
        followers: new Set(any.follows ? [key] : []),
        rules: any.rules,
      },
    );
  }
});
