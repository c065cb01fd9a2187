// Socket Mode: sockets opened with a ticket, envelopes one by one to one of them, acknowledgements, refreshes, outages.

import type http from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { ids } from "../ids.ts";
import { parsed, shapeOf, textOf } from "../shape.ts";
import type { Secrets } from "../state/hub.ts";
import type { World } from "../state/world.ts";
import type { FakeDelivery } from "../types.ts";
import type { Outcome, Retry, Route } from "./deliverer.ts";

const mostSockets = 10;
const pingEveryMs = 10_000;

export interface SocketRoute extends Route {
  readonly open: number;
  /** True while connections are refused. */
  readonly down: boolean;
  upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
  drop(ms: number): void;
  refresh(): void;
  close(): void;
}

export function createSocketRoute(
  world: World,
  secrets: Secrets,
  { ackTimeoutMs }: { readonly ackTimeoutMs: number },
): SocketRoute {
  const server = new WebSocketServer({ noServer: true });
  const sockets = new Set<WebSocket>();
  const waiting = new Map<string, (outcome: Outcome) => void>();
  let turn = 0;
  let downUntil = 0;

  const welcome = (socket: WebSocket): void => {
    sockets.add(socket);
    const pings = setInterval(() => socket.ping(), pingEveryMs);
    pings.unref();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(pings);
      sockets.delete(socket);
      world.changed();
    });
    socket.on("message", (data) => {
      const frame = shapeOf(parsed(textFrom(data)));
      const acknowledge = waiting.get(textOf(frame["envelope_id"]) ?? "");
      acknowledge?.({ status: 200, body: frame["payload"], failure: undefined });
    });
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: sockets.size,
        debug_info: { host: "applink-0", build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: ids.app },
      }),
    );
    world.changed();
  };

  return {
    get open() {
      return sockets.size;
    },
    get down() {
      return world.clock.now() < downUntil;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? "", world.url).searchParams.get("ticket") ?? "";
      const refused = world.clock.now() < downUntil || sockets.size >= mostSockets;
      if (refused || !secrets.tickets.delete(ticket)) return void socket.destroy();
      server.handleUpgrade(request, socket, head, welcome);
    },
    attempt(delivery, retry) {
      const socket = [...sockets][turn++ % Math.max(1, sockets.size)];
      if (!socket)
        return Promise.resolve({ status: undefined, body: undefined, failure: "connection_failed" });
      const id = world.nextId("envelope-");
      return new Promise((resolve) => {
        const over = (outcome: Outcome): void => {
          waiting.delete(id);
          cancel();
          socket.off("close", cut);
          resolve(outcome);
        };
        const cut = (): void => over({ status: undefined, body: undefined, failure: "connection_failed" });
        const cancel = world.clock.after(ackTimeoutMs, () =>
          over({ status: undefined, body: undefined, failure: "timeout" }),
        );
        waiting.set(id, over);
        socket.on("close", cut);
        socket.send(JSON.stringify(envelopeOf(id, delivery, retry)));
      });
    },
    drop(ms) {
      downUntil = world.clock.now() + ms;
      for (const socket of sockets) socket.terminate();
      world.changed();
    },
    refresh() {
      for (const socket of sockets) {
        socket.send(
          JSON.stringify({
            type: "disconnect",
            reason: "refresh_requested",
            debug_info: { host: "applink-0" },
          }),
        );
      }
    },
    close() {
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}

function textFrom(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(new Uint8Array(data)).toString() : data.toString();
}

function envelopeOf(id: string, delivery: FakeDelivery, retry: Retry) {
  const common = { envelope_id: id, payload: delivery.payload, type: delivery.kind };
  if (delivery.kind !== "events_api") return { ...common, accepts_response_payload: true };
  return {
    ...common,
    accepts_response_payload: false,
    retry_attempt: retry.num,
    retry_reason: retry.reason ?? "",
  };
}
