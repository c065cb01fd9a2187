// One call on any door: into the log, through the faults that were ordered for it, and answered, or not.
//
//   W1  What was wrong is said in the body with HTTP 200; only 429, and faults on demand, have other numbers.
//   W2  Every call is in the log, refused ones included; tokens are not.

import type http from "node:http";
import { isShape, textOf } from "../shape.ts";
import type { Hub } from "../state/hub.ts";
import type { FakeCall, FakeFault, Shape } from "../types.ts";

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, a page, or a file. */
  readonly body: Shape | string | Buffer;
}

export interface Asked {
  readonly method: string;
  readonly args: Shape;
  readonly team?: string | undefined;
  readonly response: http.ServerResponse;
}

export async function answerLogged(
  hub: Hub,
  { response, ...asked }: Asked,
  run: () => Answer | Promise<Answer>,
): Promise<void> {
  const call: FakeCall = {
    method: asked.method,
    at: hub.world.clock.now(),
    args: asked.args,
    team: asked.team,
    ok: undefined,
    error: undefined,
    status: undefined,
  };
  hub.calls.push(call);
  const fault = hub.faults.take(asked.method);
  if (fault?.kind === "hang" || fault?.kind === "cut") {
    hub.world.changed();
    if (fault.kind === "hang") await hub.faults.released();
    response.destroy();
    return;
  }
  const answer = refusal(fault) ?? (await run());
  Object.assign(call, resultOf(answer));
  hub.world.changed();
  if (fault?.kind === "lost") return cutInTheMiddle(answer, response);
  if (fault?.kind === "wait") await fault.until;
  const content = bytesOf(answer);
  response.writeHead(answer.status, {
    "content-type": typeof answer.body === "string" ? "text/html" : "application/json; charset=utf-8",
    "content-length": content.length,
    ...answer.headers,
  });
  response.end(content);
}

function resultOf({ status, body }: Answer): Pick<FakeCall, "ok" | "error" | "status"> {
  const error = isShape(body) ? textOf(body["error"]) : undefined;
  return { status, error, ok: status === 200 && error === undefined };
}

/** The answer of a fault that keeps the call from happening. */
function refusal(fault: FakeFault | undefined): Answer | undefined {
  if (fault?.kind === "error") return { status: 200, body: { ok: false, error: fault.error } };
  if (fault?.kind === "limited") return tooMany(fault.seconds);
  if (fault?.kind !== "http") return undefined;
  return { status: fault.status, body: "<html><body>Something went wrong</body></html>" };
}

export function tooMany(seconds: number): Answer {
  return {
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { ok: false, error: "ratelimited" },
  };
}

/** It happened, and the answer is lost; of a file, half arrives. */
function cutInTheMiddle(answer: Answer, response: http.ServerResponse): void {
  if (!Buffer.isBuffer(answer.body)) return void response.destroy();
  response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => response.destroy());
}

function bytesOf({ body }: Answer): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

export function bearer(request: http.IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
}

export async function readAll(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
