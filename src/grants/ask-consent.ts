// Asks one person for an account, in private (CON-1 to CON-3), and ends what is not answered (CON-13).
//
//   AS1  What is asked, and the card that asks it, are one transaction with whatever needs it.
//   AS2  One session per person and connection at a time. What else needs it meanwhile is looked at again when that one ends.

import type { ConsentSession } from "../domain/consent.ts";
import type { ConversationId, PersonKey, RunId, TenantId, WaitId } from "../domain/ids.ts";
import type { Attention } from "../domain/outbox.ts";
import type { Tx } from "../store/contract.ts";
import type { ConsentRow } from "../store/contract-grants.ts";
import { type ConnectionSpec } from "./connection-spec.ts";
import { askingCard, endedCard, endedKey } from "./consent-card.ts";
import type { ConsentDeps, Ended } from "./consent-deps.ts";
import { digestOf, keyedToken } from "./digests.ts";
import { recordConsent } from "./events.ts";
import { privateLine } from "./tell-owner.ts";

export interface Asking {
  readonly tenant: TenantId;
  readonly initiator: PersonKey;
  readonly initiatorName: string;
  readonly agent: string;
  readonly connection: string;
  readonly capability?: string;
  readonly scopes: readonly string[];
  readonly conversation: ConversationId;
  /** The conversation is the person's own with us: the card can stand right there. */
  readonly isPrivate: boolean;
  readonly run?: RunId;
  readonly wait?: WaitId;
  readonly goal?: string;
}

export type Asked = "asked" | "under_way";

const mostGoal = 120;
const sweptAtOnce = 50;

/** What the link of a session holds; it follows from the key, so no row has it (CS3). */
export function linkToken({ linkKey }: Pick<ConsentDeps, "linkKey">, id: string): string {
  return keyedToken(linkKey, "link", id);
}

export function linkOf(deps: Pick<ConsentDeps, "linkKey" | "base">, id: string): string {
  return `${deps.base()}/connect/${linkToken(deps, id)}`;
}

export async function askConsent(
  tx: Tx,
  deps: ConsentDeps,
  spec: ConnectionSpec,
  { goal, isPrivate, ...asking }: Asking,
): Promise<Asked> {
  const now = deps.clock.now();
  const id = deps.ids.next("consent");
  const line = isPrivate
    ? asking.conversation
    : (await privateLine(tx, deps, asking.initiator, asking.tenant)).id;
  const session: ConsentRow = {
    ...asking,
    id,
    link: digestOf(linkToken(deps, id)),
    line,
    card: `consent:${id}`,
    state: "open",
    expiresAt: now + deps.ttlMs,
    createdAt: now,
  };
  if (!(await tx.consents.add(session))) return "under_way";
  const asked = {
    ...(goal === undefined ? {} : { goal: goal.slice(0, mostGoal).toWellFormed() }),
    minutes: Math.max(1, Math.round(deps.ttlMs / 60_000)),
  };
  await tx.outbox.add(
    {
      key: session.card,
      tenant: session.tenant,
      conversation: line,
      op: { op: "post", message: askingCard(session, spec, asked) },
    },
    now,
  );
  await recordConsent(tx, "consent.opened", session, {
    time: now,
    data: {
      scopes: [...session.scopes],
      ...(session.capability === undefined ? {} : { capability: session.capability }),
    },
  });
  return "asked";
}

/** Replaces the card of a session. */
export async function showCard(
  tx: Tx,
  deps: Pick<ConsentDeps, "clock">,
  session: ConsentSession,
  message: Attention,
): Promise<void> {
  await tx.outbox.add(
    {
      key: endedKey(session),
      tenant: session.tenant,
      conversation: session.line,
      op: { op: "edit", target: session.card, message },
    },
    deps.clock.now(),
  );
}

export interface Ending {
  readonly state: "declined" | "expired" | "blocked";
  readonly why?: string;
  readonly actor?: string;
}

/** Ends a session without an account; false if it had ended already. */
export async function endConsent(
  tx: Tx,
  deps: ConsentDeps,
  session: ConsentSession,
  { ended, state, why, actor }: Ending & { readonly ended: Ended },
): Promise<boolean> {
  const now = deps.clock.now();
  if (!(await tx.consents.end(session.id, state, { ...(why === undefined ? {} : { why }), now })))
    return false;
  await recordConsent(tx, `consent.${state}`, session, {
    time: now,
    ...(actor === undefined ? {} : { actor }),
    ...(why === undefined ? {} : { data: { why } }),
  });
  const spec = deps.specs.get(session.connection);
  if (spec) await showCard(tx, deps, session, endedCard(session, spec, state, why));
  await ended(session, state, why);
  return true;
}

/** "Not now", by whom it was asked of. False for anybody else, and for what has ended. */
export function declineConsent(deps: ConsentDeps, id: string, by: PersonKey): Promise<boolean> {
  return deps.decide(async (tx, ended) => {
    const session = await tx.consents.find(id);
    if (!session || session.initiator !== by) return false;
    return endConsent(tx, deps, session, { ended, state: "declined", actor: by });
  });
}

/** Ends what nobody answered in time; returns how many there were. */
export async function expireConsents(deps: ConsentDeps): Promise<number> {
  const now = deps.clock.now();
  const overdue = await deps.store.read((tx) => tx.consents.overdue(now, sweptAtOnce));
  for (const session of overdue) {
    await deps.decide((tx, ended) => endConsent(tx, deps, session, { ended, state: "expired" }));
  }
  return overdue.length;
}
