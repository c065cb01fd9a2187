// One connection of Socket Mode, from the attempt to its end. Slack's client checks it with pings.

import { SocketModeClient } from "@slack/socket-mode";
import { within } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Secret } from "../../../base/secret.ts";
import { createBoltLog } from "./bolt-log.ts";
import type { Envelope } from "./socket-envelope.ts";

export interface ConnectionDeps {
  readonly appToken: Secret;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Connection {
  /** Resolves when the connection that was made has ended; rejects where none could be made. */
  live(connected: () => void): Promise<void>;
  close(): Promise<void>;
}

/** For Slack's answer, and again for its first word. */
const connectMs = 15_000;
const closeMs = 2_000;

export function createConnection(d: ConnectionDeps, take: (envelope: Envelope) => void): Connection {
  const { clock } = d;
  const client = createClient(d);
  client.on("slack_event", take);
  const ended = new Promise<void>((resolve) => client.once("disconnected", resolve));

  /** The second call ends a connection whose other side doesn't answer the first. */
  const close = async (): Promise<void> => {
    await within(clock, closeMs, client.disconnect());
    await client.disconnect();
  };
  return {
    close,
    async live(connected) {
      const giveUp = clock.after(2 * connectMs, () => void client.disconnect());
      try {
        await client.start();
        giveUp();
        connected();
        await ended;
      } finally {
        giveUp();
        await close();
      }
    },
  };
}

function createClient({ appToken, apiUrl, log }: ConnectionDeps): SocketModeClient {
  return new SocketModeClient({
    appToken: appToken.reveal(),
    autoReconnectEnabled: false,
    logger: createBoltLog(log),
    clientOptions: {
      slackApiUrl: `${apiUrl}/`,
      retryConfig: { retries: 0 },
      timeout: connectMs,
      rejectRateLimitedCalls: true,
    },
  });
}
