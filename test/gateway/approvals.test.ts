// Who decides an approval, where, once (APR-2 to APR-7; A4, A6).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { personKey } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { Run } from "../../src/domain/run.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
import { gone } from "../../src/runtime/voice/replies.ts";
import { fixedTools } from "../../src/tools/source.ts";
import { testSeal } from "../support/open-stages.ts";
import { askApproval, type Given, mail } from "./asked-approval.ts";
import {
  ada,
  ana,
  bo,
  createGatewayWorld,
  dm,
  type GatewayWorld,
  guest,
  thread,
  whispers,
} from "./gateway-world.ts";

let world: GatewayWorld;
const ask = (given: Given = {}) => askApproval(world, given);
beforeEach(async () => {
  world = await createGatewayWorld({
    approvals: { groups: { finance: [bo.key] }, tools: fixedTools([mail]) },
  });
});
afterEach(() => world.close());

async function stateOf({ id }: Approval): Promise<string | undefined> {
  return (await world.store.read((tx) => tx.approvals.find(id)))?.state;
}

async function stateOfRun({ id }: Run): Promise<string | undefined> {
  return (await world.store.read((tx) => tx.runs.find(id)))?.state;
}

async function events(run: Run): Promise<string[]> {
  const rows = await world.store.read((tx) => tx.audit.ofRun(run.id));
  return rows.map(({ type }) => type).filter((type) => type.startsWith("approval."));
}

