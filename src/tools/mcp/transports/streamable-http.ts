// Streamable HTTP through the guarded way out (MC5).
//
//   SH1  The token is asked for at each request. On a 401 it is reported as rejected, and the request is made once more: a server
//        that refuses has done nothing (VLT-6).
//   SH2  An answer whose stream ends before it came, and can't be taken up again, is lost: whoever waits for it is told at once.

import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { parseJson } from "../../../base/json.ts";
import type { McpServer, OpenTransport, TransportKind, TransportUse } from "../contract.ts";
import { answerLostCode } from "../protocol-errors.ts";
import { accountFetch } from "./account-fetch.ts";
import { watchedStream } from "./watched-stream.ts";

const goodbyeMs = 2_000;
const reconnecting = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 10_000,
  reconnectionDelayGrowFactor: 2,
  maxRetries: 4,
} as const;

export const streamableHttp: TransportKind = {
  kind: "http",
  open(server, use) {
    if (server.at.kind !== "http") throw new TypeError(`${server.name} has no url`);
    return Promise.resolve(opened(server, new URL(server.at.url), use));
  },
};

type RequestId = string | number;

function opened(server: McpServer, url: URL, use: TransportUse): OpenTransport {
  /** Requests whose answer is on its way in a stream. */
  const streaming = new Set<RequestId>();
  const lose = (id: RequestId): void => {
    streaming.delete(id);
    const error = { code: answerLostCode, message: "its stream ended before the answer came" };
    transport.onmessage?.({ jsonrpc: "2.0", id, error });
  };
  const send = accountFetch(server, use);
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: async (address, init) => {
      const response = await send(address, init);
      const id = requestIdOf(init);
      if (id === undefined || response.body === null || !isEventStream(response)) return response;
      streaming.add(id);
      const body = watchedStream(response.body, (resumable) => {
        if (!resumable) lose(id); // else the transport takes it up again, or gives up below
      });
      return new Response(body, { status: response.status, headers: response.headers });
    },
    reconnectionOptions: reconnecting,
  });
  transport.onerror = (error) => {
    if (!error.message.startsWith("Maximum reconnection attempts")) return;
    for (const id of streaming) lose(id);
  };
  return {
    transport,
    async leave() {
      const bye = transport.terminateSession().catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, goodbyeMs)));
      await Promise.race([bye, late]);
      clearTimeout(timer);
    },
  };
}

function isEventStream(response: Response): boolean {
  return response.ok && (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
}

const Request = z.object({ id: z.union([z.string(), z.number()]), method: z.string() });

function requestIdOf(init: RequestInit | undefined): RequestId | undefined {
  if (init?.method !== "POST" || typeof init.body !== "string") return undefined;
  const request = Request.safeParse(parseJson(init.body)?.value);
  return request.success ? request.data.id : undefined;
}
