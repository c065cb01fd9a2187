// What one try to say something looks like from outside: log lines with ids, a span, counts, and how long people waited
// for the first sign and for the result.

import { errorText } from "../base/errors.ts";
import type { LogFields, Logger } from "../base/logger.ts";
import type { OutboxEntry } from "../domain/outbox.ts";
import { traceIdOf } from "../domain/trace.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import type { Outcome } from "./outcome.ts";

export interface SeenDelivery {
  /** Its lines carry the entry's ids. */
  readonly log: Logger;
  /** Never rejects. */
  ended(outcome: Outcome): Promise<void>;
  /** It broke off: its fate is looked up later. */
  broke(error: unknown): void;
}

interface Deps {
  readonly world: World;
  readonly store: Store;
}

export function seeDelivery(entry: OutboxEntry, { world, store }: Deps): SeenDelivery {
  const { key, run, conversation, op, attempts } = entry;
  const log = world.log.child(deliveryIds(entry));
  const span = world.tracer?.begin({ kind: "delivery", run, conversation, name: op.op });
  return {
    log,
    async ended(outcome) {
      const name = outcome.kind === "again" ? "retried" : outcome.kind;
      world.meter?.outbox(name, op.op);
      span?.end({ outcome: name, ...(outcome.kind === "again" ? { error: whyAgain(outcome) } : {}) });
      log.debug("A delivery ended", { key, op: op.op, outcome: name, attempts });
      if (outcome.kind === "sent") await timePeople(entry, { world, store });
    },
    broke(error) {
      span?.end({ error: "broken_off" });
      log.error("A message could not be delivered; its fate is looked up later", {
        key,
        error: errorText(error),
      });
    },
  };
}

/** What the log lines of a delivery carry beside its key. */
export function deliveryIds({ conversation, run, op }: OutboxEntry): LogFields {
  const person = op.op === "whisper" ? op.to : undefined;
  return {
    conversation,
    ...(run === undefined ? {} : { run, trace: traceIdOf(run) }),
    ...(person === undefined ? {} : { person }),
  };
}

/** A pace that is kept is no failure. */
function whyAgain(outcome: Extract<Outcome, { kind: "again" }>): string | undefined {
  if (outcome.stuck !== undefined) return "refused";
  if (outcome.limited) return "rate_limited";
  return outcome.fate === "unknown" ? "unknown_fate" : undefined;
}

/** How long a person waited for what was just shown, where that is the first sign or the result of a request. */
async function timePeople({ op, conversation, run: id }: OutboxEntry, { world, store }: Deps): Promise<void> {
  const { meter, clock } = world;
  if (!meter) return;
  const since = (from: number): number => Math.max(0, clock.now() - from) / 1000;
  try {
    if (op.op === "react") {
      const asked = await store.read((tx) => tx.inbox.findMessage(conversation, op.messageId));
      if (asked) meter.firstSign(since(asked.receivedAt));
    }
    if (op.op === "post" && op.message.kind === "result" && id !== undefined) {
      const run = await store.read((tx) => tx.runs.find(id));
      if (run) meter.result(op.message.outcome, since(run.createdAt));
    }
  } catch {
    // One measure less; the message is said.
  }
}
