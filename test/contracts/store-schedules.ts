// SC2: one firing is taken once. And: schedules as they are kept, listed and changed.

import { expect, it } from "vitest";
import { asRunId, asScheduleId, asTenantId } from "../../src/domain/ids.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import type { ScheduleRepository } from "../../src/store/contract.ts";
import type { StoreCase } from "./store-contract.ts";
import { aConversation, anAddress, aPerson, t0, tenant } from "./store-rows.ts";

function aSchedule(name: string, more: Partial<Schedule> = {}): Schedule {
  return {
    id: asScheduleId(`sch_${name}`),
    tenant,
    agent: "deputy",
    source: "chat",
    name,
    owner: aPerson("U1"),
    ownerName: "Ana",
    place: anAddress(""),
    what: `Do ${name}`,
    when: "0 9 * * 1-5",
    timeZone: "Europe/Prague",
    state: "active",
    nextAt: t0 + 100,
    createdAt: t0,
    ...more,
  };
}

type Filter = Parameters<ScheduleRepository["list"]>[0];

export function scheduleSuite(current: StoreCase): void {
  const add = (schedule: Schedule) => current.store.write((tx) => tx.schedules.add(schedule));
  const stored = (name: string) => current.store.read((tx) => tx.schedules.find(asScheduleId(`sch_${name}`)));
  const due = async (now: number, limit = 10): Promise<string[]> =>
    (await current.store.read((tx) => tx.schedules.due(now, limit))).map(({ name }) => name);

  it("keeps a schedule as it was added, and the same id once", async () => {
    const schedule = aSchedule("a");

    expect(await add(schedule)).toBe(true);
    expect(await add({ ...schedule, what: "Something else" })).toBe(false);
    expect(await stored("a")).toEqual(schedule);
    expect(await stored("none")).toBeUndefined();
  });

  it("keeps one without owner and without a next time", async () => {
    const { owner: _owner, ownerName: _name, nextAt: _next, ...rest } = aSchedule("a");
    const schedule: Schedule = { ...rest, source: "config", state: "done" };
    await add(schedule);

    expect(await stored("a")).toEqual(schedule);
  });

  it("finds what is due, the longest due first", async () => {
    await add(aSchedule("late", { nextAt: t0 + 1 }));
    await add(aSchedule("later", { nextAt: t0 + 2 }));
    await add(aSchedule("paused", { nextAt: t0 + 1, state: "paused" }));
    await add(aSchedule("future", { nextAt: t0 + 11 }));

    expect(await due(t0)).toEqual([]);
    expect(await due(t0 + 10)).toEqual(["late", "later"]);
    expect(await due(t0 + 10, 1)).toEqual(["late"]);
  });

  it("SC2: gives a firing to one of many", async () => {
    const { store } = current;
    await add(aSchedule("a"));
    const id = asScheduleId("sch_a");
    const takes = [1, 2, 3].map(() => store.write((tx) => tx.schedules.fire(id, t0 + 100, t0 + 200)));

    expect((await Promise.all(takes)).filter(Boolean)).toHaveLength(1);
    expect(await stored("a")).toMatchObject({ state: "active", lastAt: t0 + 100, nextAt: t0 + 200 });
    expect(await store.write((tx) => tx.schedules.fire(id, t0 + 100, t0 + 300))).toBe(false);
  });

  it("ends a schedule that has no next time, and fires no paused one", async () => {
    const { store } = current;
    await add(aSchedule("once"));
    await add(aSchedule("paused", { state: "paused" }));
    const fire = (name: string) =>
      store.write((tx) => tx.schedules.fire(asScheduleId(`sch_${name}`), t0 + 100, undefined));

    expect(await fire("once")).toBe(true);
    expect(await fire("paused")).toBe(false);
    const once = await stored("once");
    expect(once).toMatchObject({ state: "done", lastAt: t0 + 100 });
    expect(once).not.toHaveProperty("nextAt");
  });

  it("changes what is in one of the states that are asked for", async () => {
    const { store } = current;
    await add(aSchedule("a"));
    const id = asScheduleId("sch_a");
    const why = "the channel is gone";
    const place = anAddress("1790000000.000100");

    expect(
      await store.write((tx) => tx.schedules.change(id, ["active"], { state: "paused", why, place })),
    ).toBe(true);
    expect(await store.write((tx) => tx.schedules.change(id, ["active"], { state: "paused" }))).toBe(false);
    expect(await stored("a")).toMatchObject({ state: "paused", why, place });

    const back = {
      state: "active",
      why: null,
      nextAt: t0 + 500,
      lastRun: asRunId("run_1"),
      agent: "other",
    } as const;
    expect(await store.write((tx) => tx.schedules.change(id, ["paused"], back))).toBe(true);
    const now = await stored("a");
    expect(now).toMatchObject({ state: "active", nextAt: t0 + 500, lastRun: "run_1", agent: "other" });
    expect(now).not.toHaveProperty("why");
  });

  it("lists those that are not deleted, oldest first, of a person or a tenant", async () => {
    const { store } = current;
    await add(aSchedule("b", { createdAt: t0 + 1 }));
    await add(aSchedule("a"));
    await add(aSchedule("deleted", { state: "deleted" }));
    await add(aSchedule("bo", { owner: aPerson("U2"), createdAt: t0 + 2 }));
    await add(aSchedule("elsewhere", { tenant: asTenantId("slack-T2"), createdAt: t0 + 3 }));
    const list = async (filter: Partial<Filter>): Promise<string[]> =>
      (await store.read((tx) => tx.schedules.list({ limit: 10, ...filter }))).map(({ name }) => name);

    expect(await list({ owner: aPerson("U1"), tenant })).toEqual(["a", "b"]);
    expect(await list({ tenant })).toEqual(["a", "b", "bo"]);
    expect(await list({})).toEqual(["a", "b", "bo", "elsewhere"]);
    expect(await list({ limit: 2 })).toEqual(["a", "b"]);
  });

  it("gives a conversation that was not begun its thread, and leaves another's address alone", async () => {
    const { store } = current;
    const first = await aConversation(store, "+sch_a");
    const second = await aConversation(store, "+sch_b");
    const find = async (thread: string) => aConversation(store, thread);

    await store.write((tx) => tx.conversations.begin(first, anAddress("17.1")));
    expect(await find("17.1")).toBe(first);
    expect((await store.read((tx) => tx.conversations.find(first)))?.address.thread).toBe("17.1");

    await store.write((tx) => tx.conversations.begin(second, anAddress("17.1")));
    expect(await find("17.1")).toBe(first);
    expect((await store.read((tx) => tx.conversations.find(second)))?.address.thread).toBe("17.1");
  });
}
