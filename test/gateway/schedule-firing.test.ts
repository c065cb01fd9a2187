import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directLine } from "../../src/domain/conversation.ts";
import { asScheduleId, personKey } from "../../src/domain/ids.ts";
import { runNow } from "../../src/gateway/schedule-firing.ts";
import { ada, ana, bo, createGatewayWorld, dm, type GatewayWorld, texts, thread } from "./gateway-world.ts";
import {
  addSchedule,
  endRun,
  firedRuns,
  hourly,
  ownThread,
  scheduleNow,
  sweepSchedules,
  textsOf,
} from "./schedule-world.ts";

const minute = 60_000;
const hour = 60 * minute;

describe("gateway/schedule-firing", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  /** The clock goes on without anybody looking at it. */
  const later = async (ms: number): Promise<void> => {
    world.clock.jump(ms);
    await sweepSchedules(world);
    await world.settle();
  };

  describe("when it is time", () => {
    it("SC2: makes one run of one firing and moves on", async () => {
      const { nextAt = 0 } = await addSchedule(world);
      await later(hour - 1);
      expect(await firedRuns(world)).toEqual([]);

      await later(1);
      await sweepSchedules(world);

      const [run, ...more] = await firedRuns(world);
      expect(more).toEqual([]);
      expect(run).toMatchObject({
        state: "queued",
        mode: "employee",
        subject: ana.key,
        subjectName: "Ana",
        goal: "Tell what is new in the tickets",
        title: "Tickets",
        schedule: "sch_1",
      });
      expect(world.bells.map((bell) => bell.run)).toEqual([run?.id]);
      expect(await scheduleNow(world)).toMatchObject({
        lastAt: nextAt,
        nextAt: nextAt + hour,
        lastRun: run?.id,
      });
    });

    it("SF1: makes one run when two processes look at the same time", async () => {
      await addSchedule(world);
      world.clock.jump(hour);
      const other = world.another();
      await Promise.all([sweepSchedules(world), sweepSchedules(world, other), sweepSchedules(world, other)]);

      expect(await firedRuns(world)).toHaveLength(1);
    });

    it("ends one that was for one time", async () => {
      await addSchedule(world, { when: "2026-11-23T11:00" });
      await later(hour);

      expect(await firedRuns(world)).toHaveLength(1);
      expect(await scheduleNow(world)).toMatchObject({ state: "done" });
      await later(24 * hour);
      expect(await firedRuns(world)).toHaveLength(1);
    });

    it("acts for its owner alone where it was set up in direct messages", async () => {
      await addSchedule(world, { place: { ...dm, thread: "" } });
      await later(hour);

      expect((await firedRuns(world))[0]).toMatchObject({ mode: "assistant", subject: ana.key });
    });

    it("promises no check-in: nobody waits", async () => {
      await addSchedule(world);
      await later(hour);

      expect((await firedRuns(world))[0]).not.toHaveProperty("checkInAt");
    });

    it("has the agent's manager as subject where the configuration file set it up, or the agent itself", async () => {
      const { owner: _owner, ownerName: _name, ...config } = hourly(world, { source: "config" });
      await world.store.write(async (tx) => {
        await tx.people.see(ada, config.tenant, world.clock.now());
        await tx.schedules.add({ ...config, id: asScheduleId("sch_brief") });
      });
      await later(hour);
      expect((await firedRuns(world, "sch_brief"))[0]).toMatchObject({
        subject: ada.key,
        subjectName: "Ada",
      });

      world.rules = { ...world.rules, managers: [] };
      await endRun(world, (await firedRuns(world, "sch_brief"))[0] ?? fail());
      await later(hour);
      expect((await firedRuns(world, "sch_brief"))[1]).toMatchObject({
        subject: "agent:fake-t1:deputy",
        subjectName: "deputy",
      });
    });
  });

  describe("the thread", () => {
    it("ST1: is begun by the first firing and kept for all that come", async () => {
      await addSchedule(world);
      await later(hour);
      const first = await scheduleNow(world);
      expect(first.place.thread).not.toBe("");
      const [run] = await firedRuns(world);
      await endRun(world, run ?? fail());

      await later(hour);

      const runs = await firedRuns(world);
      expect(new Set(runs.map(({ conversation }) => conversation)).size).toBe(1);
      expect((await scheduleNow(world)).place).toEqual(first.place);
      const said = textsOf(await ownThread(world));
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/^\*\*Tickets\*\*\nEvery hour on the hour, Europe\/Prague.*Set up by Ana\.$/s);
    });

    it("I2: is begun once when the answer of the platform was lost", async () => {
      await addSchedule(world);
      world.platform.fail("post", { kind: "accept-then-time-out" });
      await later(hour);
      await world.pass(20_000);

      expect(textsOf(await ownThread(world))).toHaveLength(1);
      const keys = world.platform.calls.filter((call) => call.startsWith("post thread:"));
      expect(keys).toHaveLength(1);
    });

    it("takes what people reply there to the same conversation", async () => {
      await addSchedule(world);
      await later(hour);
      const { place } = await scheduleNow(world);
      await world.hear("and the old ones?", { conversation: place, mentionsAgent: false });
      await world.settle();

      const [run] = await firedRuns(world);
      expect(await world.mail(run ?? fail())).toMatchObject([{ kind: "steer", text: "and the old ones?" }]);
    });

    it("holds back what is to be said there until the platform has named it", async () => {
      await addSchedule(world);
      world.platform.fail("post", { kind: "unavailable" }, { kind: "unavailable" });
      await later(hour);
      await world.pass(1_000);
      expect(world.platform.calls.filter((call) => call.startsWith("status"))).toEqual([]);

      await world.pass(10_000);

      const { place } = await scheduleNow(world);
      expect(world.held(place).statuses).toEqual(["processing"]);
    });
  });

  describe("what was missed", () => {
    it("SF2: takes place once if it is late by less than a quarter of an hour", async () => {
      await addSchedule(world);
      await later(hour + 15 * minute - 1);

      expect(await firedRuns(world)).toHaveLength(1);
      expect(textsOf(await ownThread(world))).toHaveLength(1);
    });

    it("SF2: is reported, and not done, if it is later", async () => {
      const { nextAt = 0 } = await addSchedule(world);
      await later(hour + 15 * minute);

      expect(await firedRuns(world)).toEqual([]);
      expect(textsOf(await ownThread(world))[1]).toBe(
        "“Tickets”: Mon 23 Nov 11:00 did not take place, because I was not running then. The next is Mon 23 Nov 12:00; “Run now” does it at once.",
      );
      expect(await scheduleNow(world)).toMatchObject({ state: "active", nextAt: nextAt + hour });
    });

    it("SF2: is one note however much it is, and the latest still takes place", async () => {
      const { nextAt = 0 } = await addSchedule(world);
      await later(4 * hour + 5 * minute);
      await sweepSchedules(world);

      expect(await firedRuns(world)).toHaveLength(1);
      const notes = textsOf(await ownThread(world)).slice(1);
      expect(notes).toEqual([
        "“Tickets”: 3 times, from Mon 23 Nov 11:00 on, did not take place, because I was not running then. The latest was only a moment ago, so I do it now.",
      ]);
      expect(await scheduleNow(world)).toMatchObject({ nextAt: nextAt + 4 * hour });
    });

    it("SF2: says of a single time that it can still be run", async () => {
      await addSchedule(world, { when: "2026-11-23T11:00" });
      await later(2 * hour);

      expect(await firedRuns(world)).toEqual([]);
      expect(textsOf(await ownThread(world))[1]).toContain(
        "It had this one time only; “Run now” still does it.",
      );
      expect(await scheduleNow(world)).toMatchObject({ state: "done" });
    });
  });

  it("SF3: leaves out what falls due while the last one is at work, and says so once", async () => {
    await addSchedule(world);
    await later(hour);
    await later(hour);
    await later(hour);

    const [run, ...more] = await firedRuns(world);
    expect(more).toEqual([]);
    const notes = textsOf(await ownThread(world)).slice(1);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^“Tickets” was due, but I am still at work on the last one here, so I left it out\./,
    );

    await endRun(world, run ?? fail());
    await later(hour);
    expect(await firedRuns(world)).toHaveLength(2);
  });

  describe("what only a person can mend", () => {
    const told = (person: typeof ana): string[] =>
      texts(world.held(directLine(person.key, dm.tenant)), "notice");

    it("SF4: pauses when the channel refuses, and tells the owner and the managers once", async () => {
      await addSchedule(world);
      world.platform.fail("post", { kind: "refuse", code: "chat.not_found", noPlace: true });
      await later(hour);
      await world.pass(2_000);

      expect(await scheduleNow(world)).toMatchObject({
        state: "paused",
        why: expect.stringContaining("can't post there any more"),
      });
      for (const person of [ana, ada]) {
        expect(told(person)).toEqual([
          expect.stringMatching(/^I have paused the schedule “Tickets” .*I can't post there any more\./),
        ]);
      }
    });

    it("SF4: leaves it going when a platform refuses for another reason", async () => {
      await addSchedule(world);
      world.platform.fail("post", { kind: "refuse", code: "chat.refused" });
      await later(hour);

      expect(await scheduleNow(world)).toMatchObject({ state: "active" });
    });

    it("SF4: pauses when its owner is not served there any more, and tells the managers alone", async () => {
      const { tenant } = await addSchedule(world);
      await world.store.write((tx) => tx.people.see({ ...ana, kind: "external" }, tenant, world.clock.now()));
      world.platform.fail("standing", { kind: "unavailable" }); // OS1: what was last known of them holds
      await later(hour);

      expect(await firedRuns(world)).toEqual([]);
      expect(await scheduleNow(world)).toMatchObject({
        state: "paused",
        why: expect.stringMatching(/^Ana, who set it up/),
      });
      expect(told(ada)).toHaveLength(1);
      expect(told(ana)).toEqual([]);
    });

    it("SF4: pauses where the agent is switched off", async () => {
      await addSchedule(world);
      world.rules = { ...world.rules, enabled: false };
      await later(hour);

      expect(await scheduleNow(world)).toMatchObject({
        state: "paused",
        why: "I'm switched off in that channel.",
      });
      expect(await firedRuns(world)).toEqual([]);
    });

    it("SF4: pauses what this machine can't read, and goes on with the others", async () => {
      await addSchedule(world, { timeZone: "Mars/Olympus" });
      await addSchedule(world, { id: asScheduleId("sch_2") });
      await later(hour);

      expect(await scheduleNow(world)).toMatchObject({
        state: "paused",
        why: expect.stringContaining("zone"),
      });
      expect(await firedRuns(world, "sch_2")).toHaveLength(1);
    });
  });

  describe("its owner, asked for at each firing (SF5)", () => {
    const told = (person: typeof ana): string[] =>
      texts(world.held(directLine(person.key, dm.tenant)), "notice");
    const another = asScheduleId("sch_2");

    it("pauses it when the platform shows them no more, and tells the managers alone", async () => {
      await addSchedule(world);
      world.platform.standings.set(ana.key, "absent");
      await later(hour);

      expect(await firedRuns(world)).toEqual([]);
      expect(await scheduleNow(world)).toMatchObject({
        state: "paused",
        why: expect.stringMatching(/^Ana, who set it up/),
      });
      expect(told(ada)).toEqual([expect.stringContaining("I have paused the schedule “Tickets”")]);
      expect(told(ana)).toEqual([]);
    });

    it("says so where it posts when there is no manager", async () => {
      await addSchedule(world);
      world.rules = { ...world.rules, managers: [] };
      world.platform.standings.set(ana.key, "absent");
      await later(hour);

      const [opening] = world.held({ ...thread, thread: "m1" }).messages;
      expect(textsOf(opening ? [opening] : [])).toEqual([
        expect.stringContaining("I have paused the schedule “Tickets”"),
      ]);
    });

    it("OPS-2: ends all that went on in their name when they are no member any more", async () => {
      await addSchedule(world);
      await addSchedule(world, { id: another, when: "0 9 * * *", nextAt: world.clock.now() + 24 * hour });
      world.platform.standings.set(ana.key, "gone");
      await later(hour);

      for (const id of ["sch_1", "sch_2"])
        expect(await scheduleNow(world, id)).toMatchObject({
          state: "paused",
          why: expect.stringMatching(/^Ana, who set it up/),
        });
      expect(await firedRuns(world)).toEqual([]);
      const brakes = await world.store.read((tx) => tx.brakes.list());
      expect(brakes).toMatchObject([{ kind: "person", name: ana.key }]);
    });

    it("pauses it when they have become a guest, whom the agent does not work for", async () => {
      await addSchedule(world);
      world.platform.standings.set(ana.key, "guest");
      await later(hour);

      expect(await scheduleNow(world)).toMatchObject({ state: "paused" });
      expect(await firedRuns(world)).toEqual([]);
    });

    it.each([
      ["is away", { kind: "unavailable" }],
      ["has no turn for us", { kind: "rate-limit", retryAfterMs: 60_000 }],
      ["refuses for a reason of its own", { kind: "refuse" }],
      ["answers nonsense", { kind: "bug" }],
    ] as const)("OS1: fires as usual when the platform %s", async (_how, fault) => {
      await addSchedule(world);
      world.platform.fail("standing", fault);
      await later(hour);

      expect(await firedRuns(world)).toHaveLength(1);
      expect(await scheduleNow(world)).toMatchObject({ state: "active" });
    });

    it("OS1: fires as usual when the platform does not answer for long", async () => {
      await addSchedule(world);
      world.platform.fail("standing", { kind: "slow", until: new Promise(() => undefined) });
      world.clock.jump(hour);
      const swept = sweepSchedules(world);
      await world.pass(10_000);
      await swept;

      expect(await firedRuns(world)).toHaveLength(1);
    });
  });

  describe("whom the configuration file's are to ask (SF6)", () => {
    beforeEach(async () => {
      const { owner: _owner, ownerName: _name, ...config } = hourly(world, { source: "config" });
      await world.store.write(async (tx) => {
        await tx.people.see(ada, config.tenant, world.clock.now());
        await tx.schedules.add(config);
      });
      const elsewhere = personKey("other", "t1", "ada");
      world.rules = { ...world.rules, managers: [elsewhere, ada.key, bo.key] };
    });
    const subjects = async () => (await firedRuns(world)).map(({ subject }) => subject);

    it("asks the agent's first manager there, whom the platform is asked for", async () => {
      await later(hour);

      expect(await subjects()).toEqual([ada.key]);
      expect(world.platform.calls.filter((call) => call.startsWith("standing"))).toHaveLength(1);
    });

    it.each(["guest", "external", "absent", "gone"] as const)(
      "passes over one who is %s",
      async (standing) => {
        world.platform.standings.set(ada.key, standing);
        await later(hour);

        expect(await subjects()).toEqual([bo.key]);
        const brakes = await world.store.read((tx) => tx.brakes.list());
        expect(brakes.map(({ name }) => name)).toEqual(standing === "gone" ? [ada.key] : []);
      },
    );

    it("passes over one whose access was withdrawn", async () => {
      world.rules = { ...world.rules, revoked: new Set([ada.key]) };
      await later(hour);

      expect(await subjects()).toEqual([bo.key]);
    });

    it("works as the agent where all of them are gone", async () => {
      for (const { key } of [ada, bo]) world.platform.standings.set(key, "absent");
      await later(hour);

      expect(await subjects()).toEqual([`agent:${thread.tenant}:deputy`]);
    });

    it("OS1: asks the first where the platform can't say", async () => {
      world.platform.fail("standing", { kind: "unavailable" });
      await later(hour);

      expect(await subjects()).toEqual([ada.key]);
    });
  });

  describe("run now", () => {
    const now = async (): Promise<string> => {
      const schedule = await scheduleNow(world);
      const { desk, scheduling } = world.gateway;
      return (await desk.decide((d) => runNow(d, scheduling, schedule))).kind;
    };

    it("runs at once and leaves the next time as it is", async () => {
      const { nextAt } = await addSchedule(world);

      expect(await now()).toBe("started");
      expect(await now()).toBe("busy");
      expect(await firedRuns(world)).toHaveLength(1);
      expect(await scheduleNow(world)).toMatchObject({ nextAt });
    });

    it("runs what is paused or over", async () => {
      await addSchedule(world, { state: "paused" });

      expect(await now()).toBe("started");
      expect(await scheduleNow(world)).toMatchObject({ state: "paused" });
    });
  });
});

function fail(): never {
  throw new Error("There is no run.");
}
