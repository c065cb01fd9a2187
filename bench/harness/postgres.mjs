// A private Postgres server on a free port of loopback, with its defaults: every commit waits for the disk.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "./redis.mjs";

const run = promisify(execFile);
const host = "127.0.0.1";
const debian = "/usr/lib/postgresql";

export async function startPostgres() {
  const bin = findBinaries();
  const folder = await mkdtemp(path.join(process.env.BENCH_DISK ?? tmpdir(), "deputy-bench-pg-"));
  const data = path.join(folder, "data");
  if (isRoot()) await run("chown", ["postgres", folder]);
  await run(
    ...unprivileged(path.join(bin, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "--no-sync"]),
  );
  const port = await freePort();
  const settings = ["-D", data, "-h", host, "-p", `${port}`, "-k", folder, "-c", "max_connections=200"];
  const server = spawn(...unprivileged(path.join(bin, "postgres"), settings), { stdio: "ignore" });
  const url = `postgres://bench@${host}:${port}/postgres`;
  await answers(url);
  return {
    url,
    async stop() {
      const exited = once(server, "exit");
      server.kill("SIGQUIT");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let databases = 0;

/** The address of a database of its own on the server of `url`. */
export async function freshDatabase(url) {
  databases += 1;
  const name = `bench_${process.pid}_${databases}`;
  await ask(url, `create database ${name}`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

/** The rows of one statement, over a connection of its own. */
export async function ask(url, statement, values = []) {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}

function findBinaries() {
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(path.delimiter),
  ];
  const found = folders.find((folder) => existsSync(path.join(folder, "initdb")));
  if (found === undefined) throw new Error("Postgres is not installed. Install it, or leave out the case.");
  return found;
}

function isRoot() {
  return process.getuid?.() === 0;
}

/** Postgres refuses to run as root. */
function unprivileged(command, args) {
  if (!isRoot()) return [command, args];
  return ["setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", command, ...args]];
}

async function answers(url) {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const up = await ask(url, "select 1").then(
      () => true,
      () => false, // not listening yet
    );
    if (up) return;
    await wait(20);
  }
  throw new Error("Postgres never answered");
}
