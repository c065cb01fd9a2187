// The line about an account that the work needs. In the thread it says no more than that its owner was asked in private; whether
// an account that is connected may be used here, the owner says here.

import type { WaitId } from "../../domain/ids.ts";
import type { Attention } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { GrantAsk, WaitAnswer } from "../../domain/wait.ts";

/** How the wait is answered: by its owner, or by what became of the asking. */
export const grantAnswers = {
  connected: "Connected",
  declined: "Declined",
  expired: "Not connected: the request was not answered in time",
  failed: "Not connected: the service did not give access",
  blocked: "Not connected: the request was stopped",
  quarantined: "Not connected: an operator has to look at the connection first",
} as const;

/** What the model is told of an asking that brought no account; undefined where it is to be looked at again. */
export function withoutAccount({ connection }: GrantAsk, who: string, answer: string): string | undefined {
  const what = whatCame(connection, who, answer);
  return what && `${what} Go on without it, or say what can't be done.`;
}

/** Why it was stopped is told to its owner alone, in private. */
function whatCame(connection: string, who: string, answer: string): string | undefined {
  switch (answer) {
    case grantAnswers.declined:
      return `${who} declined to connect ${connection}.`;
    case grantAnswers.expired:
      return `${who} was asked to connect ${connection} and has not answered in time; nobody declined.`;
    case grantAnswers.failed:
      return `${who} did not decline, but the service gave no access, so ${connection} is not connected.`;
    case grantAnswers.blocked:
      return `The request to connect ${connection} was stopped for safety, and nothing was connected. ${who} did not decline, and was told why in private.`;
    case grantAnswers.quarantined:
      return `The connection ${connection} is stopped until an operator has looked at it: its service names somebody else to sign in with than before. ${who} did not decline.`;
    default:
      return undefined;
  }
}

/** It ended by itself, and nobody chose it. */
export function isNobodysWord({ by, answer }: WaitAnswer): boolean {
  const { connected: _yes, declined: _no, ...others } = grantAnswers;
  return by === undefined && Object.values<string>(others).includes(answer);
}

export function grantCard(run: Run, wait: WaitId, ask: GrantAsk): Attention {
  const { connection, title: service = connection, owner } = ask;
  const common = { kind: "attention", about: "grant", mention: owner, mentionName: run.subjectName } as const;
  if (ask.why === "not_here") {
    return {
      ...common,
      title: `Use your ${service} account here?`,
      text: `For “${run.plan?.title ?? run.title}” I would use your own ${service} account, and what I find is seen in this channel. For this piece of work only.`,
      options: [
        { action: "grant.use_here", value: wait, label: "Use it here", style: "primary" },
        { action: "connect.decline", value: wait, label: "Not now", style: "plain" },
      ],
    };
  }
  return {
    ...common,
    title: `Waiting for ${run.subjectName}’s ${service} account`,
    text: `${requestSent(run, service)} I go on by myself when it is there.`,
    options: [],
  };
}

/** In assistant mode nobody but the owner reads it, beside the request itself. */
function requestSent({ mode, subjectName }: Run, service: string): string {
  return mode === "assistant"
    ? `Only you can answer the request to connect ${service}.`
    : `I sent ${subjectName} a private request to connect ${service}.`;
}
