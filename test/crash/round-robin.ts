// What stands before several web processes: hands each request to the next of them, and to another one where nobody listens.
// Whoever asked hears 502 when a process dies with the request in its hands.

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface RoundRobin {
  readonly url: string;
  /** Base URL of a process, by its name; its earlier one is forgotten. */
  put(name: string, url: string): void;
  close(): Promise<void>;
}

const hopByHop = new Set(["connection", "host", "content-length", "transfer-encoding", "keep-alive"]);

export async function startRoundRobin(): Promise<RoundRobin> {
  const targets = new Map<string, string>();
  let turn = 0;
  const server = http.createServer((request, response) => {
    turn += 1;
    const urls = [...targets.values()];
    const order = urls.map((_url, n) => urls[(turn + n) % urls.length] ?? "");
    void pass(request, order).then(({ status, body }) => response.writeHead(status).end(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    put: (name, url) => void targets.set(name, url),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Never rejects. */
async function pass(request: http.IncomingMessage, order: readonly string[]): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    hopByHop.has(name) || value === undefined ? [] : [[name, String(value)]],
  );
  for (const base of order) {
    try {
      const init = { method: request.method ?? "POST", headers, body: Buffer.concat(chunks) };
      const response = await fetch(base + (request.url ?? ""), init);
      return { status: response.status, body: await response.text() };
    } catch (error) {
      if (!isRefused(error)) return { status: 502, body: "It died with the request in its hands." };
    }
  }
  return { status: 503, body: "Nobody is there." };
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}
