// Failures on the way to another host: each message is a sentence the model, or an operator, can act on.

import { AppError, type AppErrorOptions, errorText, systemErrorCode } from "../base/errors.ts";

export type NetErrorCode =
  | "net.bad_url"
  | "net.blocked"
  | "net.unreachable"
  | "net.timeout"
  | "net.too_many_redirects"
  | "net.too_large"
  | "net.aborted";

export class NetError extends AppError<NetErrorCode> {
  constructor(code: NetErrorCode, message: string, options: AppErrorOptions = {}) {
    super(code, message, options);
  }
}

/** What undici threw on the way to `host`, as a `NetError`. One that is among the causes wins. */
export function toNetError(error: unknown, host: string): NetError {
  const chain = causesOf(error);
  const ours = chain.find((cause) => cause instanceof NetError);
  if (ours !== undefined) return ours;
  const codes = chain.map((cause) => systemErrorCode(cause)).filter((code) => code !== undefined);
  const options: AppErrorOptions = {
    cause: error,
    facts: { host, errno: codes.at(-1) ?? "unknown" },
    retry: { kind: "backoff" },
  };
  if (codes.some((code) => timeouts.has(code))) {
    return new NetError(
      "net.timeout",
      `${host} did not answer in time. Try again later, or another source.`,
      options,
    );
  }
  const reason = codes.map((code) => reasonOf(code)).find((text) => text !== undefined);
  const why = reason ?? `the connection failed (${errorText(chain.at(-1))})`;
  return new NetError(
    "net.unreachable",
    `Could not reach ${host}: ${why}. Check the address, or try later.`,
    options,
  );
}

const timeouts = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
]);

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOTFOUND", "there is no host of that name"],
  ["ENODATA", "there is no host of that name"],
  ["EAI_AGAIN", "its name could not be looked up"],
  ["ECONNREFUSED", "it refused the connection"],
  ["ECONNRESET", "it broke off the connection"],
  ["UND_ERR_SOCKET", "it broke off the connection"],
  ["EHOSTUNREACH", "there is no way to it from here"],
  ["ENETUNREACH", "there is no way to it from here"],
]);

function reasonOf(code: string): string | undefined {
  if (/CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO/.test(code))
    return "its certificate or encryption can't be trusted";
  if (code.startsWith("HPE_") || code.startsWith("Z_")) return "its answer makes no sense";
  return reasons.get(code);
}

function causesOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined && chain.length < 10; next = nextCause(next)) chain.push(next);
  return chain;
}

function nextCause(error: unknown): unknown {
  if (error instanceof AggregateError && error.cause === undefined) return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}
