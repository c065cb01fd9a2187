// The line about an account that the work needs. In the thread it says no more than that its owner was asked in private; whether
// an account that is connected may be used here, the owner says here.

import type { WaitId } from "../../domain/ids.ts";
import type { Attention } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { GrantAsk } from "../../domain/wait.ts";

/** How the wait is answered: by its owner, or by what became of asking them. */
export const grantAnswers = {
  connected: "Connected",
  declined: "Declined",
  expired: "Not connected",
  blocked: "Stopped for safety",
} as const;

export function grantCard(run: Run, wait: WaitId, ask: GrantAsk): Attention {
  const { connection, owner } = ask;
  const common = { kind: "attention", about: "grant", mention: owner, mentionName: run.subjectName } as const;
  if (ask.why === "not_here") {
    return {
      ...common,
      title: `Use your ${connection} account here?`,
      text: `For “${run.plan?.title ?? run.title}” I would use your own ${connection} account, and what I find is seen in this channel. For this piece of work only.`,
      options: [
        { action: "grant.use_here", value: wait, label: "Use it here", style: "primary" },
        { action: "connect.decline", value: wait, label: "Not now", style: "plain" },
      ],
    };
  }
  return {
    ...common,
    title: `Waiting for ${run.subjectName}’s ${connection} connection`,
    text: `I sent ${run.subjectName} a private request to connect ${connection}. I go on by myself when it is there.`,
    options: [],
  };
}
