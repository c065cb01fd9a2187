// Hints between processes over Redis pub/sub. A hint said while Redis is away reaches this process only.

import { randomUUID } from "node:crypto";
import { z } from "zod";
import { errorText } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import type { Logger } from "../base/logger.ts";
import type { Hint } from "../domain/bell.ts";
import { asRunId } from "../domain/ids.ts";
import { createHintListeners, type HintListeners } from "./hint-listeners.ts";
import type { RedisClient, RedisClients } from "./redis-clients.ts";

const runId = z.string().transform(asRunId);
const HintMessage = z.object({
  /** The process that said it: it has told its own listeners already. */
  from: z.string(),
  hint: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("stop"), run: runId }),
    z.object({ kind: z.literal("mail"), run: runId }),
    z.object({ kind: z.literal("outbox") }),
    z.object({ kind: z.literal("runnable") }),
  ]),
});

export interface RedisHintsOptions {
  readonly clients: RedisClients;
  /** An `ask` connection. */
  readonly speaker: RedisClient;
  readonly channel: string;
  readonly log: Logger;
}

/** Subscribes with the first listener. */
export function createRedisHints(options: RedisHintsOptions): HintListeners {
  const { clients, speaker, channel, log } = options;
  const local = createHintListeners(log);
  const from = randomUUID();
  let ear: RedisClient | undefined;

  const hear = (text: string): void => {
    const message = HintMessage.safeParse(parseJson(text)?.value);
    if (!message.success) log.warn("A hint on Redis could not be read.", { channel });
    else if (message.data.from !== from) local.tell(message.data.hint satisfies Hint);
  };
  const subscribe = (): RedisClient => {
    const client = clients.open("listen");
    client.on("message", (_channel: string, text: string) => hear(text));
    client
      .subscribe(channel)
      .catch((error: unknown) => log.debug("Hints are off.", { error: errorText(error) }));
    return client;
  };

  return {
    tell(hint) {
      local.tell(hint);
      speaker
        .publish(channel, JSON.stringify({ from, hint }))
        .catch((error: unknown) => log.debug("A hint was lost.", { error: errorText(error) }));
    },
    add(listener) {
      ear ??= subscribe();
      return local.add(listener);
    },
    clear: () => local.clear(),
  };
}
