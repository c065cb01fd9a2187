// Who an author is, where their platform had not said so when they were heard (KA1, KA2).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Standing } from "../../src/chat/contract.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { Person } from "../../src/domain/person.ts";
import { refusedPlaces, uncheckedClick } from "../../src/runtime/voice/replies.ts";
import { askApproval } from "./asked-approval.ts";
import { ana, createGatewayWorld, type GatewayWorld, thread } from "./gateway-world.ts";

const unchecked: Person = { ...ana, kind: "external", unchecked: true };
let world: GatewayWorld;
let asked: number;
let says: () => Standing | undefined;

beforeEach(async () => {
  asked = 0;
  says = () => "member";
  world = await createGatewayWorld({
    standing: async () => {
      asked += 1;
      return says();
    },
  });
});
afterEach(() => world.close());

async function hears(text: string): Promise<void> {
  await world.hear(text, { by: unchecked });
  await world.settle();
}

const kinds = async (): Promise<string[]> => {
  const { id } = await world.conversation();
  const rows = await world.store.read((tx) => tx.inbox.history(id, world.clock.now() + 1, 9));
  return rows.map(({ event }) => `${event.author.kind}${event.author.unchecked ? "?" : ""}`);
};
const told = (): string[] =>
  world.held(thread).whispers.map(({ message }) => ("text" in message ? message.text : ""));

describe("gateway: authors whom nobody has described", () => {
  it("KA1: is asked for before the words are acted on, and the words are a member's then", async () => {
    await hears("@deputy compare the vendors");

    expect(await world.runs()).toMatchObject([{ subject: ana.key }]);
    expect(await kinds()).toEqual(["member"]);
    expect(asked).toBe(1);
  });

  it("KA2, ID-2: what was said of them within five minutes holds, across processes; later it is asked anew", async () => {
    await hears("@deputy compare");
    world.restart();
    await hears("help");
    expect(asked).toBe(1);

    world.clock.jump(301_000);
    await hears("help");
    expect(asked).toBe(2);
  });

  it("KA2: while the platform can't say, what it said within the last day holds, and no longer", async () => {
    await hears("help");
    says = () => undefined;
    world.clock.jump(3_600_000);
    await hears("@deputy compare");
    expect(await world.runs()).toHaveLength(1);

    world.clock.jump(24 * 3_600_000);
    await hears("stop");
    expect(told().at(-1)).toBe(refusedPlaces.unchecked);
  });

  it("KA2: is asked for once, however many words of theirs wait in however many places", async () => {
    const elsewhere = { ...thread, thread: "t2" };
    await world.hear("@deputy compare", { by: unchecked });
    await world.hear("@deputy compare", { by: unchecked, conversation: elsewhere });
    await world.settle();
    await world.hear("@deputy once more", { by: unchecked, conversation: { ...thread, thread: "t3" } });
    await world.settle();

    expect(await world.runs()).toHaveLength(3);
    expect(asked).toBeLessThan(3);
  });

  it.each(["guest", "external", "absent", "gone"] as const)("KA1: a %s starts nothing", async (standing) => {
    says = () => standing;
    await hears("@deputy compare");

    expect(await world.runs()).toEqual([]);
    expect(told()).toEqual([refusedPlaces.guest]);
  });

  it("KA1: where the platform can't say, nothing is begun, they are told, and the next time it is asked again", async () => {
    says = () => undefined;
    await hears("@deputy compare");
    expect(await world.runs()).toEqual([]);
    expect(told()).toEqual([refusedPlaces.unchecked]);

    says = () => "member";
    await hears("@deputy compare");
    expect(await world.runs()).toHaveLength(1);
  });

  it("KA1: a click is decided when it is known whose it is", async () => {
    await world.hear("@deputy ask me");
    await world.settle();
    const run = await world.run();
    if (!run) throw new Error("no run");
    const wait = await world.park(run, { kind: "question", question: "Which?", options: ["North"] });
    says = () => "guest";
    await world.click("run.stop", run.id, { by: { ...unchecked, key: ana.key } });
    await world.click("question.answer", `${wait.id}.0`, { by: unchecked });
    await world.settle();

    expect(asked).toBe(0); // Ana is known
    expect((await world.run())?.state).not.toBe("waiting");
  });

  it("nobody is asked about people who talk to each other", async () => {
    await world.hear("lunch?", { by: unchecked, mentionsAgent: false });
    await world.settle();

    expect(asked).toBe(0);
    expect(await kinds()).toEqual(["external?"]);
  });
});

describe("gateway: who decides about an act, and was not described (KA3)", () => {
  const clicks = async (approval: Approval) => {
    await world.click("approval.approve", approval.id, { by: unchecked });
    await world.settle();
    return (await world.store.read((tx) => tx.approvals.find(approval.id)))?.state;
  };

  it("KA3: the click is kept, and counts when the platform has said that they are a member", async () => {
    const { approval } = await askApproval(world);
    expect(await clicks(approval)).toBe("approved");
    const stored = await world.store.read((tx) => tx.approvals.find(approval.id));
    expect(stored?.votes).toMatchObject([{ by: ana.key, byName: "Ana" }]);
  });

  it("KA3, ID-2: what was said of them a moment ago decides nothing while the platform can't say; they are told, and it stays open", async () => {
    const { approval } = await askApproval(world);
    await hears("help");
    says = () => undefined;
    expect(await clicks(approval)).toBe("pending");
    expect(told().at(-1)).toBe(uncheckedClick);

    says = () => "member";
    expect(await clicks(approval)).toBe("approved");
  });

  it("KA3, ID-2: a member of a moment ago who is a guest now decides nothing", async () => {
    const { approval } = await askApproval(world);
    await hears("help");
    says = () => "guest";
    expect(await clicks(approval)).toBe("pending");
  });
});
