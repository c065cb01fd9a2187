// The first words in a place (ux g.4).
//
//   GR1  Each is said once: the key names the place, and the outbox takes a key once (I2), however often it is reported.
//   GR2  Nothing is said in a channel where the agent is switched off or muted.

import type { Ids } from "../base/ids.ts";
import { addressKey, type ConversationAddress, isFlat } from "../domain/conversation.ts";
import type { Person } from "../domain/person.ts";
import { hello, type Welcome, welcome } from "../runtime/voice/greetings.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import type { Tx } from "../store/contract.ts";
import { conversationAt } from "./conversation-at.ts";
import type { Desk } from "./desk.ts";
import type { PlaceRules, RulesFor } from "./rules.ts";

export interface GreetingsDeps {
  readonly desk: Desk;
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
}

/** Resolves when it is committed. `at` is the channel, outside any thread. */
export async function greetChannel(
  { desk, ids, rulesFor }: GreetingsDeps,
  at: ConversationAddress,
  by: Person | undefined,
): Promise<void> {
  const rules = rulesFor(at);
  if (!rules.enabled) return;
  await desk.decide(async (d) => {
    if (await d.tx.conversations.isChannelMuted(at)) return;
    const managers = await namesOf(d.tx, rules);
    const said = hello({ agent: rules.agent, by: by?.name, managers, flat: isFlat(at) });
    await d.say(await greeting({ ...d, ids }, at, { kind: "hello", said }));
  });
}

/** For the transaction that makes an installation known. `at` is a private line to whoever installed it. */
export async function welcomeInstaller(
  { tx, now, ids }: Place,
  at: ConversationAddress,
  said: Welcome,
): Promise<void> {
  await tx.outbox.add(await greeting({ tx, now, ids }, at, { kind: "welcome", said: welcome(said) }), now);
}

interface Place {
  readonly tx: Tx;
  readonly now: number;
  readonly ids: Ids;
}

async function greeting(
  { tx, now, ids }: Place,
  at: ConversationAddress,
  { kind, said }: { readonly kind: "hello" | "welcome"; readonly said: string },
) {
  const conversation = await conversationAt({ tx, now }, ids, at);
  const place = { tenant: conversation.tenant, conversation: conversation.id };
  return noticePost(place, `${kind}:${addressKey(at)}`, notice(said));
}

async function namesOf(tx: Tx, { managers }: PlaceRules): Promise<string[]> {
  const found = await Promise.all(managers.map((key) => tx.people.find(key)));
  return found.flatMap((person) => person?.name ?? []);
}
