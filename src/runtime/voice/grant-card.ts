// The request for an account that the work needs and its owner has not given yet.

import type { WaitId } from "../../domain/ids.ts";
import type { Attention } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { GrantAsk } from "../../domain/wait.ts";

/** How the wait is answered. */
export const grantAnswers = { connected: "Connected", declined: "Declined" } as const;

export function grantCard(run: Run, wait: WaitId, { connection, capability, owner }: GrantAsk): Attention {
  return {
    kind: "attention",
    about: "grant",
    title: `Connect ${connection}`,
    text: `For “${run.plan?.title ?? run.title}” I need your ${connection} account (${capability}). I wait until it is connected.`,
    mention: owner,
    mentionName: run.subjectName,
    options: [
      { action: "connect.open", value: wait, label: "Connect", style: "primary" },
      { action: "connect.decline", value: wait, label: "Not now", style: "plain" },
    ],
  };
}
