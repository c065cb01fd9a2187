// Small print: acknowledgements, refusals, status answers.

import type { ConversationId, PersonKey, RunId, TenantId } from "../../domain/ids.ts";
import type { Notice, OutgoingFile, Utterance } from "../../domain/outbox.ts";

export interface NoticePlace {
  readonly tenant: TenantId;
  readonly conversation: ConversationId;
  readonly run?: RunId;
}

export function notice(text: string, files: readonly OutgoingFile[] = []): Notice {
  return { kind: "notice", text, files: [...files] };
}

/** A notice in the thread. The same key twice is one message. */
export function noticePost(at: NoticePlace, key: string, message: Notice): Utterance {
  return { ...place(at), key, op: { op: "post", message } };
}

/** A notice for one person only. */
export function whisper(at: NoticePlace, key: string, to: PersonKey, text: string): Utterance {
  return { ...place(at), key, op: { op: "whisper", to, message: notice(text) } };
}

function place(at: NoticePlace): Omit<Utterance, "key" | "op"> {
  return {
    tenant: at.tenant,
    conversation: at.conversation,
    ...(at.run === undefined ? {} : { run: at.run }),
  };
}
