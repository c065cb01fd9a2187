// One command from its start to its report, in the foreground and behind it.

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Denied } from "../../net/contract.ts";
import { createLateCgroup, type LateCgroup } from "./late-cgroup.ts";
import type { CommandOrder, CommandReport, Ending, SandboxLimits, Seat } from "./contract.ts";
import { findControlFiles } from "./control-files.ts";
import { type EgressProxy, type EgressProxySetup, startEgressProxy } from "./egress-proxy.ts";
import { insideCommand, type Kit, spareProcesses } from "./kit.ts";
import { type Launch, launch } from "./launch.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";
import { bubblewrapArguments } from "./profile.ts";
import { watch } from "./watch.ts";

export interface JobSetup {
  readonly kit: Kit;
  readonly bubblewrap: string;
  readonly limits: SandboxLimits;
  readonly allow: readonly string[];
  readonly clock: Clock;
  readonly spend: (bytes: number) => boolean;
}

export interface Job {
  /** The segment that the run is in now: its folder, its signal. */
  sit(seat: Seat): void;
  /** Waits so long, or until `signal` ends it. */
  report(foregroundMs: number, signal: AbortSignal): Promise<CommandReport>;
  isRunning(): boolean;
  /** Ends it, if it runs, and lets go of its output. */
  dispose(): Promise<void>;
  end(): Promise<CommandReport>;
}

export async function startJob(order: CommandOrder, seat: Seat, setup: JobSetup): Promise<Job> {
  const output = await openOutputFile(setup.kit.scratch);
  try {
    return new RunningJob(order, await begin(order, seat, output, setup), setup.clock);
  } catch (error) {
    await output.close();
    throw error;
  }
}

interface Begun {
  readonly output: OutputFile;
  readonly launched: Launch;
  readonly ended: Promise<Ending>;
  /** All that was made for it is gone again. */
  readonly released: Promise<void>;
  readonly denied: Denied[];
  readonly reached: ReadonlySet<string>;
  readonly seated: Seated;
}

/** Moved on from segment to segment. */
interface Seated {
  seat: Seat;
}

async function begin(
  { command, timeoutMs }: CommandOrder,
  seat: Seat,
  output: OutputFile,
  setup: JobSetup,
): Promise<Begun> {
  const { kit, limits, clock } = setup;
  const seated: Seated = { seat };
  const denied: Denied[] = [];
  const files = await seat.workspace.location();
  const controls = findControlFiles(files);
  const reached = new Set<string>();
  const onDenied = (one: Denied): void => void (denied.length < mostDenied && denied.push(one));
  const proxy = await proxyFor(setup, { onDenied, reached, closed: () => seated.seat.closed });
  const { layout, ownEtc } = kit;
  const profile = { layout, files, controls, ownEtc, ...limits, proxySocket: proxy?.socket };
  const group = createLateCgroup(kit.makeCgroup, {
    memoryBytes: limits.memoryBytes,
    processes: limits.processes + spareProcesses,
  });
  let leave = (): void => undefined;
  const launched = launch({
    bubblewrap: setup.bubblewrap,
    arguments: [
      ...bubblewrapArguments(profile),
      ...insideCommand(command, kit, {
        ...limits,
        fileBytes: seat.workspace.quota.maxFileBytes,
        bridge: proxy !== undefined,
      }),
    ],
    output: output.fd,
    before: group.before,
    begun(pid) {
      const workspace = {
        survey: () => seated.seat.workspace.survey(),
        quota: seat.workspace.quota,
      };
      const outputBytes = (): Promise<number> => output.size();
      const watched = { pid, limits, workspace, outputBytes, group, timeoutMs };
      leave = watch(watched, clock, (why) => launched.kill(why));
    },
  });
  const ended = launched.ended.then((ending) => overstep(ending, { group, output, limits }));
  const over = async (): Promise<void> => {
    leave();
    await proxy?.close();
    await group.remove();
  };
  const released = ended.then(over, over);
  released.catch(() => undefined); // whoever lets go of the command is told
  return { output, launched, ended, released, denied, reached, seated };
}

interface Ended {
  readonly group: LateCgroup;
  readonly output: OutputFile;
  readonly limits: SandboxLimits;
}

/** What the kernel ended, before the watcher looked, looks like any other end. */
async function overstep(ending: Ending, { group, output, limits }: Ended): Promise<Ending> {
  if (ending.kind !== "exit" || ending.code === 0) return ending;
  if (await group.ranOutOfMemory()) return { kind: "killed", why: "memory" };
  return (await output.size()) > limits.outputBytes ? { kind: "killed", why: "output" } : ending;
}

interface Told extends Pick<EgressProxySetup, "onDenied" | "closed"> {
  readonly reached: Set<string>;
}

export async function proxyFor(
  { kit, allow, spend }: Pick<JobSetup, "kit" | "allow" | "spend">,
  { onDenied, reached, closed }: Told,
): Promise<(EgressProxy & { readonly socket: string }) | undefined> {
  if (allow.length === 0) return undefined;
  const socket = join(kit.scratch, `egress-${randomBytes(6).toString("hex")}.sock`);
  const proxy = await startEgressProxy({
    socketPath: socket,
    allow,
    spend,
    onReached: (host) => void reached.add(host),
    onDenied,
    ...(closed ? { closed } : {}),
  });
  return {
    socket,
    async close() {
      await proxy.close();
      await rm(socket, { force: true });
    },
  };
}

const mostDenied = 20;

class RunningJob implements Job {
  readonly #command: string;
  readonly #begun: Begun;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #signals = new WeakSet<AbortSignal>();
  #ending: Ending | undefined;
  #endedAt: number | undefined;

  constructor({ command }: CommandOrder, begun: Begun, clock: Clock) {
    this.#command = command;
    this.#begun = begun;
    this.#clock = clock;
    this.#startedAt = clock.now();
    const ended = (ending: Ending): void => {
      this.#ending = ending;
      this.#endedAt = clock.now();
    };
    begun.ended.then(ended, () => ended({ kind: "failed", detail: "its preparation failed" }));
    this.sit(begun.seated.seat);
  }

  sit(seat: Seat): void {
    this.#begun.seated.seat = seat;
    this.#obey(seat.signal);
  }

  isRunning(): boolean {
    return this.#ending === undefined;
  }

  async report(foregroundMs: number, signal: AbortSignal): Promise<CommandReport> {
    this.#obey(signal);
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#clock.after(foregroundMs, resolve);
      this.#begun.ended.then(() => resolve(), reject).finally(cancel);
    });
    // The ending is noted by a callback that was asked for before ours.
    return this.#view();
  }

  async end(): Promise<CommandReport> {
    this.#begun.launched.kill("stopped");
    await this.#begun.ended;
    return this.#view();
  }

  async dispose(): Promise<void> {
    this.#begun.launched.kill("stopped");
    await this.#begun.released;
    await this.#begun.output.close();
  }

  async #view(): Promise<CommandReport> {
    return {
      command: this.#command,
      ending: this.#ending ?? { kind: "running" },
      elapsedMs: (this.#endedAt ?? this.#clock.now()) - this.#startedAt,
      output: await this.#begun.output.view(),
      denied: this.#begun.denied.splice(0),
      reached: [...this.#begun.reached],
    };
  }

  #obey(signal: AbortSignal): void {
    if (this.#signals.has(signal)) return;
    this.#signals.add(signal);
    const stop = (): void => this.#begun.launched.kill("stopped");
    const over = (): void => signal.removeEventListener("abort", stop);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    this.#begun.ended.then(over, over);
  }
}
