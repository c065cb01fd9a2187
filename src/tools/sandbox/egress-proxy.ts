// The only way from a sandbox to the network (SBX-4): a proxy on a unix socket that knows the listed hosts and no others.
//
//   EP1  A host is reached only if it is listed with its port; then only at an address that the guard has judged for this
//        connection. Whoever asks for another gets 403, and it is told (EGR-2).
//   EP2  What goes through is counted; with the run's allowance used up every connection ends.
//   EP3  Nothing is added to a request: no credentials, no address of ours. HTTPS passes as it is.
//   EP4  While the run may reach nothing, nothing is let through, listed or not (TNT-3): asked for each piece, so that a command that
//        is under way meets it as well.

import { chmod } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  request as ask,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { errorText } from "../../base/errors.ts";
import type { OnDenied } from "../../net/contract.ts";
import { keyOf, parseEgressAllow } from "../../net/egress-allow.ts";
import { createGuard, type Guard } from "../../net/guard.ts";
import type { Resolve } from "../../net/addresses.ts";

export interface EgressProxySetup {
  readonly socketPath: string;
  /** `host:port`. */
  readonly allow: readonly string[];
  readonly onDenied: OnDenied;
  readonly onReached: (host: string) => void;
  /** Takes from the run's allowance; false when there is not so much left. */
  readonly spend: (bytes: number) => boolean;
  readonly resolve?: Resolve;
  /** Why nothing may be reached for now; undefined where what is listed may (EP4). */
  readonly closed?: () => string | undefined;
}

export interface EgressProxy {
  close(): Promise<void>;
}

const idleMs = 120_000;

export async function startEgressProxy(setup: EgressProxySetup): Promise<EgressProxy> {
  const gate = createGate(setup);
  const sockets = new Set<Duplex>();
  const held = <T extends Duplex>(socket: T): T => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    return socket;
  };
  const server = createServer({ maxHeaderSize: 32 * 1024 });
  server.on("connection", (socket: Socket) => void held(socket));
  server.on("connect", (message: IncomingMessage, socket: Socket, head: Buffer) => {
    void tunnel({ message, socket, head }, gate, held);
  });
  server.on("request", (message: IncomingMessage, response: ServerResponse) => {
    void forward(message, response, gate);
  });
  server.on("upgrade", (_message: IncomingMessage, socket: Socket) => socket.destroy());
  await listen(server, setup.socketPath);
  await chmod(setup.socketPath, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Gate {
  /** Where to connect to, or the reason why not. */
  enter(
    text: string,
  ): Promise<{ readonly url: URL; readonly address: string } | { readonly problem: string }>;
  readonly spend: EgressProxySetup["spend"];
}

function createGate({ allow, onDenied, onReached, spend, resolve, closed }: EgressProxySetup): Gate {
  const isListed = parseEgressAllow(allow);
  const guard: Guard = createGuard({ allow, ...(resolve === undefined ? {} : { resolve }) });
  const deny = (host: string, problem: string): { problem: string } => {
    onDenied({ host, why: problem });
    return { problem };
  };
  return {
    spend: (bytes) => closed?.() === undefined && spend(bytes),
    async enter(text) {
      if (!URL.canParse(text)) return deny("", "This is not an address.");
      const url = new URL(text);
      if (!isListed(url)) {
        return deny(
          keyOf(url),
          `${keyOf(url)} can't be reached from commands. An operator can list it in DEPUTY_EGRESS_ALLOW.`,
        );
      }
      const why = closed?.();
      if (why !== undefined)
        return deny(keyOf(url), `${keyOf(url)} can't be reached from commands now: ${why}`);
      try {
        const [first] = await guard.addressesOf(guard.check(text));
        if (first === undefined) return { problem: "There is no such host." };
        onReached(url.hostname);
        return { url, address: first.address };
      } catch (error) {
        return { problem: errorText(error) };
      }
    },
  };
}

interface Connect {
  readonly message: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

async function tunnel(
  { message, socket, head }: Connect,
  gate: Gate,
  held: (socket: Socket) => Socket,
): Promise<void> {
  const target = message.url ?? "";
  // As https: the port is always named, and only host and port matter.
  const way = /^[^/@\s]+:\d{1,5}$/.test(target)
    ? await gate.enter(`https://${target}`)
    : { problem: "CONNECT needs host:port." };
  if ("problem" in way) {
    socket.end(
      `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${way.problem}\n`,
    );
    return;
  }
  const port = Number(way.url.port === "" ? 443 : way.url.port);
  const outside = held(connect({ host: way.address, port }));
  outside.setTimeout(idleMs, () => outside.destroy());
  const both = (): void => {
    socket.destroy();
    outside.destroy();
  };
  outside.on("close", both);
  socket.on("close", both);
  outside.once("connect", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) outside.write(head);
    for (const side of [socket, outside])
      side.on("data", (piece: Buffer) => gate.spend(piece.length) || both());
    socket.pipe(outside);
    outside.pipe(socket);
  });
}

const hopByHop = [
  "connection",
  "proxy-connection",
  "proxy-authorization",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
];

async function forward(message: IncomingMessage, response: ServerResponse, gate: Gate): Promise<void> {
  const target = message.url ?? "";
  const way = target.startsWith("http://")
    ? await gate.enter(target)
    : { problem: "This is a proxy: ask for a whole http:// address, or use CONNECT." };
  if ("problem" in way) {
    response.writeHead(403, { "content-type": "text/plain", connection: "close" }).end(`${way.problem}\n`);
    return;
  }
  const { url, address } = way;
  const headers = Object.entries(message.headers).filter(([name]) => !hopByHop.includes(name));
  const outgoing = ask({
    host: address,
    port: url.port === "" ? 80 : Number(url.port),
    method: message.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...Object.fromEntries(headers), host: url.host },
    agent: false,
    timeout: idleMs,
  });
  const both = (): void => {
    outgoing.destroy();
    response.destroy();
  };
  outgoing.on("timeout", both);
  outgoing.on("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { "content-type": "text/plain" }).end(`${url.host} could not be reached.\n`);
  });
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("data", (piece: Buffer) => gate.spend(piece.length) || both());
    answer.on("error", both);
    answer.pipe(response);
  });
  message.on("data", (piece: Buffer) => gate.spend(piece.length) || both());
  message.on("error", both);
  message.pipe(outgoing);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}
