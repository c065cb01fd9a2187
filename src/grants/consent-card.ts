// What the person gets in private (ux c.5): which service, what for, how far it goes, and how to end it. The link itself is put
// in when it is sent (CS3); the model never sees any of it.

import type { ConsentSession } from "../domain/consent.ts";
import type { Attention, Button, Outgoing } from "../domain/outbox.ts";
import type { ConnectionSpec } from "./connection-spec.ts";

const titles = {
  open: "Connect",
  connected: "Connected",
  declined: "Not connected",
  expired: "Expired",
  blocked: "Stopped",
} as const;

function card(
  { initiator, initiatorName }: ConsentSession,
  said: {
    readonly title: string;
    readonly text: string;
    readonly options?: readonly Button[];
    readonly decided?: string;
  },
): Attention {
  return {
    kind: "attention",
    about: "grant",
    title: said.title,
    text: said.text,
    mention: initiator,
    mentionName: initiatorName,
    options: [...(said.options ?? [])],
    ...(said.decided === undefined ? {} : { decided: said.decided }),
  };
}

export interface AskedFor {
  /** What it is needed for, in the person's own words; absent when they asked for the connection itself. */
  readonly goal?: string;
  readonly minutes: number;
}

export function askingCard(session: ConsentSession, spec: ConnectionSpec, asked: AskedFor): Attention {
  const { title } = spec.provider;
  const { id, agent, capability, scopes } = session;
  const lines = [
    asked.goal === undefined
      ? `You asked to connect your ${title} account.`
      : `For “${asked.goal}” ${agent} needs your ${title} account.`,
    `• It may: ${capability ?? "use the account"}${scopes.length > 0 ? ` (${scopes.join(", ")})` : ""}`,
    spec.grant === "run"
      ? "• For this piece of work only; the access is given back when it ends."
      : "• For work that you ask for, and nobody else's, until you disconnect it.",
    `• The link is yours alone: it asks who you are, and stops for anybody else. It works for ${asked.minutes} minutes.`,
    `• To end it ${spec.grant === "run" ? "sooner" : "later"}, write \`disconnect ${spec.name}\`.`,
  ];
  return card(session, {
    title: `${titles.open} ${title}`,
    text: lines.join("\n"),
    options: [
      { action: "connect.open", value: id, label: `Connect ${title}`.slice(0, 24), style: "primary" },
      { action: "connect.decline", value: id, label: "Not now", style: "plain" },
    ],
  });
}

export function connectedCard(
  session: ConsentSession,
  spec: ConnectionSpec,
  made: {
    readonly id: string;
    readonly account: string;
    readonly scopes: readonly string[];
    readonly note?: string;
  },
): Attention {
  const scopes = made.scopes.length > 0 ? ` Scopes: ${made.scopes.join(", ")}.` : "";
  return card(session, {
    title: `${titles.connected}: ${spec.provider.title}`,
    text: `Connected as ${made.account}.${scopes}${made.note === undefined ? "" : ` ${made.note}`}`,
    options: [{ action: "connect.disconnect", value: made.id, label: "Disconnect", style: "danger" }],
  });
}

/** Under which the card of a session says how it ended. */
export function endedKey({ card: key }: Pick<ConsentSession, "card">): string {
  return `${key}:ended`;
}

/** What became of an account that was connected; nobody reads it any more where its owner or their tenant is gone. */
const overs: Readonly<Record<string, string>> = {
  asked: "Disconnected",
  cli: "Ended by an operator",
  replaced: "Replaced by the account at the connection's present service",
  run_over: "The work is over, and this access with it",
  other_authorization_server: "Ended: the service has another one to sign in with now",
};

/** The connected card once its account is gone; undefined where nothing is to be said. */
export function overCard(message: Outgoing, why: string): Attention | undefined {
  const decided = overs[why];
  if (message.kind !== "attention" || decided === undefined) return undefined;
  return { ...message, options: [], decided };
}

/** Why a session ended without an account, for its person. */
const endings: Readonly<Record<string, string>> = {
  declined: "Nothing was connected. Write `connect` with the name of the connection to be asked again.",
  expired: "The link was not used in time. Nothing was connected.",
  exchange_failed: "The service did not give access. Nothing was connected; ask me to try again.",
  blocked:
    "Somebody else opened your link, so it was stopped. Nothing was connected. If you passed it on, don't: it is yours alone.",
  other_authorization_server:
    "The service names somebody else to sign in with than before, so nothing was sent there and nothing was connected. An operator has to look at it.",
  not_described:
    "The service does not say who signs people in, or not in a way that can be trusted. Nothing was connected.",
  account_domain:
    "That account is not one that may be connected here. Nothing was kept; use the account of your work.",
};

export function endedCard(
  session: ConsentSession,
  spec: ConnectionSpec,
  state: "declined" | "expired" | "blocked",
  why?: string,
): Attention {
  const text = endings[why ?? state] ?? endings[state] ?? "";
  return card(session, { title: `${titles[state]}: ${spec.provider.title}`, text, decided: titles[state] });
}
