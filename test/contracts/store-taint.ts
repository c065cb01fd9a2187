// Marks of what was seen: on runs, memories and schedules.

import { expect, it } from "vitest";
import { asRunId, asScheduleId, asTenantId } from "../../src/domain/ids.ts";
import type { TaintMarks } from "../../src/domain/taint.ts";
import type { StoreCase } from "./store-contract.ts";
import { aPerson, aRun, aWorkingRun, newRun, runOf, t0 } from "./store-rows.ts";

const marks: TaintMarks = { external: ["evil.example"], private: [aPerson("U1")] };

export function taintSuite(current: StoreCase): void {
  it("TNT-2: a run keeps its marks, is made with those of its request, and hands them on when it goes on", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.runs.patch(run.id, { taint: marks }));
    expect((await runOf(store, run.id)).taint).toEqual(marks);

    await store.write((tx) => tx.runs.settle(lease, "stopped", { code: "stopped" }, t0));
    const { conversation, budget } = run;
    const id = asRunId("run_next");
    await store.write((tx) => tx.runs.create(newRun({ id, conversation, budget, continues: run.id })));
    await store.write((tx) => tx.runs.adopt(id, run.id, { begun: [], unbegun: [] }));
    expect((await runOf(store, id)).taint).toEqual(marks);

    expect((await aRun(store, "b", { taint: marks })).taint).toEqual(marks);
  });

  it("TNT-2 TNT-6: what is remembered or scheduled keeps the marks of the run that did it", async () => {
    const { store } = current;
    const tenant = asTenantId("slack-T0001");
    const owner = { tenant, agent: "deputy", scope: "channel:slack/C1" } as const;
    await store.write(async (tx) => {
      await tx.memories.add({ ...owner, fact: "seen", taint: marks, createdAt: t0 });
      await tx.memories.add({ ...owner, fact: "said", createdAt: t0 + 1 });
    });
    const listed = await store.read((tx) => tx.memories.list(owner));
    expect(listed.map(({ taint }) => taint)).toEqual([marks, undefined]);
    const found = await store.read((tx) => tx.memories.search(tenant, "deputy", owner.scope, "seen", 5));
    expect(found.map(({ taint }) => taint)).toEqual([marks]);

    const id = asScheduleId("sch_tainted");
    const schedule = {
      id,
      tenant,
      agent: "deputy",
      source: "chat",
      name: "brief",
      place: { platform: "slack", tenant, kind: "channel", channel: "C1", thread: "" },
      what: "Do as the page says",
      when: "0 9 * * 1",
      timeZone: "UTC",
      state: "active",
      taint: marks,
      createdAt: t0,
    } as const;
    await store.write((tx) => tx.schedules.add(schedule));
    expect(await store.read((tx) => tx.schedules.find(id))).toEqual(schedule);
  });
}
