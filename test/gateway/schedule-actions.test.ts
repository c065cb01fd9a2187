import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HomePage } from "../../src/domain/home-page.ts";
import { asScheduleId } from "../../src/domain/ids.ts";
import { homeOf } from "../../src/gateway/home-page.ts";
import {
  ada,
  ana,
  bo,
  createGatewayWorld,
  dm,
  type GatewayWorld,
  thread,
  whispers,
} from "./gateway-world.ts";
import { addSchedule, endRun, firedRuns, scheduleNow } from "./schedule-world.ts";

const home = { ...dm, thread: "~ana", channel: "ana" };

describe("gateway/schedule-actions", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await addSchedule(world);
  });
  afterEach(() => world.close());

  const click = async (
    action: Parameters<GatewayWorld["click"]>[0],
    by = ana,
    value = "sch_1",
  ): Promise<string[]> => {
    const before = whispers(world.held(home), by).length;
    await world.click(action, value, { by, conversation: home });
    await world.settle();
    return whispers(world.held(home), by).slice(before);
  };
  const page = async (): Promise<HomePage> =>
    (
      await world.store.read((tx) =>
        homeOf({
          tx,
          person: ana,
          agent: "deputy",
          now: world.clock.now(),
          deciders: world.gateway.approvals,
          pending: [],
        }),
      )
    ).page;

  it("pauses and resumes, and answers a second click", async () => {
    expect(await click("schedule.pause")).toEqual(["“Tickets” is paused."]);
    expect(await scheduleNow(world)).toMatchObject({ state: "paused", why: "A person paused it." });
    expect(await click("schedule.pause")).toEqual(["“Tickets” is paused already. Nothing was changed."]);

    world.clock.jump(3 * 3_600_000);
    expect(await click("schedule.resume")).toEqual(["“Tickets” is active, next Mon 23 Nov 14:00."]);
    const resumed = await scheduleNow(world);
    expect(resumed).toMatchObject({ state: "active", nextAt: Date.parse("2026-11-23T13:00Z") });
    expect(resumed).not.toHaveProperty("why");
    expect(await click("schedule.resume")).toEqual(["“Tickets” is active already. Nothing was changed."]);
  });

  it("deletes for good", async () => {
    expect(await click("schedule.delete")).toEqual(["“Tickets” is deleted."]);
    expect(await click("schedule.resume")).toEqual(["That schedule is deleted. Nothing was changed."]);
    expect(await scheduleNow(world)).toMatchObject({ state: "deleted" });
  });

  it("runs now, in the schedule's thread", async () => {
    expect(await click("schedule.run")).toEqual([
      "I'm doing “Tickets” now; what comes of it is posted in its thread.",
    ]);
    expect(await firedRuns(world)).toHaveLength(1);
    expect(await click("schedule.run")).toEqual([
      "I'm still at work in the thread of “Tickets”, so I did not begin anew.",
    ]);
  });

  it.each([
    ["a teammate", bo],
    ["a manager", ada],
  ])("SB1: lets %s change nothing", async (_, by) => {
    for (const action of ["schedule.pause", "schedule.resume", "schedule.run", "schedule.delete"] as const) {
      expect(await click(action, by)).toEqual(["Only Ana can change this schedule."]);
    }
    expect(await scheduleNow(world)).toMatchObject({ state: "active" });
    expect(await firedRuns(world)).toEqual([]);
  });

  it("knows nothing of a schedule that isn't there", async () => {
    expect(await click("schedule.pause", ana, "sch_none")).toEqual([
      "That schedule is deleted. Nothing was changed.",
    ]);
  });

  it("does not resume what had one time that has passed", async () => {
    const { id } = await addSchedule(world, {
      id: asScheduleId("sch_2"),
      when: "2026-11-23T11:00",
      state: "paused",
    });
    world.clock.jump(5 * 3_600_000);

    expect(await click("schedule.resume", ana, id)).toEqual([
      "Its one time has passed, so it can't be resumed. “Run now” does it once more.",
    ]);
  });

  it("stands on the owner's home page with its words, its next time and how the last one ended", async () => {
    expect((await page()).scheduled).toEqual({
      more: 0,
      items: [
        {
          title: "Tickets",
          note: "Every hour on the hour, Europe/Prague · next Mon 23 Nov 11:00",
          buttons: [
            { action: "schedule.pause", value: "sch_1", label: "Pause", style: "plain" },
            { action: "schedule.run", value: "sch_1", label: "Run now", style: "plain" },
            expect.objectContaining({
              action: "schedule.delete",
              label: "Delete",
              confirm: expect.any(String),
            }),
          ],
        },
      ],
    });

    await click("schedule.run");
    const [run] = await firedRuns(world);
    if (run) await endRun(world, run, "nothing_new");
    await click("schedule.pause");
    const [item] = (await page()).scheduled.items;
    expect(item?.note).toBe(
      "Every hour on the hour, Europe/Prague · paused: A person paused it. · last: nothing new",
    );
    expect(item?.buttons[0]).toMatchObject({ label: "Resume" });
    expect(item?.at).toEqual({ channel: "sales", thread: (await scheduleNow(world)).place.thread });
  });

  describe("schedules, in words", () => {
    const shown = async (by = ana, conversation = thread) => {
      const before = world.held(conversation).whispers.length;
      await world.hear("schedules", { by, conversation });
      await world.settle();
      return world.held(conversation).whispers.slice(before);
    };

    it("shows their owner each with its buttons, and nobody else anything", async () => {
      expect(await shown()).toEqual([
        {
          to: ana.key,
          message: expect.objectContaining({
            kind: "attention",
            about: "schedule",
            title: "Tickets",
            text: "Every hour on the hour, Europe/Prague · next Mon 23 Nov 11:00",
          }),
        },
      ]);
      expect(await shown(bo)).toEqual([
        {
          to: bo.key,
          message: expect.objectContaining({ text: expect.stringMatching(/^You have no schedules/) }),
        },
      ]);
      expect(await world.runs()).toEqual([]);
    });

    it("keeps what was set up in direct messages out of a channel", async () => {
      await addSchedule(world, { id: asScheduleId("sch_2"), name: "Private", place: { ...dm, thread: "" } });
      const titles = async (at = thread) =>
        (await shown(ana, at)).map(({ message }) => (message.kind === "attention" ? message.title : ""));

      expect(await titles()).toEqual(["Tickets"]);
      expect((await titles(dm)).toSorted()).toEqual(["Private", "Tickets"]);
    });

    it("lists more than five without buttons", async () => {
      for (let n = 2; n <= 8; n += 1)
        await addSchedule(world, { id: asScheduleId(`sch_${n}`), name: `Task ${n}` });
      const all = await shown();

      expect(all).toHaveLength(6);
      expect(all[5]?.message).toMatchObject({
        kind: "notice",
        text: expect.stringMatching(/^And these:\n• .*\n• .*\n• [^\n]*$/),
      });
    });
  });
});
