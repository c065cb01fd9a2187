// The sandbox of a process: tried once, then one command at a time for each run.

import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { RunId } from "../../domain/ids.ts";
import { ToolFailure } from "../contract.ts";
import type { RunSandbox, Sandbox, SandboxLimits, SandboxState, Seat } from "./contract.ts";
import { type Job, startJob } from "./jobs.ts";
import { type Kit, makeKit, removeKit } from "./kit.ts";
import { selfTest } from "./self-test.ts";
import { RunningServices } from "./services.ts";

export interface SandboxSetup {
  readonly clock: Clock;
  readonly log: Logger;
  /** Hosts that commands can reach, `host:port`; none when empty. */
  readonly allow: readonly string[];
  /**
   * No other process can take a run up. Then a command in the background may outlive its segment, up to the run's next one;
   * elsewhere it ends with the segment, since the next one may be anywhere (X3).
   */
  readonly alone: boolean;
  readonly limits?: Partial<SandboxLimits>;
  readonly bubblewrap?: string;
}

const usualLimits: SandboxLimits = {
  memoryBytes: 2 * 1024 ** 3,
  processes: 256,
  openFiles: 1024,
  temporaryBytes: 256 * 1024 ** 2,
  outputBytes: 16 * 1024 ** 2,
  egressBytes: 200 * 1024 ** 2,
};

export function createSandbox(setup: SandboxSetup): Sandbox {
  const limits = { ...usualLimits, ...setup.limits };
  const bubblewrap = setup.bubblewrap ?? "bwrap";
  let made: Promise<Kit> | undefined;
  let tried: Promise<SandboxState> | undefined;
  const kit = (): Promise<Kit> => (made ??= makeKit(process.execPath));
  const state = (): Promise<SandboxState> => (tried ??= trial(kit, { bubblewrap, limits, log: setup.log }));
  const runs = new RunJobs(setup, { kit, bubblewrap, limits });
  const looked = new RunningServices({ ...setup, kit, bubblewrap, limits });
  return {
    state,
    forRun: (seat) => runs.seatOf(seat, state),
    async serve(order) {
      await insist(state);
      return looked.start(order, undefined, () => true);
    },
    leave: (run, goesOn) => (goesOn && setup.alone ? Promise.resolve() : runs.end(run)),
    async close() {
      await Promise.all([runs.endAll(), looked.endAll()]);
      await tried;
      const used = await made?.catch(() => undefined); // it was never there
      if (used) await removeKit(used);
    },
  };
}

async function trial(
  kit: () => Promise<Kit>,
  { bubblewrap, limits, log }: { bubblewrap: string; limits: SandboxLimits; log: Logger },
): Promise<SandboxState> {
  if (process.platform !== "linux") return { kind: "off", why: "bubblewrap needs Linux" };
  const state = await kit().then(
    (ready) => selfTest(ready, bubblewrap, limits),
    (error: unknown): SandboxState => ({ kind: "off", why: `it could not be prepared: ${errorText(error)}` }),
  );
  if (state.kind === "off") log.warn("commands are off", { why: state.why });
  return state;
}

/** X1. */
async function insist(state: () => Promise<SandboxState>): Promise<void> {
  const tried = await state();
  if (tried.kind === "off") throw new ToolFailure(`Commands can't be run here: ${tried.why}.`);
}

interface Means {
  readonly kit: () => Promise<Kit>;
  readonly bubblewrap: string;
  readonly limits: SandboxLimits;
}

class RunJobs {
  readonly #setup: SandboxSetup;
  readonly #means: Means;
  /** The last command of a run, until the next one. */
  readonly #jobs = new Map<RunId, Job>();
  readonly #services = new Map<RunId, RunningServices>();
  readonly #spent = new Map<RunId, number>();

  constructor(setup: SandboxSetup, means: Means) {
    this.#setup = setup;
    this.#means = means;
  }

  seatOf(seat: Seat, state: () => Promise<SandboxState>): RunSandbox {
    const job = (): Job | undefined => this.#jobs.get(seat.run);
    job()?.sit(seat);
    return {
      state,
      start: async (order) => {
        await insist(state);
        await this.#clear(seat.run);
        const started = await startJob(order, seat, {
          ...this.#means,
          kit: await this.#means.kit(),
          allow: this.#setup.allow,
          clock: this.#setup.clock,
          spend: (bytes) => this.#spend(seat.run, bytes),
        });
        this.#jobs.set(seat.run, started);
        return started.report(order.foregroundMs, order.signal);
      },
      wait: async ({ foregroundMs, signal }) => job()?.report(foregroundMs, signal),
      end: async () => job()?.end(),
      serve: async (order) => {
        await insist(state);
        const services =
          this.#services.get(seat.run) ?? new RunningServices({ ...this.#setup, ...this.#means });
        this.#services.set(seat.run, services);
        return services.start(order, seat, (bytes) => this.#spend(seat.run, bytes));
      },
    };
  }

  /** X4. */
  async #clear(run: RunId): Promise<void> {
    const before = this.#jobs.get(run);
    if (before?.isRunning()) {
      throw new ToolFailure(
        "A command is still running in the background, and one runs at a time. " +
          'Run "wait" to wait for it, or "kill %1" to end it.',
      );
    }
    this.#jobs.delete(run);
    await before?.dispose();
  }

  #spend(run: RunId, bytes: number): boolean {
    const spent = (this.#spent.get(run) ?? 0) + bytes;
    this.#spent.set(run, spent);
    return spent <= this.#means.limits.egressBytes;
  }

  async end(run: RunId): Promise<void> {
    const job = this.#jobs.get(run);
    const services = this.#services.get(run);
    this.#jobs.delete(run);
    this.#services.delete(run);
    await Promise.all([job?.dispose(), services?.endAll()]);
  }

  async endAll(): Promise<void> {
    const runs = new Set([...this.#jobs.keys(), ...this.#services.keys()]);
    await Promise.all([...runs].map((run) => this.end(run)));
  }
}
