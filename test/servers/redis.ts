// A private, real redis-server on a free port of loopback, without persistence. Can be killed, frozen and emptied.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../support/free-port.ts";

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** `SIGKILL`: what was in it is gone. */
  kill(): Promise<void>;
  /** Starts again on the same port, empty. */
  restart(): Promise<void>;
  /** `SIGSTOP`: connections stay open, nothing is answered. */
  freeze(): void;
  thaw(): void;
  flushAll(): Promise<void>;
  /** The names of all keys that match. */
  keys(pattern: string): Promise<string[]>;
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** A cluster of this one node, which refuses operations over several slots like any other. */
  readonly cluster?: boolean;
}

export const host = "127.0.0.1";

export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = await mkdtemp(path.join(tmpdir(), "deputy-redis-"));
  const port = await freePort();
  const clusterPort = options.cluster ? await freePort() : undefined;
  let child: ChildProcess | undefined;

  const end = (): void => void child?.kill("SIGKILL");
  process.once("exit", end);
  const start = async (): Promise<void> => {
    child = launch(dir, port, clusterPort);
    await answers(port, "PING", "+PONG");
    if (clusterPort === undefined) return;
    await ask(port, "CLUSTER ADDSLOTSRANGE 0 16383"); // refused after a restart: it has them already
    await answers(port, "CLUSTER INFO", "cluster_state:ok");
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  await start();
  return {
    host,
    port,
    url: `redis://${host}:${port}`,
    kill,
    restart: start,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    async flushAll() {
      await ask(port, "FLUSHALL");
    },
    async keys(pattern) {
      const reply = await ask(port, `KEYS ${pattern}`);
      return reply.split("\r\n").filter((line) => line !== "" && !/^[*$:]/.test(line));
    },
    async stop() {
      process.off("exit", end);
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function launch(dir: string, port: number, clusterPort: number | undefined): ChildProcess {
  const settings = ["--port", `${port}`, "--bind", host, "--dir", dir, "--save", "", "--appendonly", "no"];
  const cluster = [
    "--cluster-enabled",
    "yes",
    "--cluster-announce-ip",
    host,
    "--cluster-port",
    `${clusterPort}`,
    "--cluster-node-timeout",
    "2000",
    "--repl-diskless-sync-delay",
    "0",
  ];
  return spawn(
    "redis-server",
    clusterPort === undefined ? [...settings, "--databases", "512"] : [...settings, ...cluster],
    {
      stdio: "ignore",
    },
  );
}

export async function answers(port: number, command: string, expected: string): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    const reply = await ask(port, command).catch(() => ""); // not listening yet
    if (reply.includes(expected)) return;
    await wait(10);
  }
  throw new Error(`redis-server on port ${port} never answered ${command} with ${expected}`);
}

/** Sends one command in the inline form of the protocol and returns the raw reply. */
export async function ask(port: number, command: string): Promise<string> {
  const socket = net.connect(port, host);
  try {
    await once(socket, "connect");
    socket.end(`${command}\r\nQUIT\r\n`);
    let reply = "";
    for await (const chunk of socket) reply += String(chunk);
    return reply.replace(/\+OK\r\n$/, "");
  } finally {
    socket.destroy();
  }
}
