// A private redis-server on a free port of loopback, with its append-only file synced each second, as the docs recommend it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const host = "127.0.0.1";

export async function startRedis() {
  const folder = await mkdtemp(path.join(process.env.BENCH_DISK ?? tmpdir(), "deputy-bench-redis-"));
  const port = await freePort();
  const settings = [
    "--port",
    `${port}`,
    "--bind",
    host,
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
  ];
  const server = spawn("redis-server", [...settings, "--appendfsync", "everysec"], { stdio: "ignore" });
  const failed = once(server, "error").then(([error]) => {
    throw new Error("redis-server could not be started. Install it, or leave out the case.", {
      cause: error,
    });
  });
  await Promise.race([failed, answers(port)]);
  failed.catch(() => undefined);
  return {
    url: `redis://${host}:${port}`,
    async stop() {
      const exited = once(server, "exit");
      server.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort() {
  const server = net.createServer();
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port) {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (await isListening(port)) return;
    await wait(10);
  }
  throw new Error(`redis-server on port ${port} never answered`);
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
