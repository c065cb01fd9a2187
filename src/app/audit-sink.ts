// Where the record is streamed to: a file that is only added to, or an address that takes NDJSON, asked by the guarded way out.

import { appendLines } from "../audit/anchor-file.ts";
import type { StreamSink } from "../audit/stream.ts";
import { AppError } from "../base/errors.ts";
import type { ConfigFile } from "../config/config-file-schema.ts";
import type { GuardedRequest } from "../net/contract.ts";

type StreamConfig = NonNullable<ConfigFile["security"]["audit_stream"]>;

const answerMs = 15_000;
const mostAnswer = 64 * 1024;

export function auditSink({ file, url, token }: StreamConfig, request: GuardedRequest): StreamSink {
  if (url === undefined) {
    const path = file ?? "";
    return { name: path, send: (lines) => appendLines(path, lines) };
  }
  return {
    name: url,
    async send(lines) {
      const answer = await request(url, {
        method: "POST",
        headers: {
          "content-type": "application/x-ndjson",
          ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
        },
        body: `${lines.join("\n")}\n`,
        redirect: "refuse",
        maxBytes: mostAnswer,
        totalTimeoutMs: answerMs,
      });
      await answer.body.cancel();
      if (answer.status < 200 || answer.status > 299) throw refused(url, answer.status);
    },
  };
}

function refused(url: string, status: number): AppError {
  return new AppError(
    "audit.stream_refused",
    `The collector of the audit log at ${new URL(url).host} answered ${status}. What it has not taken is sent again; look at security.audit_stream.`,
    { retry: { kind: "backoff" }, facts: { status } },
  );
}
