// The Socket Mode door: envelopes over a WebSocket that we open, for installs without a public address.
//
//   SD1  An envelope is acknowledged after everything it asks for is committed (C1); one that could not be is left, and
//        Slack sends it again.
//   SD2  A lost connection is made anew until the stop. Slack's own client ends the process where such an attempt fails,
//        so the attempts are ours.

import { WebAPIRateLimitedError } from "@slack/web-api";
import { pause } from "../../../base/abort.ts";
import { errorText } from "../../../base/errors.ts";
import type { PlatformHealth } from "../../contract.ts";
import type { Process } from "./bolt-app.ts";
import { type Connection, type ConnectionDeps, createConnection } from "./socket-connection.ts";
import { type Envelope, takeEnvelope } from "./socket-envelope.ts";

export interface SocketDoorDeps extends ConnectionDeps {
  readonly process: Process;
}

export interface SocketDoor {
  /** Resolves after the first attempt to connect, whatever came of it. */
  start(): Promise<void>;
  /** Resolves when what was under way is acknowledged and the connection is closed. */
  stop(): Promise<void>;
  health(): PlatformHealth;
}

const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** A connection that lived less counts as a failed attempt. */
const steadyMs = 10_000;

export function createSocketDoor(d: SocketDoorDeps): SocketDoor {
  const { clock, log, process } = d;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let health = notYet("Socket Mode is not connected yet.");
  let connection: Connection | undefined;
  let running: Promise<void> | undefined;

  const take = (envelope: Envelope): void => {
    const taking = takeEnvelope(envelope, process, log).finally(() => underWay.delete(taking));
    underWay.add(taking);
  };
  /** Milliseconds that Slack wants us to wait before the next attempt. */
  const attempt = async (settled: () => void): Promise<number> => {
    try {
      connection = createConnection(d, take);
      await connection.live(() => {
        health = { ok: true, observed: "Socket Mode is connected." };
        log.info("Socket Mode is connected");
        settled();
      });
      health = notYet("Socket Mode lost its connection and connects again.");
      return 0;
    } catch (error) {
      const reason = error === undefined ? "the connection was closed" : errorText(error);
      health = notYet(advice(reason));
      log.warn("Socket Mode could not be connected", { reason });
      return error instanceof WebAPIRateLimitedError ? error.retryAfter * 1_000 : 0;
    } finally {
      settled();
    }
  };
  const run = async (settled: () => void): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const since = clock.now();
      const leastMs = await attempt(settled);
      failures = clock.now() - since > steadyMs ? 0 : failures + 1;
      const pauseMs = failures === 0 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
      if (pauseMs + leastMs > 0) await pause(clock, Math.max(pauseMs, leastMs), stopping.signal);
    }
  };
  return {
    start: () =>
      new Promise((settled) => {
        running = run(settled);
      }),
    async stop() {
      stopping.abort();
      await Promise.all(underWay);
      await connection?.close();
      await running;
      health = notYet("Socket Mode is closed.");
    },
    health: () => health,
  };
}

function notYet(observed: string): PlatformHealth {
  return { ok: false, observed };
}

function advice(reason: string): string {
  const token = /invalid_auth|not_authed|account_inactive|not_allowed_token_type|missing_scope/.test(reason);
  return `Socket Mode is not connected: ${reason}. ${
    token
      ? "SLACK_APP_TOKEN must be an app-level token (xapp-) with connections:write."
      : "It is tried again; if this goes on, look whether Slack can be reached."
  }`;
}
