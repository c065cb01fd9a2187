// The first words in a place (ux g.4): to whoever installed the agent, and in a channel that it was let into.

import { spokenName } from "../../domain/agent.ts";
import { mayNotDo } from "./home-words.ts";

export interface Welcome {
  readonly agent: string;
  /** What reaches it of a thread in which it works, besides what mentions it. */
  readonly hears: "replies" | "mentions";
}

const places = {
  replies: {
    listens:
      "in channels that I'm invited to when somebody mentions me or answers in a thread that I work in. Nowhere else.",
    begin: "Invite me into a channel",
  },
  mentions: {
    listens:
      "in teams and group chats that I'm added to when somebody mentions me. Where I was added with the right to all messages, also to replies in a thread that I work in. Nowhere else.",
    begin: "Add me to a team or a group chat",
  },
} as const;

/** To whoever installed it: what it is, where it listens, what it doesn't do without asking, three things to try. */
export function welcome({ agent, hears }: Welcome): string {
  const { listens, begin } = places[hears];
  return [
    `Hello, I'm ${spokenName(agent)}: a colleague who does longer pieces of work and reports back in the thread.`,
    "",
    `**Where I listen:** to what you write to me here, and ${listens}`,
    "",
    "**What I don't do without asking:**",
    ...mayNotDo.map((line) => `• ${line}`),
    "",
    "**Three things to try:**",
    "• Attach a file here and write: summarise this, with the three things that matter most",
    "• Write: compare two options for our case and recommend one, with reasons",
    `• ${begin} and mention me there with something to do`,
    "",
    "`help` shows the words I know, and `stop` ends what I'm doing.",
  ].join("\n");
}

export interface Invitation {
  readonly agent: string;
  /** Who let it in, where that is known. */
  readonly by?: string | undefined;
  /** Names of the agent's managers, where they are known. */
  readonly managers: readonly string[];
  /** There are no threads. */
  readonly flat: boolean;
}

/** In a channel, once: how to call it, and who looks after it. */
export function hello({ agent, by, managers, flat }: Invitation): string {
  return [
    `Hello, I'm ${spokenName(agent)}${by === undefined ? "" : `; ${by} invited me`}.`,
    flat
      ? "Mention me with what you need: I work on it, ask here when I need somebody, and post the result here."
      : "Mention me with what you need: I work on it in that thread, ask there when I need somebody, and post the result there.",
    ...(managers.length === 0
      ? []
      : [`${managers.join(", ")} ${managers.length === 1 ? "looks" : "look"} after me.`]),
    "Mention me with `help` for the words I know.",
  ].join(" ");
}
