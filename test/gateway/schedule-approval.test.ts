import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PersonKey } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import type { ScheduleAsk, Wait } from "../../src/domain/wait.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
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
import { testApprovals } from "../support/open-stages.ts";

const minute = 60_000;

const proposal: ScheduleAsk = {
  kind: "schedule",
  what: "Tell what is new in the tickets\nand who has them",
  when: "0 9 * * 1-5",
  timeZone: "Europe/Prague",
  next: ["2026-11-24T08:00Z", "2026-11-25T08:00Z", "2026-11-26T08:00Z"].map((iso) => Date.parse(iso)),
  askedAt: Date.parse("2026-11-23T09:00Z"),
};

describe("gateway/schedule-approval", () => {
  let world: GatewayWorld;
  let run: Run;
  let wait: Wait;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("every weekday at nine, tell me what is new in the tickets");
    await world.settle();
    run = (await world.run()) ?? fail();
    wait = await world.park(run, proposal, { dueAt: world.clock.now() + 30 * minute });
  });
  afterEach(() => world.close());

  const schedules = (): Promise<Schedule[]> => world.store.read((tx) => tx.schedules.list({ limit: 10 }));
  const answer = async (): Promise<unknown> =>
    (await world.store.read((tx) => tx.waits.find(wait.id)))?.answer;
  const card = () => world.held().messages.find(({ key }) => key === `ask:${wait.id}`)?.message;

  it("shows what comes round in words, with its zone, its next dates and where it is posted", () => {
    expect(card()).toMatchObject({
      kind: "attention",
      about: "approval",
      title: "Schedule “Tell what is new in the tickets”",
      text: [
        "Tell what is new in the tickets\nand who has them",
        "",
        "Every weekday at 09:00 Europe/Prague. Next: Tue 24 Nov, Wed 25 Nov, Thu 26 Nov.",
        "Posts in this channel, in a thread of its own. Quiet when nothing changed.",
      ].join("\n"),
      footer: "Nothing is set up unless you approve by Mon 23 Nov, 09:30 UTC. Only the buttons count.",
      mention: ana.key,
      options: [
        { action: "approval.approve", value: wait.id, label: "Approve" },
        { action: "approval.deny", value: wait.id, label: "Deny" },
      ],
    });
    expect(card()).not.toHaveProperty("freeText");
  });

  it.each([
    ["is a guest", { ...ana, kind: "guest" } as const, new Set<PersonKey>()],
    ["is of another organisation", { ...ana, kind: "external" } as const, new Set<PersonKey>()],
    ["is served no more", ana, new Set([ana.key])],
  ])("ID-2: sets up nothing for whoever %s, and lets them say no", async (_, by, revoked) => {
    world.rules = { ...world.rules, guests: true, revoked };
    await world.click("approval.approve", wait.id, { by });
    await world.settle();
    expect(await schedules()).toEqual([]);
    expect(await answer()).toBeUndefined();

    await world.click("approval.deny", wait.id, { by });
    await world.settle();
    expect(await answer()).toMatchObject({ answer: "Deny" });
  });

  it("SA1: sets up the schedule with the approval, and wakes the run", async () => {
    await world.click("approval.approve", wait.id);
    await world.settle();

    expect(await schedules()).toEqual([
      {
        id: wait.id.replace("wait_", "sch_"),
        tenant: thread.tenant,
        agent: "deputy",
        source: "chat",
        name: "Tell what is new in the tickets",
        owner: ana.key,
        ownerName: "Ana",
        place: { ...thread, thread: "" },
        what: proposal.what,
        when: proposal.when,
        timeZone: proposal.timeZone,
        state: "active",
        nextAt: proposal.next[0],
        createdAt: expect.any(Number),
      },
    ]);
    expect(await answer()).toMatchObject({ answer: "Approve", by: ana.key, via: "button" });
    expect(await world.run()).toMatchObject({ state: "queued" });
    expect(card()).toMatchObject({ options: [], decided: expect.stringMatching(/^Ana: Approve \(/) });
  });

  it("AC3: takes the first of two clicks and answers the second", async () => {
    await world.click("approval.approve", wait.id);
    await world.click("approval.deny", wait.id);
    await world.settle();

    expect(await schedules()).toHaveLength(1);
    expect(whispers(world.held(), ana)).toContain("This was decided already: Ana chose “Approve”.");
  });

  it("sets up nothing when it is denied", async () => {
    await world.click("approval.deny", wait.id);
    await world.settle();

    expect(await schedules()).toEqual([]);
    expect(await answer()).toMatchObject({ answer: "Deny" });
    expect(await world.run()).toMatchObject({ state: "queued" });
  });

  it.each([
    ["a teammate", bo],
    ["a manager", ada],
  ])("SA2: lets %s decide nothing", async (_, by) => {
    await world.click("approval.approve", wait.id, { by });
    await world.settle();

    expect(await schedules()).toEqual([]);
    expect(await answer()).toBeUndefined();
    expect(whispers(world.held(), by)).toEqual(["Only Ana can answer this."]);
  });

  it.each(["Approve", "1", "yes", "approve!"])("SA2: takes the words “%s” for no approval", async (text) => {
    await world.hear(text);
    await world.click("approval.approve", wait.id);
    await world.settle();

    expect(await schedules()).toEqual([]);
    expect(await answer()).toBeUndefined();
    expect(await world.mail(run)).toMatchObject([{ text }]);
    expect(card()).toMatchObject({ options: [], decided: expect.stringMatching(/^No longer asked/) });
    expect(whispers(world.held(), ana)).toContainEqual(expect.stringMatching(/^That is no longer asked/));
  });

  it("SA2: counts no decision in time as a no", async () => {
    world.clock.jump(30 * minute);
    const due = await world.store.read((tx) => tx.waits.due(world.clock.now(), 10));
    for (const one of due) await expireWait(world.gateway.desk, testApprovals, one);
    await world.click("approval.approve", wait.id);
    await world.settle();

    expect(await schedules()).toEqual([]);
    expect(await answer()).toMatchObject({ answer: "not setting it up", via: "default" });
    expect(card()).toMatchObject({
      decided: expect.stringMatching(/^No answer came, so I go with: not setting it up/),
    });
    expect(await world.run()).toMatchObject({ state: "queued" });
  });

  it("takes a click on it from the home page", async () => {
    const home = { ...dm, thread: "~ana", channel: "ana" };
    await world.click("approval.approve", wait.id, { conversation: home });
    await world.settle();

    expect(await schedules()).toHaveLength(1);
  });

  it("sets up nothing when its one time has passed by the click", async () => {
    await world.click("approval.deny", wait.id);
    await world.settle();
    const late = await world.park((await world.run()) ?? fail(), { ...proposal, when: "2026-11-23T10:30" });
    world.clock.jump(60 * minute);
    await world.click("approval.approve", late.id);
    await world.settle();

    expect(await schedules()).toEqual([]);
    const decided = await world.store.read((tx) => tx.waits.find(late.id));
    expect(decided?.answer).toMatchObject({ answer: "Approve, after its time had passed" });
  });

  it("takes an approval for no answer to a question, and no answer for an approval", async () => {
    await world.click("question.answer", `${wait.id}.0`);
    await world.settle();

    expect(await answer()).toBeUndefined();
    expect(whispers(world.held(), ana)).toEqual(["That isn't available here."]);
  });
});

function fail(): never {
  throw new Error("There is no run.");
}
