// Ready means: what work needs can be reached now.

import { errorText } from "../base/errors.ts";
import type { Readiness } from "../web/contract.ts";
import type { Edges } from "./edges.ts";
import type { GatewayParts } from "./gateway-parts.ts";

export function createReadiness(
  { store, queue }: Pick<Edges, "store" | "queue">,
  { delivery }: Pick<GatewayParts, "delivery">,
): () => Promise<Readiness> {
  return async () => {
    const [database, doorbell] = await Promise.all([
      answer(store.read((tx) => tx.runs.counts())),
      answer(queue.ping()),
    ]);
    const refused = delivery.health().refused.length;
    return {
      ok: database === "ok",
      checks: { database, queue: doorbell, queue_kind: queue.kind, refused_messages: refused },
    };
  };
}

async function answer(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    return errorText(error);
  }
}
