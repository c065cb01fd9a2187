// One file from a chat platform into memory: bounded in size and time, tried again where that may help.

import { pause } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import { isAppError } from "../base/errors.ts";
import { byteSize } from "../chat/byte-size.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import { ChatError, type ChatErrorCode } from "../chat/errors.ts";
import type { InboundFile } from "../domain/inbound.ts";

export interface DownloadLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Waits before the second and later tries. */
  readonly retryAfterMs: readonly number[];
}

export type Download =
  | { readonly kind: "content"; readonly content: Buffer }
  /** `why` is a sentence for the run and the person. `error` is for the log. */
  | { readonly kind: "failed"; readonly why: string; readonly error?: unknown };

export async function download(
  platform: ChatPlatform,
  file: InboundFile,
  limits: DownloadLimits,
  clock: Clock,
): Promise<Download> {
  const tooLarge: Download = {
    kind: "failed",
    why: `It is larger than ${byteSize(limits.maxBytes)}, the most I take in by chat.`,
  };
  if (file.sizeBytes > limits.maxBytes) return tooLarge;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const content = await within(clock, limits.timeoutMs, collect(platform, file, limits.maxBytes));
      return content === undefined ? tooLarge : { kind: "content", content };
    } catch (error) {
      const wait = limits.retryAfterMs[attempt];
      if (wait === undefined || !mayHelp(error)) return { kind: "failed", why: reason(error), error };
      await pause(clock, wait);
    }
  }
}

/** Undefined if it is larger than `maxBytes`. */
async function collect(
  platform: ChatPlatform,
  file: InboundFile,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await platform.download(file)) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      reject(
        new ChatError("chat.unavailable", `A download did not end within ${ms} ms.`, {
          fate: "unknown",
          retry: { kind: "backoff" },
        }),
      );
    });
    work.then(resolve, reject).finally(cancel).catch(reject);
  });
}

function mayHelp(error: unknown): boolean {
  return isAppError(error) && error.retry.kind !== "never";
}

const reasons: Partial<Record<ChatErrorCode, string>> = {
  "chat.file_gone": "The chat no longer has it.",
  "chat.file_out_of_reach":
    "The chat keeps files of this place where I can't read them. If it matters, it has to be sent to me in a direct message.",
  "chat.file_of_unknown_kind":
    "I can't read things of this kind. If it matters, what it says has to be written, or sent as a file.",
};

function reason(error: unknown): string {
  const known = error instanceof ChatError ? reasons[error.code] : undefined;
  return known ?? "It could not be downloaded from the chat. If it matters, it has to be sent again.";
}
