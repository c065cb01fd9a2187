// Between runs that wait for an account and the asking for it.
//
//   GW1  What is asked is committed with the wait that needs it; what it comes to, with its end. A run is woken once.

import { isAside } from "../domain/conversation.ts";
import type { ConsentSession, EndedConsentState } from "../domain/consent.ts";
import type { Run } from "../domain/run.ts";
import type { WaitAnswer } from "../domain/wait.ts";
import { type Asked, askConsent } from "../grants/ask-consent.ts";
import type { ConsentDeps, Ended } from "../grants/consent-deps.ts";
import type { Parked } from "../runtime/deps.ts";
import { grantAnswers } from "../runtime/voice/grant-card.ts";
import { toldTo } from "../runtime/told-run.ts";
import type { Tx } from "../store/contract.ts";
import { answerWait } from "./answer-wait.ts";
import type { Decision, Desk } from "./desk.ts";

/** Asks whom a parked run waits for, in the transaction that parks it. */
export function askingFor(deps: ConsentDeps): Parked {
  return async (tx, run, wait) => {
    if (wait.ask.kind !== "grant" || wait.ask.why === "not_here") return;
    const { connection, capability, owner, scopes = [] } = wait.ask;
    const spec = deps.specs.get(connection);
    const conversation = await tx.conversations.find(run.conversation);
    if (!spec || !conversation) return;
    const { kind } = conversation.address;
    const { plan, title } = toldTo(run, owner);
    await askConsent(tx, deps, spec, {
      tenant: run.tenant,
      initiator: owner,
      initiatorName: run.subjectName,
      agent: run.agent,
      connection,
      ...(capability === undefined ? {} : { capability }),
      scopes,
      conversation: run.conversation,
      isPrivate: kind === "dm" && !isAside(conversation.address),
      run: run.id,
      wait: wait.id,
      goal: plan?.title ?? title,
    });
  };
}

/** One transaction of the gateway, for the parts of a consent. */
export function decideOn(desk: Desk): ConsentDeps["decide"] {
  return <T>(fn: (tx: Tx, ended: Ended) => Promise<T>) =>
    desk.decide((d) => {
      d.hint({ kind: "outbox" });
      return fn(d.tx, (session, state, why) => answerGrantWaits(d, session, { state, why }));
    });
}

/** Whatever waits for this person's account of this name is looked at again, or told that it does not get it. */
export async function answerGrantWaits(
  d: Decision,
  session: ConsentSession,
  ended: { readonly state: EndedConsentState; readonly why?: string | undefined },
): Promise<void> {
  const { initiator, initiatorName, connection } = session;
  const answer = answerFor(initiator, initiatorName, ended);
  for (const wait of await d.tx.waits.openOf(initiator, "grant")) {
    if (wait.ask.kind !== "grant" || wait.ask.connection !== connection) continue;
    if (wait.ask.why === "not_here") continue;
    const run = await d.tx.runs.find(wait.run);
    if (run) await answerWait(d, { run, wait }, answer);
  }
}

/** Theirs is a yes or a no; what ended otherwise is nobody's word. */
function answerFor(
  by: ConsentSession["initiator"],
  byName: string,
  { state, why }: { readonly state: EndedConsentState; readonly why?: string | undefined },
): WaitAnswer {
  if (state === "connected" || state === "declined")
    return { answer: grantAnswers[state], by, byName, via: "button" };
  if (why === "other_authorization_server") return { answer: grantAnswers.quarantined, via: "default" };
  if (state === "blocked") return { answer: grantAnswers.blocked, via: "default" };
  return { answer: why === undefined ? grantAnswers.expired : grantAnswers.failed, via: "default" };
}

export interface WantedByPerson {
  readonly connection: string;
  readonly person: { readonly key: ConsentSession["initiator"]; readonly name: string };
  readonly agent: string;
  readonly conversation: { readonly id: ConsentSession["conversation"]; readonly tenant: Run["tenant"] };
}

export type WantedAnswer = Asked | "unknown" | "agents_own" | "per_run";

/** `connect <name>`: asks for all that the connection is configured for. A no that they gave before is taken back by it. */
export async function askByWord(tx: Tx, deps: ConsentDeps, wanted: WantedByPerson): Promise<WantedAnswer> {
  const { connection, person, agent, conversation } = wanted;
  const spec = deps.specs.get(connection);
  if (!spec) return "unknown";
  if (spec.identity === "agent") return "agents_own";
  await tx.consents.takeBackNo(person.key, connection);
  if (spec.grant === "run") return "per_run";
  return askConsent(tx, deps, spec, {
    tenant: conversation.tenant,
    initiator: person.key,
    initiatorName: person.name,
    agent,
    connection,
    scopes: [...new Set(Object.values(spec.scopes).flat())],
    conversation: conversation.id,
    isPrivate: false,
  });
}
