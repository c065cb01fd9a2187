// The platform's own mark of a conversation at work; never left behind at `processing` (ux d.15).

import type { Ids } from "../../base/ids.ts";
import type { Utterance } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";

export function sessionStatus(
  run: Pick<Run, "id" | "tenant" | "conversation">,
  status: "processing" | "suspended" | "active",
  ids: Ids,
): Utterance {
  return {
    key: `status:${ids.next("rev")}`,
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "status", status },
  };
}
