// Ready means: what work needs can be reached now.

import { errorText } from "../base/errors.ts";
import type { Readiness } from "../web/contract.ts";
import type { Edges } from "./edges.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import type { Slack } from "./slack.ts";

export function createReadiness(
  { store, queue }: Pick<Edges, "store" | "queue">,
  { delivery }: Pick<GatewayParts, "delivery">,
  slack?: Pick<Slack, "platform" | "states">,
): () => Promise<Readiness> {
  return async () => {
    const [database, doorbell] = await Promise.all([
      answer(store.read((tx) => tx.runs.counts())),
      answer(queue.ping()),
    ]);
    const refused = delivery.health().refused.length;
    return {
      ok: database === "ok",
      checks: {
        database,
        queue: doorbell,
        queue_kind: queue.kind,
        refused_messages: refused,
        ...(slack && (await slackChecks(slack))),
      },
    };
  };
}

/** Told, and no reason not to be ready: the other doors and workspaces go on. */
async function slackChecks({ platform, states }: Pick<Slack, "platform" | "states">): Promise<object> {
  const health = platform.health?.();
  const slack = health === undefined || health.ok ? "ok" : health.observed;
  const known = await answered(states());
  return { slack, slack_installations: known };
}

async function answered<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    return errorText(error);
  }
}

async function answer(work: Promise<unknown>): Promise<string> {
  return answered(work.then(() => "ok"));
}
