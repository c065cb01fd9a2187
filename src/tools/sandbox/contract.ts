// Running commands of the model where they can do no harm (SBX).
//
//   X1  A command runs in bubblewrap or not at all: nothing ever falls back to the host (SBX-5).
//   X2  It sees one workspace, writable, and of the machine only programs; no network but the listed hosts (SBX-1, SBX-4).
//   X3  It ends with the worker that started it, with the lease, and when it is stopped: at once, with all it started.
//   X4  One command at a time in a workspace, so that nothing moves while the next one is being prepared.
//   X5  A service runs beside the commands, so it can move nothing of the workspace: it reads it, and writes a folder of its own
//       that no command can write (MCP-11). It is told its environment through a pipe: it may hold secrets.

import type { Readable, Writable } from "node:stream";
import type { Secret } from "../../base/secret.ts";
import type { RunId } from "../../domain/ids.ts";
import type { Denied } from "../../net/contract.ts";
import type { Workspace } from "../../workspace/contract.ts";

export interface Sandbox {
  /** Whether commands can be run: the self-test, made when first asked for. */
  state(): Promise<SandboxState>;
  forRun(seat: Seat): RunSandbox;
  /** Without a workspace: to look at a service. Ends with `close`. */
  serve(order: ServiceOrder): Promise<Service>;
  /** The segment of `run` ended: what runs in the background ends, unless the run goes on in this process. */
  leave(run: RunId, goesOn: boolean): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
}

export type SandboxState = { readonly kind: "ready" } | { readonly kind: "off"; readonly why: string };

/** Where a run sits during one segment. */
export interface Seat {
  readonly run: RunId;
  readonly workspace: Workspace;
  /** Aborts with the segment: a stop, a lost lease. */
  readonly signal: AbortSignal;
  /** Why commands reach no host for now, though some are listed. Half a sentence. */
  readonly closed?: string | undefined;
}

/** What a tool gets of it. */
export interface RunSandbox {
  state(): Promise<SandboxState>;
  /** Starts a command and waits for it `foregroundMs`; then it goes on in the background. */
  start(order: CommandOrder): Promise<CommandReport>;
  /** The command in the background, if there is one or one has just ended: waits for it once more. */
  wait(order: {
    readonly foregroundMs: number;
    readonly signal: AbortSignal;
  }): Promise<CommandReport | undefined>;
  /** Ends the command in the background. */
  end(): Promise<CommandReport | undefined>;
  /** Starts a program that is talked to through its streams. Ends with the segment at the latest. */
  serve(order: ServiceOrder): Promise<Service>;
}

/** What starts services; of a run, or to look at one. */
export type Services = Pick<RunSandbox, "state" | "serve">;

export interface ServiceOrder {
  /** Of its own folder, `/state` inside. */
  readonly name: string;
  /** A program that is there inside, and its arguments. */
  readonly program: readonly [string, ...string[]];
  /** Besides what every command has. */
  readonly env: Readonly<Record<string, Secret>>;
  /** Files and folders of this machine, shown read-only where they are. */
  readonly shown: readonly string[];
  /** Told of hosts that were refused (EGR-2). */
  readonly onDenied: (denied: Denied) => void;
}

export interface Service {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  readonly ended: Promise<Ending>;
  /** At once, with all it started; resolves when nothing is left. */
  end(): Promise<void>;
}

export interface CommandOrder {
  /** For `bash -c`. */
  readonly command: string;
  readonly timeoutMs: number;
  readonly foregroundMs: number;
  /** Of the tool call: aborting it ends the command. */
  readonly signal: AbortSignal;
}

export interface CommandReport {
  readonly command: string;
  readonly ending: Ending | { readonly kind: "running" };
  readonly elapsedMs: number;
  readonly output: OutputView;
  /** Hosts that were asked for and refused (EGR-2). */
  readonly denied: readonly Denied[];
  /** Hosts that were let through. */
  readonly reached: readonly string[];
}

export type Ending =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "killed"; readonly why: KillReason }
  /** It did not begin: bubblewrap's words. */
  | { readonly kind: "failed"; readonly detail: string };

export type KillReason = "stopped" | "timeout" | "memory" | "processes" | "disk" | "output";

/** What was written to stdout and stderr, in its order. */
export interface OutputView {
  readonly bytes: number;
  /** All of it where it is short, else the beginning. */
  readonly head: string;
  /** The end; empty where `head` is all. */
  readonly tail: string;
  /** The whole, piece by piece, while the report is fresh. */
  readonly whole: () => AsyncIterable<Uint8Array>;
}

export interface SandboxLimits {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly openFiles: number;
  readonly temporaryBytes: number;
  readonly outputBytes: number;
  /** Through the proxy, both ways, for each run. */
  readonly egressBytes: number;
}
