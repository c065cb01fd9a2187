// What a person has before them in Slack while they speak to the agent (S-S6): a channel, a message, a canvas, a list.
//
//   AC1  A hint in words, for suggested prompts and the opening of a run in direct messages. Nothing is read, addressed,
//        remembered or allowed by it.
//   AC2  What was seen last counts for half an hour, in memory only: a hint may be lost.

import { z } from "zod";
import type { Clock } from "../../../base/clock.ts";
import { createShortMemory } from "../../short-memory.ts";

export type LookedAt =
  | { readonly kind: "channel"; readonly channel: string }
  | { readonly kind: "message"; readonly channel: string; readonly ts: string }
  | { readonly kind: "canvas" }
  | { readonly kind: "list" };

const id = z.string().regex(/^[A-Z0-9]{2,30}$/);
const Entity = z.union([
  z
    .object({ type: z.literal("slack#/types/channel_id"), value: id })
    .transform(({ value }): LookedAt => ({ kind: "channel", channel: value })),
  z
    .object({
      type: z.literal("slack#/types/message_context"),
      value: z.object({ channel_id: id, message_ts: z.string().regex(/^\d+\.\d+$/) }),
    })
    .transform(
      ({ value }): LookedAt => ({ kind: "message", channel: value.channel_id, ts: value.message_ts }),
    ),
  z
    .object({ type: z.literal("slack#/types/canvas_id"), value: id })
    .transform((): LookedAt => ({ kind: "canvas" })),
  z
    .object({ type: z.literal("slack#/types/list_id"), value: id })
    .transform((): LookedAt => ({ kind: "list" })),
]);
const Context = z.object({ entities: z.array(z.unknown()).optional() });
const mostEntities = 10;

/** The most relevant of what is understood; undefined for nothing, or for what has another shape. */
export function lookedAt(context: unknown): LookedAt | undefined {
  const entities = Context.safeParse(context).data?.entities ?? [];
  for (const one of entities.slice(0, mostEntities)) {
    const parsed = Entity.safeParse(one);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** Gives the name of a channel, where the app may know it. */
export type ChannelName = (team: string, channel: string) => Promise<string | undefined>;

export interface Contexts {
  /** True if it is something else than before. */
  see(team: string, user: string, context: unknown): boolean;
  recall(team: string, user: string): LookedAt | undefined;
  /** For a sentence, such as `a message in #general`. */
  inWords(team: string, seen: LookedAt): string;
  /** The channel of it; `this channel` where its name is not known. */
  placeOf(team: string, seen: LookedAt): string;
}

const rememberedMs = 30 * 60_000;
const mostPeople = 10_000;
const namesMs = 24 * 3_600_000;

export function createContexts(clock: Clock, channelName: ChannelName): Contexts {
  const seen = createShortMemory<LookedAt | undefined>(clock, { ms: rememberedMs, most: mostPeople });
  const names = createShortMemory<string | undefined>(clock, { ms: namesMs, most: mostPeople });

  /** Asked beforehand, so that the name is there when something is said; never waited for. */
  const learnName = (team: string, channel: string): void => {
    const key = `${team}/${channel}`;
    if (names.has(key)) return;
    names.set(key, undefined);
    channelName(team, channel).then(
      (name) => names.set(key, name),
      () => names.delete(key),
    );
  };
  const nameIn = (team: string, it: LookedAt): string | undefined =>
    "channel" in it ? names.get(`${team}/${it.channel}`) : undefined;
  return {
    see(team, user, context) {
      const key = `${team}/${user}`;
      const now = lookedAt(context);
      const changed = JSON.stringify(seen.get(key)) !== JSON.stringify(now);
      seen.set(key, now);
      if (now && "channel" in now) learnName(team, now.channel);
      return changed;
    },
    recall: (team, user) => seen.get(`${team}/${user}`),
    inWords(team, it) {
      const name = nameIn(team, it);
      if (!("channel" in it)) return `a ${it.kind}`;
      const channel = name === undefined ? `the channel ${it.channel}` : `#${name}`;
      return it.kind === "message" ? `a message in ${channel}` : channel;
    },
    placeOf(team, it) {
      const name = nameIn(team, it);
      return name === undefined ? "this channel" : `#${name}`;
    },
  };
}