describe("gateway/approvals", () => {
  it("APR-2 APR-6: one click approves, wakes the run, and shows who, when and the digest; a second changes nothing", async () => {
    const { run, approval } = await ask();
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    await world.click("approval.deny", approval.id, { by: ana });
    await world.settle();

    expect(await stateOf(approval)).toBe("approved");
    expect(await stateOfRun(run)).toBe("queued");
    expect(await events(run)).toEqual(["approval.approved", "approval.attempted"]);
    const said = JSON.stringify(await world.store.read((tx) => tx.outbox.list(run.conversation, 100)));
    expect(said).toContain("Bo: Approved");
    expect(said).toContain("This was decided already: Bo approved it.");
    expect(said).toContain(approval.digest.slice(0, 12));
  });

  const strangers: readonly (readonly [string, typeof ana, Given, string])[] = [
    ["somebody it is not for", ada, {}, "You cannot decide this"],
    ["a guest, though named", guest, { verdict: { approvers: [guest.key] } }, "Guests"],
    ["who asked, where four eyes are wanted", ana, { verdict: { notRequester: true } }, "You asked for this"],
    ["who asked, where it is about money", ana, { effect: "money" }, "You asked for this"],
  ];
  it.each(strangers)(
    "APR-3 A4: %s gets an answer, is on record, and the card stays",
    async (_who, by, given, told) => {
      const { run, approval } = await ask(given);
      await world.click("approval.approve", approval.id, { by });
      await world.settle();

      expect(await stateOf(approval)).toBe("pending");
      expect(await stateOfRun(run)).toBe("waiting");
      expect(await events(run)).toEqual(["approval.attempted"]);
      expect(JSON.stringify(await world.store.read((tx) => tx.outbox.list(run.conversation, 100)))).toContain(
        told,
      );
    },
  );

  it("OPS-2 APR-3: whose access was withdrawn since the card was made decides nothing", async () => {
    const { run, approval } = await ask();
    const brake = { id: "brk_1", kind: "person", name: bo.key, pulledBy: "cli:op", pulledAt: 1 } as const;
    await world.store.write((tx) => tx.brakes.pull(brake));
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();

    expect(await stateOf(approval)).toBe("pending");
    expect(await events(run)).toEqual(["approval.attempted"]);
    const said = JSON.stringify(await world.store.read((tx) => tx.outbox.list(run.conversation, 100)));
    expect(said).toContain("An operator has withdrawn your access");
  });

  it("APR-6: counts where the card is, and nowhere else", async () => {
    const { approval } = await ask();
    await world.click("approval.approve", approval.id, { by: bo, conversation: { ...thread, thread: "t9" } });
    await world.settle();

    expect(await stateOf(approval)).toBe("pending");
  });

  const buttons = ["approval.approve", "approval.deny", "approval.view", "approval.edit"] as const;
  it.each(buttons)(
    "APR-6: %s that names no approval does nothing, and whoever pressed is told",
    async (button) => {
      const { approval, run } = await ask();
      const other = await world.hear("@deputy and this", { conversation: dm, mentionsAgent: true });
      await world.settle();
      const elsewhere = (await world.runs()).find(({ id }) => id !== run.id);
      if (!elsewhere) throw new Error(`no run of ${other.messageId}`);
      const question = await world.park(elsewhere, { kind: "question", question: "Which?", options: [] });
      for (const value of ["apr_none", "wait_none", "", "__proto__", question.id]) {
        await world.click(button, value, { conversation: dm, text: '{"to":"y@corp.example"}' });
        await world.settle();
      }

      expect(await stateOf(approval)).toBe("pending");
      expect((await world.store.read((tx) => tx.waits.find(question.id)))?.state).toBe("open");
      expect(whispers(world.held(dm), ana).filter((text) => text === gone)).toHaveLength(5);
    },
  );

  it("APR-3: a quorum of two takes two people, and one of them counts once", async () => {
    const { approval, run } = await ask({ verdict: { quorum: 2 } });
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    expect(await stateOf(approval)).toBe("pending");
    const said = JSON.stringify(await world.store.read((tx) => tx.outbox.list(run.conversation, 100)));
    expect(said).toContain("Approved so far by Bo");
    expect(whispers(world.held(), bo).join()).toContain("You have decided on this already");
    await world.click("approval.approve", approval.id, { by: ana });
    await world.settle();
    expect(await stateOf(approval)).toBe("approved");
  });

  it("APR-3: the card of a quorum waits for somebody who has not decided yet", async () => {
    const { approval, run } = await ask({ verdict: { quorum: 2 } });
    await world.store.write((tx) => tx.people.see(bo, thread.tenant, world.clock.now()));
    const waitsFor = async (): Promise<string | undefined> => {
      const [card] = world
        .held()
        .messages.flatMap(({ message }) => (message.kind === "attention" ? [message] : []));
      return card?.mentionName;
    };
    await world.settle();
    expect(await waitsFor()).toBe("Ana");

    await world.click("approval.approve", approval.id, { by: ana });
    await world.pass(10_000); // edits are paced
    expect(await stateOfRun(run)).toBe("waiting");
    expect(await waitsFor()).toBe("Bo");
  });

  it("APR-3, LK1: two keys of one person are one in a quorum, also for a week after they were unlinked", async () => {
    const boElsewhere: Person = { ...bo, key: personKey("other", "t2", "bo") };
    const verdict = { quorum: 2, approvers: ["group:finance", "requester", boElsewhere.key] };
    const { approval } = await ask({ verdict });
    await world.store.write((tx) =>
      tx.personLinks.link(bo.key, boElsewhere.key, { fresh: "who_1", now: world.clock.now() }),
    );
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    await world.click("approval.approve", approval.id, { by: boElsewhere });
    await world.settle();
    expect(await stateOf(approval)).toBe("pending");

    await world.store.write((tx) => tx.personLinks.unlink(bo.key, world.clock.now()));
    await world.click("approval.approve", approval.id, { by: boElsewhere });
    await world.settle();
    expect(await stateOf(approval)).toBe("pending");
    await world.click("approval.approve", approval.id, { by: ana });
    await world.settle();
    expect(await stateOf(approval)).toBe("approved");
  });

  it("APR-9: what was asked, decided, refused and left is counted, with the time that it took", async () => {
    const first = await ask();
    world.clock.jump(1_500);
    await world.click("approval.approve", first.approval.id, { by: ada });
    await world.click("approval.deny", first.approval.id, { by: bo });
    await world.settle();
    const notes = world.notes.filter(({ kind }) => kind === "approval");
    expect(notes).toMatchObject([{ outcome: "refused" }, { outcome: "denied" }]);
    const [, denied] = notes;
    expect(denied?.kind === "approval" && denied.ms).toBeGreaterThanOrEqual(1_500);

    await world.click("run.stop", first.run.id);
    await world.settle();
    expect(world.notes.find(({ kind }) => kind === "ended")).toMatchObject({ asked: 1 });
  });

  it("APR-4: words approve nothing; whoever may steer has it asked again", async () => {
    const { approval, run } = await ask();
    await world.hear("yes, approved", { by: bo });
    await world.settle();
    expect(await stateOf(approval)).toBe("pending");
    await world.click("question.answer", approval.wait, { by: ana, text: "Approved" });
    await world.settle();
    expect(await stateOf(approval)).toBe("pending");
    await world.hear("yes, approved", { mentionsAgent: true });
    await world.settle();
    expect(await stateOf(approval)).toBe("superseded");
    expect(await stateOfRun(run)).toBe("queued");
  });

  it("APR-7: expired is denied, also where the click comes before the sweeper", async () => {
    const { approval, run } = await ask();
    await world.clock.advance(1_800_001);
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    expect(await stateOf(approval)).toBe("expired");
    expect(await stateOfRun(run)).toBe("queued");
    const wait = await world.store.read((tx) => tx.waits.find(approval.wait));
    if (wait) await expireWait(world.gateway.desk, world.gateway.approvals, wait);
    expect(await events(run)).toEqual(["approval.attempted", "approval.expired"]);
  });

  it("APR-10: a row that somebody else changed is closed, not decided", async () => {
    const { approval } = await ask();
    const forged = { ...approval, arguments: '{"to":"evil@x.example"}' };
    await world.store.write((tx) => tx.approvals.change(approval, forged));
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();

    expect(await stateOf(approval)).toBe("cancelled");
  });

  it("APR-10: an edit does not seal anew what somebody else wrote into the row", async () => {
    const { approval, run } = await ask();
    const forged = { ...approval, facts: { ...approval.facts, approvers: [[ada.key]] } };
    await world.store.write((tx) => tx.approvals.change(approval, forged));
    await world.click("approval.edit", approval.id, { by: ada, text: '{"to":"y@corp.example"}' });
    await world.settle();

    const all = await world.store.read((tx) => tx.approvals.forRun(run.id));
    expect(all.map(({ id, state }) => [id, state])).toEqual([[approval.id, "pending"]]);
    expect(whispers(world.held(), ada).join()).toContain("changed in the database by somebody else");
  });

  it("APR-7: an edit that comes late approves nothing", async () => {
    const { approval, run } = await ask();
    world.clock.jump(1_800_001);
    await world.click("approval.edit", approval.id, { by: bo, text: '{"to":"y@corp.example"}' });
    await world.settle();

    const all = await world.store.read((tx) => tx.approvals.forRun(run.id));
    expect(all.map(({ state }) => state)).not.toContain("approved");
  });

  it("APR-1: edited and approved is another approval, with a digest of its own", async () => {
    const { approval, run } = await ask();
    await world.click("approval.edit", approval.id, { by: bo, text: '{"to":"y@corp.example"}' });
    await world.settle();
    const all = await world.store.read((tx) => tx.approvals.forRun(run.id));
    const edited = all.find(({ id }) => id !== approval.id);

    expect(await stateOf(approval)).toBe("superseded");
    expect(edited).toMatchObject({ state: "approved", arguments: '{"to":"y@corp.example"}' });
    expect(edited?.digest).not.toBe(approval.digest);
    expect(edited && testSeal.holds(edited)).toBe(true);
    expect(await stateOfRun(run)).toBe("queued");
  });

  it("APR-1: edited arguments that don't fit the tool change nothing", async () => {
    const { approval } = await ask();
    for (const text of ['{"to":7}', "to: y"]) {
      await world.click("approval.edit", approval.id, { by: bo, text });
      await world.settle();
    }
    await world.click("approval.edit", approval.id, { by: ada, text: '{"to":"y"}' });
    await world.settle();

    expect(await stateOf(approval)).toBe("pending");
    expect(whispers(world.held(), bo).join()).toMatch(/don't fit[^]*couldn't read that as JSON/);
    expect(whispers(world.held(), ada).join()).toContain("You cannot decide this");
  });

  it("APR-1 APR-2: what is decided already is not edited any more", async () => {
    const { approval, run } = await ask();
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();
    await world.click("approval.edit", approval.id, { by: bo, text: '{"to":"y@corp.example"}' });
    await world.settle();

    const all = await world.store.read((tx) => tx.approvals.forRun(run.id));
    expect(all.map(({ state }) => state)).toEqual(["approved"]);
    expect(await events(run)).toEqual(["approval.approved", "approval.attempted"]);
  });

  it("APR-5: View all shows everything, to who clicked", async () => {
    const { approval, run } = await ask();
    await world.click("approval.view", approval.id, { by: bo });
    await world.settle();
    const entries = await world.store.read((tx) => tx.outbox.list(run.conversation, 100));
    const whisper = entries.find(({ op }) => op.op === "whisper");

    expect(JSON.stringify(whisper)).toContain("to: x@corp.example");
    expect(JSON.stringify(whisper)).toContain(approval.digest.slice(0, 12));
  });

  it("APR-2: a stop closes what was asked, and a click after it changes nothing", async () => {
    const { approval, run } = await ask();
    await world.click("run.stop", run.id);
    await world.settle();
    await world.click("approval.approve", approval.id, { by: bo });
    await world.settle();

    expect(await stateOf(approval)).toBe("cancelled");
    expect(await stateOfRun(run)).toBe("stopped");
  });

  it("APR-8: allowed for this run it stands, within limits", async () => {
    const { approval } = await ask({ place: dm });
    await world.click("approval.approve", `${approval.id}.run`, { conversation: dm });
    await world.settle();
    const after = await world.store.read((tx) => tx.approvals.find(approval.id));

    expect(after).toMatchObject({ state: "approved", standing: { most: 20 } });
  });
});
