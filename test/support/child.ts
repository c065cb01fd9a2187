// Runs the command line as a person would: a real process, its output kept.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Only these variables reach the process, besides PATH and HOME. */
export type ChildEnv = Readonly<Record<string, string>>;

/** `stdout`: a descriptor that it prints to, instead of to the test. */
export function startDeputy(
  args: readonly string[],
  env: ChildEnv,
  stdout: number | "pipe" = "pipe",
): ChildProcess {
  return startNode([path.join(inject("compiled"), "src/main.js"), ...args], env, stdout);
}

/** `script` as it was compiled, from the root of the repository. */
export function startCompiled(script: string, args: readonly string[], env: ChildEnv): ChildProcess {
  return startNode([path.join(inject("compiled"), script), ...args], env);
}

/** `script` from the root of the repository, as it stands there. */
export function startChild(script: string, args: readonly string[], env: ChildEnv): ChildProcess {
  return startNode(["--import", "tsx", path.join(root, script), ...args], env);
}

function startNode(args: readonly string[], env: ChildEnv, stdout: number | "pipe" = "pipe"): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdio: ["ignore", stdout, "pipe"],
  });
}

export async function runDeputy(args: readonly string[], env: ChildEnv): Promise<Finished> {
  const startedAt = performance.now();
  const child = startDeputy(args, env);
  const output = collect(child);
  const [code] = await once(child, "close");
  return { code: typeof code === "number" ? code : null, ...output(), ms: performance.now() - startedAt };
}

/** What the process has printed so far. */
export function collect(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  const text = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => void (text.stdout += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => void (text.stderr += chunk));
  return () => ({ ...text });
}

/** Resolves with the first match in what the process prints; rejects when it ends without. */
export function printed(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let seen = "";
  return new Promise((resolve, reject) => {
    const look = (chunk: string): void => {
      seen += chunk;
      const match = pattern.exec(seen);
      if (match) resolve(match);
    };
    child.stdout?.setEncoding("utf8").on("data", look);
    child.stderr?.setEncoding("utf8").on("data", look);
    child.once("close", (code) => reject(new Error(`The process ended with ${code}; it printed:\n${seen}`)));
  });
}
