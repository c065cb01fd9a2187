// A private, real Postgres on a free port of loopback: its own data folder, durable like a default one, killable.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "../support/free-port.ts";

export interface PostgresServer {
  /** Of its own empty database, made anew by each call. */
  createDatabase(): Promise<string>;
  /** `SIGKILL` to the server and what it forked: it recovers from its log when started again. */
  kill(): Promise<void>;
  /** Starts again on the same port, with what was committed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const host = "127.0.0.1";

/**
 * True if there are Postgres binaries. If not, says so and is false; where `CI` is set it throws, so that nothing is left out
 * unnoticed there.
 */
export function postgresIsInstalled(): boolean {
  if (findBinaries() !== undefined) return true;
  if (process.env["CI"]) throw new Error("Postgres is not installed; in CI its tests may not be left out.");
  process.stderr.write(
    "Postgres is not installed: its tests are left out. On Debian: apt install postgresql\n",
  );
  return false;
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const bin = findBinaries();
  if (bin === undefined) throw new Error("Postgres is not installed.");
  const dir = await mkdtemp(path.join(tmpdir(), "deputy-pg-"));
  const data = path.join(dir, "data");
  if (isRoot()) await run("chown", ["postgres", dir]);
  await run(
    ...unprivileged(path.join(bin, "initdb"), ["-D", data, "-U", "deputy", "-A", "trust", "--no-sync"]),
  );
  const port = await freePort();
  let child: ChildProcess | undefined;
  let databases = 0;

  const end = (): void => void child?.kill("SIGQUIT");
  process.once("exit", end);
  const start = async (): Promise<void> => {
    const settings = ["-D", data, "-h", host, "-p", `${port}`, "-k", dir];
    child = spawn(...unprivileged(path.join(bin, "postgres"), settings), { stdio: "ignore" });
    await answers(port);
  };
  const endWith = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  await start();
  return {
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await ask(port, `create database ${name}`);
      return `postgres://deputy@${host}:${port}/${name}`;
    },
    kill: () => endWith("SIGQUIT"),
    restart: start,
    async stop() {
      process.off("exit", end);
      await endWith("SIGQUIT");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function findBinaries(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(path.delimiter),
  ];
  return folders.find((folder) => existsSync(path.join(folder, "initdb")));
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Postgres refuses to run as root. */
function unprivileged(command: string, args: string[]): [string, string[]] {
  if (!isRoot()) return [command, args];
  return ["setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", command, ...args]];
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const up = await ask(port, "select 1").then(
      () => true,
      () => false, // not listening yet, or still recovering
    );
    if (up) return;
    await wait(20);
  }
  throw new Error(`Postgres on port ${port} never answered.`);
}

async function ask(port: number, statement: string): Promise<void> {
  const client = new pg.Client({ host, port, user: "deputy", database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
