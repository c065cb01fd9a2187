// A private redis-server on a free port of loopback, with its append-only file synced each second, as the docs recommend it; or
// without any, to be killed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const host = "127.0.0.1";

export async function startRedis({ appendOnly = true } = {}) {
  const folder = await mkdtemp(path.join(process.env.BENCH_DISK ?? tmpdir(), "deputy-bench-redis-"));
  const port = await freePort();
  let server = await launch(folder, port, appendOnly);
  const end = async (signal) => {
    const exited = once(server, "exit");
    server.kill(signal);
    await exited;
  };
  return {
    url: `redis://${host}:${port}`,
    kill: () => end("SIGKILL"),
    async restart() {
      server = await launch(folder, port, appendOnly);
    },
    async flushAll() {
      const socket = net.connect(port, host);
      await once(socket, "connect");
      socket.write("FLUSHALL\r\n");
      await once(socket, "data");
      socket.destroy();
    },
    async stop() {
      await end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(folder, port, appendOnly) {
  const settings = [
    "--port",
    `${port}`,
    "--bind",
    host,
    "--dir",
    folder,
    "--save",
    "",
    "--appendfsync",
    "everysec",
  ];
  const server = spawn("redis-server", [...settings, "--appendonly", appendOnly ? "yes" : "no"], {
    stdio: "ignore",
  });
  const failed = once(server, "error").then(([error]) => {
    throw new Error("redis-server could not be started. Install it, or leave out the case.", {
      cause: error,
    });
  });
  await Promise.race([failed, answers(port)]);
  failed.catch(() => undefined);
  return server;
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
