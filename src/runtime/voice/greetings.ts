// The first words in a place (ux g.4): to whoever installed the agent, and in a channel that it was let into.

import { spokenName } from "../../domain/agent.ts";
import { mayNotDo } from "./home-words.ts";

/** To whoever installed it: what it is, where it listens, what it doesn't do without asking, three things to try. */
export function welcome(agent: string): string {
  return [
    `Hello, I'm ${spokenName(agent)}: a colleague who does longer pieces of work and reports back in the thread.`,
    "",
    "**Where I listen:** to what you write to me here, and in channels that I'm invited to when somebody mentions me or answers in a thread that I work in. Nowhere else.",
    "",
    "**What I don't do without asking:**",
    ...mayNotDo.map((line) => `• ${line}`),
    "",
    "**Three things to try:**",
    "• Attach a file here and write: summarise this, with the three things that matter most",
    "• Write: compare two options for our case and recommend one, with reasons",
    "• Invite me into a channel and mention me there with something to do",
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
}

/** In a channel, once: how to call it, and who looks after it. */
export function hello({ agent, by, managers }: Invitation): string {
  return [
    `Hello, I'm ${spokenName(agent)}${by === undefined ? "" : `; ${by} invited me`}.`,
    "Mention me with what you need: I work on it in that thread, ask there when I need somebody, and post the result there.",
    ...(managers.length === 0
      ? []
      : [`${managers.join(", ")} ${managers.length === 1 ? "looks" : "look"} after me.`]),
    "Mention me with `help` for the words I know.",
  ].join(" ");
}
