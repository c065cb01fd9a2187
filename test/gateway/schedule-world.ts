// Schedules in a gateway: rows as an approval or the configuration file makes them, and what the sweeper does about them.

import { asScheduleId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { fireSchedule } from "../../src/gateway/schedule-firing.ts";
import type { HeldMessage } from "../fakes/fake-platform.ts";
import { ana, type Gateway, type GatewayWorld, thread } from "./gateway-world.ts";

const hourMs = 3_600_000;

/** Every hour on the hour; the world's clock starts at 09:00. */
export function hourly(world: GatewayWorld, more: Partial<Schedule> = {}): Schedule {
  const { platform, tenant, kind, channel } = thread;
  return {
    id: asScheduleId("sch_1"),
    tenant,
    agent: "deputy",
    source: "chat",
    name: "Tickets",
    owner: ana.key,
    ownerName: ana.name,
    place: { platform, tenant, kind, channel, thread: "" },
    what: "Tell what is new in the tickets",
    when: "0 * * * *",
    timeZone: "Europe/Prague",
    state: "active",
    nextAt: world.clock.now() + hourMs,
    createdAt: world.clock.now(),
    ...more,
  };
}

export async function addSchedule(world: GatewayWorld, more: Partial<Schedule> = {}): Promise<Schedule> {
  const schedule = hourly(world, more);
  await world.store.write(async (tx) => {
    await tx.people.see(ana, schedule.tenant, world.clock.now());
    await tx.schedules.add(schedule);
  });
  return schedule;
}

/** What the sweeper does each second, by one process. */
export async function sweepSchedules(world: GatewayWorld, by: Gateway = world.gateway): Promise<void> {
  const due = await world.store.read((tx) => tx.schedules.due(world.clock.now(), 100));
  for (const schedule of due) await fireSchedule(by.desk, by.scheduling, schedule);
}

export async function scheduleNow(world: GatewayWorld, id = "sch_1"): Promise<Schedule> {
  const schedule = await world.store.read((tx) => tx.schedules.find(asScheduleId(id)));
  if (!schedule) throw new Error(`There is no schedule ${id}.`);
  return schedule;
}

/** Of the schedule, oldest first. */
export async function firedRuns(world: GatewayWorld, id = "sch_1"): Promise<Run[]> {
  const runs = await world.runs();
  return runs.filter((run) => run.schedule === id).toReversed();
}

/** A worker ends the run. */
export async function endRun(world: GatewayWorld, run: Run, code = "done"): Promise<void> {
  const lease = await world.work(run);
  await world.store.write((tx) =>
    tx.runs.settle(lease, "done", { code, summary: "Three tickets." }, world.clock.now()),
  );
}

/** What stands in the schedule's own thread. */
export async function ownThread(world: GatewayWorld, id = "sch_1"): Promise<readonly HeldMessage[]> {
  await world.settle();
  const { place } = await scheduleNow(world, id);
  return world.held(place).messages;
}

export function textsOf(messages: readonly HeldMessage[]): string[] {
  return messages.map(({ message }) => (message.kind === "notice" ? message.text : message.kind));
}
