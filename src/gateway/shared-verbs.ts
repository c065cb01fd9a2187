// The verbs that mean the same in a thread and behind the command: what is the asker's own, wherever it is asked.

import type { InboundCommand, InboundMessage } from "../domain/inbound.ts";
import { answerAccounts, answerConnect } from "./account-choice.ts";
import { answerDisconnect } from "./connection-acts.ts";
import type { Decision } from "./desk.ts";
import type { Heard } from "./heard.ts";
import { answerMemory } from "./memory-verbs.ts";
import { answerLink, answerUnlink } from "./person-links.ts";
import { answerSchedules } from "./schedule-list.ts";
import type { Verb } from "./verbs.ts";

type SharedVerb = Extract<Verb, { readonly verb: (typeof shared)[number] }>;

const shared = [
  "schedules",
  "memory",
  "forget",
  "accounts",
  "connect",
  "disconnect",
  "link",
  "unlink",
] as const;

export function isShared(verb: Verb): verb is SharedVerb {
  return shared.some((name) => name === verb.verb);
}

export function answerShared(
  d: Decision,
  heard: Heard<InboundMessage | InboundCommand>,
  verb: SharedVerb,
): Promise<void> {
  switch (verb.verb) {
    case "schedules":
      return answerSchedules(d, heard);
    case "memory":
    case "forget":
      return answerMemory(d, heard, verb);
    case "accounts":
      return answerAccounts(d, heard);
    case "connect":
      return answerConnect(d, heard, verb.connection);
    case "disconnect":
      return answerDisconnect(d, heard, verb.connection);
    case "link":
      return answerLink(d, heard, verb.code);
    case "unlink":
      return answerUnlink(d, heard);
    default:
      return verb satisfies never;
  }
}
