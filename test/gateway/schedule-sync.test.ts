import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asScheduleId } from "../../src/domain/ids.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { type FileSchedule, fileId, syncSchedules } from "../../src/gateway/schedule-sync.ts";
import type { SchedulePatch } from "../../src/store/contract.ts";
import { createGatewayWorld, type GatewayWorld, thread } from "./gateway-world.ts";
import { addSchedule, firedRuns, scheduleNow, sweepSchedules } from "./schedule-world.ts";

const brief: FileSchedule = {
  name: "brief",
  agent: "deputy",
  what: "Post the numbers of yesterday",
  when: "0 12 * * 1-5",
  timeZone: "Europe/Prague",
  place: { ...thread, thread: "" },
};

describe("gateway/schedule-sync", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  const sync = (...wanted: FileSchedule[]): Promise<void> => syncSchedules(world.gateway.desk, wanted);
  const now = (): Promise<Schedule> => scheduleNow(world, fileId("brief"));
  const change = (patch: SchedulePatch): Promise<boolean> =>
    world.store.write((tx) => tx.schedules.change(fileId("brief"), ["active"], patch));

  it("adds what the file names, as the agent's own, once", async () => {
    await sync(brief);
    await sync(brief);

    expect(await world.store.read((tx) => tx.schedules.list({ limit: 10 }))).toEqual([
      {
        id: "sch_file_brief",
        tenant: thread.tenant,
        agent: "deputy",
        source: "config",
        name: "brief",
        place: { ...thread, thread: "" },
        what: brief.what,
        when: brief.when,
        timeZone: brief.timeZone,
        state: "active",
        nextAt: Date.parse("2026-11-23T11:00Z"),
        createdAt: world.clock.now(),
      },
    ]);
  });

  it("SY1: takes over what the file changes, and keeps the thread and what a person paused", async () => {
    await sync(brief);
    world.clock.jump(2 * 3_600_000);
    await sweepSchedules(world);
    await world.settle();
    const { place } = await now();
    expect(place.thread).not.toBe("");
    await change({ state: "paused", why: "by hand" });

    await sync({ ...brief, what: "Post all numbers", when: "0 15 * * *" });

    expect(await now()).toMatchObject({
      what: "Post all numbers",
      when: "0 15 * * *",
      nextAt: Date.parse("2026-11-23T14:00Z"),
      state: "paused",
      why: "by hand",
      place,
    });
  });

  it("begins a new thread in another channel", async () => {
    await sync(brief);
    world.clock.jump(2 * 3_600_000);
    await sweepSchedules(world);
    await world.settle();

    await sync({ ...brief, place: { ...thread, channel: "general", thread: "" } });

    expect((await now()).place).toMatchObject({ channel: "general", thread: "" });
  });

  it("keeps the next time as it is when nothing about the time changed", async () => {
    await sync(brief);
    const due = (await now()).nextAt;
    world.clock.jump(2 * 3_600_000 + 60_000);
    await sync({ ...brief, what: "Other words" });

    expect((await now()).nextAt).toBe(due);
    await sweepSchedules(world);
    expect(await firedRuns(world, fileId("brief"))).toHaveLength(1);
  });

  it("deletes what the file does not name any more, and brings it back when it does", async () => {
    await sync(brief);
    await sync();
    expect(await now()).toMatchObject({ state: "deleted" });

    await sync(brief);
    expect(await now()).toMatchObject({ state: "active", nextAt: Date.parse("2026-11-23T11:00Z") });
  });

  it("SY2: leaves alone what comes from a chat, and what has no place yet", async () => {
    await addSchedule(world);
    await sync(brief);
    await sync({ ...brief, place: undefined, what: "Elsewhere" });

    expect(await now()).toMatchObject({ state: "active", what: brief.what });
    expect(await scheduleNow(world)).toMatchObject({ id: asScheduleId("sch_1"), state: "active" });
  });

  it("keeps a single time that has passed as over", async () => {
    await sync({ ...brief, when: "2026-11-20T09:00" });

    expect(await now()).toMatchObject({ state: "done", when: "2026-11-20T09:00" });
    await sync({ ...brief, when: "2026-11-24T09:00" });
    expect(await now()).toMatchObject({ state: "active", nextAt: Date.parse("2026-11-24T08:00Z") });
  });
});
