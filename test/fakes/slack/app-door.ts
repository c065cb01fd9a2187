// An app's request URL for tests: notes each delivery and answers as told.

import { EventEmitter, once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { readAll } from "./api/answer.ts";
import { parsed, shapeOf } from "./shape.ts";
import type { Shape } from "./types.ts";

export interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly raw: string;
  /** The event_callback, the interactive payload, or the fields of a command. */
  readonly body: Shape;
}

export interface AppDoor {
  readonly url: string;
  readonly received: readonly Received[];
  /** For each next delivery a status, a body, or `hang`; `200` without a body afterwards. */
  answer(...next: readonly (number | "hang" | Shape)[]): void;
  /** Events of this type, in the order of their arrival. */
  events(type: string): readonly Shape[];
  /** Resolves when so many deliveries have arrived. */
  hasReceived(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function openAppDoor(): Promise<AppDoor> {
  const received: Received[] = [];
  const answers: (number | "hang" | Shape)[] = [];
  const arrivals = new EventEmitter();
  const server = http.createServer((request, response) => {
    void (async () => {
      const raw = (await readAll(request)).toString();
      received.push({ headers: request.headers, raw, body: bodyOf(raw, request.headers["content-type"]) });
      arrivals.emit("arrival");
      const answer = answers.shift() ?? 200;
      if (answer === "hang") return;
      response.writeHead(typeof answer === "number" ? answer : 200, { "content-type": "application/json" });
      response.end(typeof answer === "number" ? "" : JSON.stringify(answer));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/slack/events`,
    received,
    answer: (...next) => void answers.push(...next),
    events: (type) =>
      received.map(({ body }) => shapeOf(body["event"])).filter((event) => event["type"] === type),
    async hasReceived(count) {
      while (received.length < count) await once(arrivals, "arrival");
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function bodyOf(raw: string, type: string | undefined): Shape {
  if (type !== "application/x-www-form-urlencoded") return shapeOf(parsed(raw));
  const form = new URLSearchParams(raw);
  const payload = form.get("payload");
  return payload === null ? Object.fromEntries(form) : shapeOf(parsed(payload));
}
