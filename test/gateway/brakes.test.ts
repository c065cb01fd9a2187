import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BrakeKind } from "../../src/domain/brake.ts";
import { directLine } from "../../src/domain/conversation.ts";
import { asPersonKey, asScheduleId, personKey } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Run, RunMode } from "../../src/domain/run.ts";
import { pullBrake, releaseBrake, tellHeldUp } from "../../src/gateway/brakes.ts";
import { offboard, revokePerson } from "../../src/gateway/revoke-person.ts";
import { maySteer } from "../../src/gateway/rules.ts";
import { speakUp } from "../../src/gateway/speak-up.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { ada, ana, bo, createGatewayWorld, type GatewayWorld, texts, thread } from "./gateway-world.ts";

const gone = asPersonKey("fake:t:gone");
const limits = { perPerson: 10, perTenant: 10 };

describe("gateway/brakes", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  const desk = () => world.gateway.desk;
  const pull = (kind: BrakeKind, name: string) =>
    desk().decide((d) => pullBrake(d, world.gateway.scheduling.ids, { kind, name }, "cli:op"));
  const release = (kind: BrakeKind, name: string) =>
    desk().decide((d) => releaseBrake(d, { kind, name }, "cli:op"));
  const notices = (): string[] => texts(world.held(), "notice");
  const tell = async (): Promise<void> => {
    await tellHeldUp(desk());
    await world.settle();
  };
  async function started(): Promise<Run> {
    await world.hear("compare the vendors");
    await world.settle();
    const run = await world.run();
    if (!run) throw new Error("There is no run");
    return run;
  }
  const claim = async ({ id }: Run): Promise<string> => {
    const segment = (await world.store.read((tx) => tx.runs.find(id)))?.segment ?? -1;
    return (
      await world.store.write((tx) =>
        tx.runs.claim({ run: id, segment }, "w", 15_000, limits, world.clock.now()),
      )
    ).kind;
  };
  const events = async (): Promise<unknown[]> => {
    const rows = await world.store.read(async (tx) => {
      const chains = (await tx.audit.heads()).map(({ tenant }) => tx.audit.list(tenant, 0, 100));
      return (await Promise.all(chains)).flat();
    });
    return rows.filter(({ type }) => type.startsWith("brake.")).map(({ line }) => JSON.parse(line));
  };

  it("OPS-1, GB2: work for a paused agent is kept, said to be paused once, and goes on with a word when it is released", async () => {
    expect(await pull("agent", "deputy")).toBe(true);
    expect(await pull("agent", "deputy")).toBe(false);
    const run = await started();
    await tell();
    await tell();

    expect(await claim(run)).toBe("nothing");
    expect(notices()).toEqual([
      "deputy was paused by an operator, so I haven't begun “compare the vendors”. Nothing is lost: I go on by myself when that is lifted.",
    ]);

    expect(await release("agent", "deputy")).toBe(true);
    expect(await release("agent", "deputy")).toBe(false);
    await world.settle();
    expect(notices()).toHaveLength(2);
    expect(notices()[1]).toBe("The pause is over: I go on with “compare the vendors”.");
    expect(await claim(run)).toBe("claimed");
    const recorded = await events();
    expect(recorded).toContainEqual(
      expect.objectContaining({
        type: "brake.pulled",
        actor: "cli:op",
        data: { kind: "agent", name: "deputy" },
      }),
    );
    expect(recorded).toContainEqual(expect.objectContaining({ type: "brake.released", actor: "cli:op" }));
  });

  it("OPS-1: nothing is said to go on while another brake holds it", async () => {
    const run = await started();
    await pull("agent", "deputy");
    await pull("all", "");
    await tell();
    await release("agent", "deputy");
    await world.settle();

    expect(notices().filter((text) => text.includes("go on with"))).toEqual([]);
    expect(await claim(run)).toBe("nothing");
  });

  it("I13: who waits longer for a paused run hears that it is paused, not that nobody works", async () => {
    const run = await started();
    await pull("tenant", run.tenant);
    await world.store.write((tx) => tx.runs.promise(run.id, world.clock.now()));
    await speakUp(desk(), run.id);
    await world.settle();

    expect(notices()).toEqual([expect.stringContaining("is still paused by an operator")]);
  });

  it("OPS-2: whose access is withdrawn is served no more: runs stopped, nothing begun, nothing steered", async () => {
    const run = await started();
    const revoked = await desk().decide((d) => revokePerson(d, world.gateway.scheduling, ana.key, "cli:op"));
    world.rules = { ...world.rules, revoked: new Set([ana.key]) };
    await world.hear("and now the prices");
    await world.settle();

    expect(revoked).toEqual({ pulled: true, runs: 1, schedules: 0, connections: 0 });
    const runs = await world.runs();
    expect(runs.map(({ state }) => state)).toEqual(["stopped"]);
    expect(texts(world.held(), "result")).toEqual([expect.stringContaining("Stopped by an operator")]);
    expect(maySteer(run, ana, world.rules)).toBe(false);
    expect(await events()).toMatchObject([{ type: "brake.pulled", data: { kind: "person", name: ana.key } }]);
  });

  it("OPS-2, LK1: an operator withdraws it for every key of the person; a platform for the one that it knows", async () => {
    await started();
    const elsewhere = personKey("other", "t2", "ana");
    const link = { fresh: "who_1", now: world.clock.now() };
    await world.store.write((tx) => tx.personLinks.link(ana.key, elsewhere, link));
    await offboard({ desk: desk(), ...world.gateway.scheduling }, elsewhere);
    const pulled = async () => (await world.store.read((tx) => tx.brakes.list())).map(({ name }) => name);
    expect(await pulled()).toEqual([]); // nobody here has heard of that key

    const revoked = await desk().decide((d) =>
      revokePerson(d, world.gateway.scheduling, elsewhere, "cli:op"),
    );
    expect(revoked).toEqual({ pulled: true, linked: [ana.key], runs: 1, schedules: 0, connections: 0 });
    expect((await pulled()).toSorted()).toEqual([ana.key, elsewhere].toSorted());
  });

  it("OPS-2: a platform's word that somebody is gone does the same, for those who have been here", async () => {
    const run = await started();
    await offboard({ desk: desk(), ...world.gateway.scheduling }, bo.key);
    await offboard({ desk: desk(), ...world.gateway.scheduling }, ana.key);

    expect((await world.store.read((tx) => tx.runs.find(run.id)))?.state).toBe("stopped");
    expect(await world.store.read((tx) => tx.brakes.list())).toMatchObject([
      { kind: "person", name: ana.key, pulledBy: "system" },
    ]);
  });

  it("OPS-2: what a person began in the moment of the withdrawal is ended, not left to wait", async () => {
    const run = await started();
    await pull("person", ana.key);
    await tell();

    expect((await world.store.read((tx) => tx.runs.find(run.id)))?.state).toBe("stopped");
  });

  const aSchedule = (): Promise<void> =>
    world.store.write(async (tx) => {
      await tx.people.see(bo, thread.tenant, world.clock.now());
      await tx.schedules.add({
        id: asScheduleId("sch_1"),
        tenant: thread.tenant,
        agent: "deputy",
        source: "chat",
        name: "Numbers",
        owner: bo.key,
        ownerName: "Bo",
        place: { ...thread, thread: "" },
        what: "Post the numbers",
        when: "0 9 * * 1-5",
        timeZone: "UTC",
        state: "active",
        nextAt: world.clock.now() + 1_000,
        createdAt: 1,
      });
    });
  const firstSchedule = async () => (await world.store.read((tx) => tx.schedules.list({ limit: 5 })))[0];
  const toldOf = (person: Person): string[] =>
    texts(world.held(directLine(person.key, thread.tenant)), "notice");

  it("OPS-2: a schedule of theirs is paused, and those who can mend it hear why", async () => {
    await aSchedule();
    const revoked = await desk().decide((d) => revokePerson(d, world.gateway.scheduling, bo.key, "cli:op"));
    await world.settle();

    expect(revoked.schedules).toBe(1);
    expect(await firstSchedule()).toMatchObject({
      state: "paused",
      why: expect.stringContaining("withdrawn by an operator"),
    });
    expect(toldOf(ada)).toEqual([expect.stringContaining("I have paused the schedule “Numbers”")]);
    expect(toldOf(bo)).toEqual([]);
  });

  it("OPS-2, SP1: a deactivated owner's schedule is paused; without managers it is said where it posts", async () => {
    world.rules = { ...world.rules, managers: [] };
    await aSchedule();
    await offboard({ desk: desk(), ...world.gateway.scheduling }, bo.key);

    expect(await firstSchedule()).toMatchObject({
      state: "paused",
      why: "Bo, who set it up, can't ask me for work there any more.",
    });
    const said = await world.store.read(async (tx) => {
      const entry = await tx.outbox.find(`paused:sch_1:${world.clock.now()}`);
      return { entry, place: entry && (await tx.conversations.find(entry.conversation)) };
    });
    expect(said.place?.address).toMatchObject({ channel: thread.channel, kind: "channel" });
    expect(said.entry?.op).toMatchObject({
      message: { text: expect.stringContaining("I have paused the schedule “Numbers”") },
    });
    expect(toldOf(bo)).toEqual([]);
  });

  it.each([
    ["an operator", "cli:op"],
    ["the platform", "system"],
  ])(
    "VLT-8, OPS-2: on the word of %s their connections end with the rest, or nothing does",
    async (_, by) => {
      const own = { tenant: thread.tenant, owner: bo.key };
      await world.store.write(async (tx) => {
        await tx.connections.add(aConnection("conn_1", own));
        await tx.connections.add(aConnection("conn_2", { ...own, name: "wiki" }));
        await tx.connections.add(aConnection("conn_3", { ...own, owner: ana.key }));
      });
      const stateOf = async (): Promise<string[]> =>
        (await world.store.read((tx) => tx.connections.list({ limit: 9 })))
          .toSorted((a, b) => a.id.localeCompare(b.id))
          .map(({ state }) => state);
      const revoke = (after?: () => never) =>
        desk().decide(async (d) => {
          const revoked = await revokePerson(d, world.gateway.scheduling, bo.key, by);
          after?.();
          return revoked;
        });

      await expect(
        revoke(() => {
          throw new Error("the transaction fails");
        }),
      ).rejects.toThrow("the transaction fails");
      expect(await stateOf()).toEqual(["active", "active", "active"]);
      expect(await world.store.read((tx) => tx.brakes.list())).toEqual([]);

      expect(await revoke()).toMatchObject({ pulled: true, connections: 2 });
      expect(await stateOf()).toEqual(["revoked", "revoked", "active"]);
      const rows = await world.store.read((tx) => tx.audit.list(thread.tenant, 0, 100));
      const ended = rows.filter(({ type }) => type === "token.revoked").map(({ line }) => JSON.parse(line));
      expect(ended).toMatchObject([
        { actor: by, data: { why: "offboarded" } },
        { actor: by, data: { why: "offboarded" } },
      ]);
      expect((await revoke()).connections).toBe(0);
    },
  );

  it.each<[string, Person, RunMode, boolean]>([
    ["the subject", ana, "employee", true],
    ["a manager, in employee mode", ada, "employee", true],
    ["a manager, in assistant mode", ada, "assistant", false],
    ["somebody else", bo, "employee", false],
    ["a manager who is a guest", { ...ada, kind: "guest" }, "employee", false],
    ["a manager of another organisation", { ...ada, kind: "external" }, "employee", false],
    ["a manager whose access was withdrawn", { ...ada, key: gone }, "employee", false],
  ])("ID-2, ID-7: %s steers: %s", async (_, person, ...given) => {
    const [mode, may] = given;
    const run = { ...(await started()), mode };
    const rules = {
      ...world.rules,
      managers: [ada.key, person.key],
      revoked: new Set([gone]),
    };

    expect(maySteer(run, person, person === bo ? world.rules : rules)).toBe(may);
  });
});
