// What a person may decide stands on their home page, and leads to the card (APR-3, APR-5).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { HomePage } from "../../src/domain/home-page.ts";
import type { Person } from "../../src/domain/person.ts";
import { fixedTools } from "../../src/tools/source.ts";
import { createHome, type Home } from "../../src/gateway/home.ts";
import { askApproval, type Given, mail } from "./asked-approval.ts";
import { ada, ana, bo, createGatewayWorld, type GatewayWorld, guest, thread } from "./gateway-world.ts";

describe("gateway/home-approvals", () => {
  let world: GatewayWorld;
  let home: Home;
  beforeEach(async () => {
    world = await createGatewayWorld({
      approvals: { groups: { finance: [bo.key] }, tools: fixedTools([mail]) },
    });
    home = createHome({
      world: { clock: world.clock, log: silentLogger },
      store: world.store,
      agent: "deputy",
      deciders: world.gateway.approvals,
    });
    world.queue.onHint((hint) => hint.kind === "outbox" && home.stale());
  });
  afterEach(async () => {
    await home.stop();
    await world.close();
  });

  const ask = (given: Given = {}) => askApproval(world, given);
  const open = async (person: Person): Promise<HomePage> => {
    home.opened(world.platform, person);
    await home.idle();
    const page = world.platform.homes.findLast(({ to }) => to === person.key)?.page;
    if (!page) throw new Error("Nothing was published");
    return page;
  };
  const waiting = async (person: Person): Promise<string[]> =>
    (await open(person)).waiting.items.map(({ title }) => title);
  const act = "mail__send: x@corp.example";

  it("APR-3 HA1: lists it for each who may decide it now, and for nobody else", async () => {
    await ask();
    expect(await waiting(ana)).toEqual([act]);
    expect(await waiting(bo)).toEqual([act]);
    expect(await waiting(ada)).toEqual([]);
    expect(await waiting(guest)).toEqual([]);
    expect(await waiting({ ...bo, kind: "guest" })).toEqual([]);
  });

  it("APR-3 HA1: four eyes: whoever asked sees their work wait for somebody else, not something to decide", async () => {
    await ask({ verdict: { notRequester: true } });
    const page = await open(ana);
    expect(page.waiting.items).toEqual([]);
    expect(page.running.items).toMatchObject([{ note: expect.stringContaining("Waiting, asked") }]);
    expect(await waiting(bo)).toEqual([act]);
  });

  it("APR-3 HA1: managers by the agent they manage; whose access was withdrawn not at all", async () => {
    await ask({ verdict: { approvers: ["managers"] } });
    expect(await waiting(ada)).toEqual([act]);
    await world.store.write((tx) =>
      tx.brakes.pull({ id: "b", kind: "person", name: ada.key, pulledBy: "cli:op", pulledAt: 0 }),
    );
    expect(await waiting(ada)).toEqual([]);
  });

  it("APR-5 HA2: it is decided at its card: the item leads there, shows all of it, and has no Approve", async () => {
    const { run } = await ask();
    const [item] = (await open(bo)).waiting.items;
    const { messages } = world.held();
    const card = messages.find(({ message }) => message.kind === "attention");
    expect(item?.at).toEqual({ channel: thread.channel, thread: thread.thread, message: card?.id });
    expect(item?.buttons.map(({ action }) => action)).toEqual(["approval.view"]);
    expect(item?.note).toContain(`asked for by ${run.subjectName}`);
  });

  it("APR-7: says until when in the zone of whoever reads, and is gone then", async () => {
    const { approval } = await ask();
    const at = (timeZone: string): string =>
      new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(
        approval.expiresAt,
      );
    for (const timeZone of ["Asia/Tokyo", "America/New_York"]) {
      const [item] = (await open({ ...bo, timeZone })).waiting.items;
      expect(item?.note).toContain(`expires`);
      expect(item?.note).toContain(at(timeZone));
    }
    world.clock.jump(approval.expiresAt - world.clock.now());
    expect(await waiting(bo)).toEqual([]);
  });

  it("APR-2: a vote or a decision takes it off the pages of those who look", async () => {
    const { approval } = await ask({ verdict: { quorum: 2 } });
    expect(await waiting(bo)).toEqual([act]);
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    await world.clock.advance(5_000);
    await home.idle();
    expect(world.platform.homes.at(-1)).toMatchObject({ to: bo.key, page: { waiting: { items: [] } } });
    expect(await waiting(ana)).toEqual([act]);
  });

  it("APR-10: a row that was edited in the database is nothing to decide", async () => {
    const { approval } = await ask();
    await world.store.write((tx) =>
      tx.approvals.change(approval, { ...approval, expiresAt: approval.expiresAt + 1 }),
    );
    expect(await waiting(bo)).toEqual([]);
  });

  it("OUT-4 HA3: what is asked in private is listed for who was asked, though others might decide it", async () => {
    const { key, name } = bo;
    await ask({ apart: (plain) => ({ ...plain, apart: "asked", privately: [{ key, name }] }) });
    expect(await waiting(bo)).toEqual([act]);
    expect(JSON.stringify(await open(ana))).not.toContain("x@corp.example");
  });
});
