// A service outside, on loopback, that remembers everything that was done to it: the judge of "nothing lost, nothing twice".
//
//   OW1  What was accepted counts, whatever the caller got to hear: a slow answer, none, or a 500.
//   OW2  `keyed` acts with a key that was seen before change nothing; `askable` acts can be asked for by key; `once` acts
//        have no key and count each time; a person may look whether one was done.

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createGate, type Gate } from "./gate.ts";

export type OutsideKind = "read" | "keyed" | "askable" | "once";

/** Of one request: how long until it counts, how long until it is answered, and how. */
export interface Manners {
  readonly acceptMs?: number;
  readonly answerMs?: number;
  readonly answer?: "ok" | "error" | "never";
}

export interface OutsideCall {
  readonly kind: OutsideKind | "ask" | "look";
  readonly what: string;
  readonly key: string;
  readonly pid: number;
  readonly at: number;
  /** The answer has not been given. */
  underWay: boolean;
}

export interface OutsideWorld {
  readonly url: string;
  /** Every request, in order. */
  readonly calls: readonly OutsideCall[];
  /** How often it was really done: repeats that a key made harmless are none. */
  times(kind: OutsideKind, what: string): number;
  /** Decides on each request that comes from now on. */
  behave(manners: (call: OutsideCall) => Manners): void;
  /** Accepts and does not answer, until what is returned is called. */
  hold(): () => void;
  close(): Promise<void>;
}

export async function startOutsideWorld(): Promise<OutsideWorld> {
  const calls: OutsideCall[] = [];
  const done = new Map<string, number>();
  const keys = new Set<string>();
  let mannersOf: (call: OutsideCall) => Manners = () => ({});

  let gate: Gate | undefined;

  const accept = ({ kind, what, key }: OutsideCall): void => {
    if (kind === "ask" || kind === "look" || (kind === "keyed" && keys.has(key))) return;
    keys.add(key);
    const name = `${kind} ${what}`;
    done.set(name, (done.get(name) ?? 0) + 1);
  };
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const call = callOf(request);
    calls.push(call);
    response.on("close", () => {
      call.underWay = false;
    });
    const manners = mannersOf(call);
    if (manners.acceptMs) await wait(manners.acceptMs);
    accept(call);
    if (manners.answerMs) await wait(manners.answerMs);
    await gate?.opened;
    if (manners.answer === "never") return;
    const found = call.kind === "ask" ? keys.has(call.key) : done.has(`once ${call.what}`);
    response.writeHead(manners.answer === "error" ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ found }));
  };

  const server = http.createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    times: (kind, what) => done.get(`${kind} ${what}`) ?? 0,
    behave: (manners) => void (mannersOf = manners),
    hold() {
      const own = createGate();
      gate = own;
      return () => own.open();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const kinds: readonly OutsideCall["kind"][] = ["read", "keyed", "askable", "once", "ask", "look"];

function callOf(request: http.IncomingMessage): OutsideCall {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const kind = kinds.find((name) => pathname === `/${name}`) ?? "read";
  return {
    kind,
    what: searchParams.get("what") ?? "",
    key: searchParams.get("key") ?? "",
    pid: Number(searchParams.get("pid")),
    at: Date.now(),
    underWay: true,
  };
}
