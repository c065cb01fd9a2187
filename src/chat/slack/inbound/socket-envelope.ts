// One envelope of Socket Mode: taken, then acknowledged (SD1 in socket-door.ts).

import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Process } from "./bolt-app.ts";

/** As Slack's client emits it with `slack_event`. */
export interface Envelope {
  readonly ack: () => Promise<void>;
  readonly type: string;
  readonly body: unknown;
  readonly retry_num?: number | undefined;
  readonly retry_reason?: string | undefined;
}

/** Never rejects. */
export async function takeEnvelope(envelope: Envelope, process: Process, log: Logger): Promise<void> {
  const { ack, type, body, retry_num: retryNum, retry_reason: retryReason } = envelope;
  try {
    const payload = typeof body === "object" && body !== null ? { ...body } : {};
    await process({ body: payload, retryNum, retryReason });
  } catch (error) {
    const facts = { type, retry: retryNum, reason: errorText(error) };
    log.error("An envelope of Slack could not be taken; Slack will send it again", facts);
    return;
  }
  await ack().catch((error: unknown) => {
    const facts = { type, reason: errorText(error) };
    log.info("An envelope was stored and not acknowledged; it will come again", facts);
  });
}
