// Programs that run beside the commands of a run and are talked to through their streams (MCP-11): started, watched, ended.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Workspace } from "../../workspace/contract.ts";
import type { Ending, SandboxLimits, Seat, Service, ServiceOrder } from "./contract.ts";
import { proxyFor } from "./jobs.ts";
import { insideService, type Kit, spareProcesses } from "./kit.ts";
import { createLateCgroup } from "./late-cgroup.ts";
import { type Launch, launch, type Pipes } from "./launch.ts";
import { serviceArguments } from "./profile.ts";
import { watch } from "./watch.ts";

export interface ServiceMeans {
  readonly kit: () => Promise<Kit>;
  readonly bubblewrap: string;
  readonly limits: SandboxLimits;
  readonly allow: readonly string[];
  readonly clock: Clock;
}

/** None lives longer: a segment is minutes. */
const longestMs = 24 * 3_600_000;
const fileBytes = 64 * 1024 ** 2;
const unbounded = { maxBytes: Number.POSITIVE_INFINITY, maxFiles: Number.POSITIVE_INFINITY };
const nothing = { bytes: 0, files: 0, links: 0, hardLinks: 0, special: 0, badNames: 0 };
const nowhere: Watchable = {
  survey: () => Promise.resolve(nothing),
  quota: { ...unbounded, maxFileBytes: fileBytes },
};

type Watchable = Pick<Workspace, "survey" | "quota">;

/** Those of one run, or those that are only looked at. */
export class RunningServices {
  readonly #means: ServiceMeans;
  readonly #running = new Set<Service>();

  constructor(means: ServiceMeans) {
    this.#means = means;
  }

  async start(
    order: ServiceOrder,
    seat: Seat | undefined,
    spend: (bytes: number) => boolean,
  ): Promise<Service> {
    const service = await startService(order, seat, { ...this.#means, kit: await this.#means.kit(), spend });
    this.#running.add(service);
    const gone = (): void => void this.#running.delete(service);
    service.ended.then(gone, gone);
    return service;
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running].map((service) => service.end()));
  }
}

type Setup = Omit<ServiceMeans, "kit"> & { readonly kit: Kit; readonly spend: (bytes: number) => boolean };

async function startService(order: ServiceOrder, seat: Seat | undefined, setup: Setup): Promise<Service> {
  const { kit, limits, clock } = setup;
  const place = seat && (await placeIn(seat.workspace, order.name));
  const proxy = await proxyFor(setup, { onDenied: order.onDenied, reached: new Set() });
  const { layout, ownEtc } = kit;
  const { shown, program } = order;
  const profile = { layout, ownEtc, shown, ...limits, ...place, proxySocket: proxy?.socket };
  const inside = {
    ...limits,
    fileBytes: seat?.workspace.quota.maxFileBytes ?? fileBytes,
    bridge: proxy !== undefined,
  };
  const group = createLateCgroup(kit.makeCgroup, {
    memoryBytes: limits.memoryBytes,
    processes: limits.processes + spareProcesses,
  });
  let leave = (): void => undefined;
  const launched = launch({
    bubblewrap: setup.bubblewrap,
    unseen: Object.entries(order.env).flatMap(([name, value]) => ["--setenv", name, value.reveal()]),
    arguments: [...serviceArguments(profile), ...insideService(program, kit, inside)],
    output: "pipes",
    before: group.before,
    begun(pid) {
      const workspace = seat?.workspace ?? nowhere;
      const outputBytes = (): Promise<number> => Promise.resolve(0);
      const watched = { pid, limits, workspace, outputBytes, group, timeoutMs: longestMs };
      leave = watch(watched, clock, (why) => launched.kill(why));
    },
  });
  const over = async (): Promise<void> => {
    leave();
    await proxy?.close();
    await group.remove();
  };
  const released = launched.ended.then(over, over);
  released.catch(() => undefined); // whoever ends it is told
  return serviceOf(launched, { released, seat });
}

/** Its own folder is the conversation's, and moves with it. */
async function placeIn(
  workspace: Workspace,
  name: string,
): Promise<{ readonly files: string; readonly own: string }> {
  const own = `.deputy/mcp/${name}`;
  await workspace.write(`${own}/.keep`, "");
  const files = await workspace.location();
  return { files, own: join(files, own) };
}

function serviceOf(
  launched: Launch,
  { released, seat }: { readonly released: Promise<void>; readonly seat: Seat | undefined },
): Service {
  const { input, output, errors } = pipesOf(launched);
  const stop = (): void => launched.kill("stopped");
  if (seat?.signal.aborted === true) stop();
  seat?.signal.addEventListener("abort", stop, { once: true });
  const over = (): void => seat?.signal.removeEventListener("abort", stop);
  launched.ended.then(over, over);
  // A program that has ended takes nothing more.
  input.on("error", () => undefined);
  const ended: Promise<Ending> = launched.ended.catch(
    (): Ending => ({
      kind: "failed",
      detail: "its preparation failed",
    }),
  );
  return {
    input,
    output,
    errors,
    ended,
    async end() {
      stop();
      await released;
    },
  };
}

function pipesOf({ pipes }: Launch): Pipes {
  if (!pipes) throw new TypeError("It was started without pipes");
  return pipes;
}
