// One bubblewrap: started, watched, ended. Whatever way it ends, nothing that it started is left (X3).
//
//   L1  With `before`, the command waits until that is done: bubblewrap has a block for it.
//   L2  An ending is told when nothing is left under the first process of the new namespace.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { parseJson } from "../../base/json.ts";
import type { Ending, KillReason } from "./contract.ts";

export interface LaunchOrder {
  readonly bubblewrap: string;
  /** Bubblewrap's, with the command after its `--`. */
  readonly arguments: readonly string[];
  /** Where bubblewrap itself is started: ours where absent. */
  readonly from?: string;
  /** Open file that gets stdout and, once the command has begun, stderr; or pipes, stdin's too. */
  readonly output: number | "pipes";
  /** What bubblewrap reads where its arguments have `--args 5`: others can't read it in the list of processes. */
  readonly unseen?: readonly string[] | undefined;
  /** Done with the pid of the first process inside, before the command begins. */
  readonly before?: ((pid: number) => Promise<void>) | undefined;
  /** Called with that pid when the command begins. */
  readonly begun: (pid: number) => void;
}

export interface Launch {
  readonly ended: Promise<Ending>;
  /** Where pipes were asked for. */
  readonly pipes?: Pipes;
  /** Ends all of it at once; the first reason counts. */
  kill(why: KillReason): void;
}

export interface Pipes {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
}

const blocked = ["--block-fd", "4"];
const tooLongGoneMs = 5_000;

export function launch(order: LaunchOrder): Launch {
  const { before, from, output, unseen } = order;
  const hasPipes = output === "pipes";
  const child = spawn(order.bubblewrap, before ? [...blocked, ...order.arguments] : order.arguments, {
    stdio: [
      hasPipes ? "pipe" : "ignore",
      hasPipes ? "pipe" : output,
      "pipe",
      "pipe",
      before ? "pipe" : "ignore",
      unseen ? "pipe" : "ignore",
    ],
    ...(from === undefined ? {} : { cwd: from }),
    env: {}, // bubblewrap's own can be read inside: it is that of process 1
    detached: true,
  });
  if (unseen) tell(child.stdio.at(5), unseen.map((one) => `${one}\0`).join(""));
  let killedBy: KillReason | undefined;
  let inner: number | undefined;
  const kill = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // The inner one first: what it has started can't outlive it.
    for (const pid of [inner, child.pid]) if (pid !== undefined) killQuietly(pid);
  };
  const words = collect(child.stdio[2]);
  const begun = innerPid(child.stdio[3]).then(async (pid) => {
    inner = pid;
    if (killedBy !== undefined) return kill();
    if (pid === undefined) return;
    await before?.(pid);
    order.begun(pid);
    tell(child.stdio[4], "1");
  });
  begun.catch(kill); // told below
  const ended = (async (): Promise<Ending> => {
    const code = await exitOf(child);
    await begun;
    if (inner !== undefined) await isEmpty(inner);
    if (killedBy !== undefined) return { kind: "killed", why: killedBy };
    return code === undefined || words().startsWith("bwrap:")
      ? { kind: "failed", detail: words().trim() || "bubblewrap could not be started" }
      : { kind: "exit", code };
  })();
  const pipes = hasPipes ? pipesOf(child) : undefined;
  return {
    ended,
    ...(pipes ? { pipes } : {}),
    kill(why) {
      killedBy ??= why;
      kill();
    },
  };
}

/** Its own words on stderr are listened to from the start, so whoever reads them later reads a copy. */
function pipesOf({ stdin, stdout, stderr }: ChildProcess): Pipes | undefined {
  return stdin && stdout && stderr
    ? { input: stdin, output: stdout, errors: stderr.pipe(new PassThrough()) }
    : undefined;
}

/** As the shell counts it: 128 and the signal's number for what was ended by one. Undefined when it did not start. */
async function exitOf(child: ChildProcess): Promise<number | undefined> {
  try {
    const [code, signal] = await once(child, "exit");
    return typeof code === "number" ? code : typeof signal === "string" ? 137 : undefined;
  } catch {
    return undefined;
  }
}

/** Bubblewrap says its child's pid in a line of JSON. The stream is read to its end: bubblewrap would die of a closed one. */
function innerPid(status: Writable | Readable | null | undefined): Promise<number | undefined> {
  if (!status || !("read" in status)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    let text = "";
    status.on("data", (piece: Buffer) => {
      text += piece.toString();
      const end = text.indexOf("\n");
      if (end !== -1) resolve(pidIn(text.slice(0, end)));
    });
    status.on("error", () => resolve(undefined));
    status.on("close", () => resolve(undefined));
  });
}

function pidIn(line: string): number | undefined {
  const said = parseJson(line)?.value;
  if (typeof said !== "object" || said === null || !("child-pid" in said)) return undefined;
  return typeof said["child-pid"] === "number" ? said["child-pid"] : undefined;
}

function tell(pipe: Writable | Readable | null | undefined, text: string): void {
  if (!pipe || !("write" in pipe)) return;
  pipe.on("error", () => undefined); // it is gone already
  pipe.end(text);
}

function collect(stream: Writable | Readable | null | undefined): () => string {
  let text = "";
  if (stream && "read" in stream) {
    stream.on("data", (piece: Buffer) => {
      if (text.length < 4_000) text += piece.toString();
    });
    stream.on("error", () => undefined);
  }
  return () => text;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

/**
 * Waits until nothing is left of what was started. The first process itself takes longer to be gone, by as much as a sandbox
 * takes to start; with nothing under it, it does nothing any more.
 */
async function isEmpty(pid: number): Promise<void> {
  const giveUpAt = performance.now() + tooLongGoneMs;
  while (hasOffspring(pid) && performance.now() < giveUpAt) await pause(2);
}

function hasOffspring(pid: number): boolean {
  const children = textOf(`/proc/${pid}/task/${pid}/children`);
  if (children !== undefined) return children.trim() !== "";
  // Gone, or a kernel that does not tell of children: then until it is collected or could be.
  const status = textOf(`/proc/${pid}/status`);
  return status !== undefined && !/^State:\s+[ZX]/m.test(status);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
