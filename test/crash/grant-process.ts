// The processes of `grant-child.ts`, from the test's side.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";
import type { FailpointName } from "../../src/base/failpoints.ts";
import type { ReadyGrant } from "../../src/grants/contract.ts";
import type { AuthorizationServer } from "../fakes/authorization-server.ts";

export interface GrantChildSettings {
  readonly databaseUrl: string;
  readonly server: Pick<AuthorizationServer, "issuer" | "port" | "clientId" | "clientSecret">;
  readonly dieAt?: FailpointName;
}

export interface GrantOrder {
  readonly grant: ReadyGrant;
  readonly calls: number;
  /** How far its clock is ahead of the machine's. */
  readonly aheadMs: number;
}

export interface GrantReport {
  /** Version and token, or the code of the failure; each once. */
  readonly got: readonly string[];
}

export interface GrantProcess {
  /** Rejects when the process ends first. */
  ask(order: GrantOrder): Promise<GrantReport>;
  /** `SIGKILL`. */
  kill(): Promise<void>;
}

/** Resolves when it is up. */
export async function startGrantProcess(settings: GrantChildSettings): Promise<GrantProcess> {
  const { databaseUrl, server, dieAt } = settings;
  const { issuer, port, clientId, clientSecret } = server;
  const plain = {
    databaseUrl,
    server: { issuer, port, clientId, clientSecret },
    ...(dieAt ? { dieAt } : {}),
  };
  const script = path.join(inject("compiled"), "test/crash/grant-child.js");
  const child = spawn(process.execPath, [script, JSON.stringify(plain)], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  await nextLine(child, lines);
  return {
    async ask(order) {
      const answered = nextLine(child, lines);
      child.stdin.write(`${JSON.stringify(order)}\n`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by grant-child.ts
      return JSON.parse(await answered) as GrantReport;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function nextLine(child: ChildProcess, lines: ReturnType<typeof createInterface>): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("The process ended."));
    lines.once("line", (line) => {
      child.off("exit", ended);
      resolve(line);
    });
    child.once("exit", ended);
  });
}
