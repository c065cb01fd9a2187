// Whose private matter it is decides what becomes of what was kept back (OUT-4).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directLine } from "../../src/domain/conversation.ts";
import type { ResultMessage } from "../../src/domain/outbox.ts";
import { notice } from "../../src/runtime/voice/notice.ts";
import type { Run } from "../../src/domain/run.ts";
import { aResult } from "../chat/outgoing.ts";
import { gone } from "../../src/runtime/voice/replies.ts";
import { ana, bo, createGatewayWorld, type GatewayWorld, thread, whispers } from "./gateway-world.ts";

const secret = "Ana earns 4,711 a month";

describe("gateway/withheld-actions", () => {
  let world: GatewayWorld;
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("look it up");
    await world.settle();
    const started = await world.run();
    if (!started) throw new Error("There is no run");
    run = started;
    const { id, tenant, conversation } = run;
    const said = { key: "share:1", message: notice(secret) };
    await world.store.write((tx) =>
      tx.withheld.add({ id: "held:1", tenant, run: id, conversation, owners: [ana.key], said, createdAt: 0 }),
    );
  });
  afterEach(() => world.close());

  const states = async (): Promise<string[]> =>
    (await world.store.read((tx) => tx.withheld.ofRun(run.id))).map(({ state }) => state);
  const open = (): string => JSON.stringify(world.held().messages);

  it("OUT-4 WA1: shows it to its owner and to nobody else", async () => {
    await world.click("result.show_privately", run.id, { by: bo });
    await world.click("result.post_here", run.id, { by: bo });
    await world.settle();
    expect(await states()).toEqual(["held"]);
    expect(whispers(world.held(), bo).join()).not.toContain(secret);

    await world.click("result.show_privately", run.id);
    await world.settle();
    expect(whispers(world.held(), ana).join()).toContain(secret);
    expect(open()).not.toContain(secret);
    expect(await states()).toEqual(["shown"]);
  });

  it("OUT-4 AC2: a click elsewhere decides nothing, whoever clicks", async () => {
    const conversation = { ...thread, thread: "t9" };
    for (const by of [ana, bo])
      for (const button of ["result.show_privately", "result.post_here"] as const) {
        await world.click(button, run.id, { by, conversation });
        await world.settle();
      }
    expect(await states()).toEqual(["held"]);
    expect(whispers(world.held(conversation), bo)).toEqual([gone, gone]);
    expect(JSON.stringify(world.held(conversation))).not.toContain(secret);
  });

  it("OUT-4 WA2: posts it once, when its owner says so", async () => {
    await world.click("result.post_here", run.id);
    await world.click("result.post_here", run.id);
    await world.settle();

    expect(open().split(secret)).toHaveLength(2);
    expect(await states()).toEqual(["posted"]);
    expect(whispers(world.held(), ana).join()).toContain("posted here already");
  });

  it("OUT-4 WA3: shows it whole: files go to the direct messages of its owner, and not to the thread", async () => {
    const { id, tenant, conversation } = run;
    const sha256 = await world.workspaces.blobs.put(Buffer.from(secret));
    const files = [{ name: "pay.csv", sha256, sizeBytes: secret.length }];
    const said = { key: "share:2", message: notice("Here", files) };
    await world.store.write((tx) =>
      tx.withheld.add({ id: "held:2", tenant, run: id, conversation, owners: [ana.key], said, createdAt: 1 }),
    );
    await world.click("result.show_privately", run.id);
    await world.settle();
    const sent = world.held(directLine(ana.key, tenant)).messages;
    expect(sent.flatMap((one) => one.files.map(({ name }) => name))).toEqual(["pay.csv"]);
    expect(JSON.stringify(sent)).toContain(secret);
    expect(whispers(world.held(), ana).join()).toContain("in a direct message");
    expect(open()).not.toContain("pay.csv");
  });

  const offered: ResultMessage = aResult({
    buttons: [{ action: "result.post_here", value: "run_1", label: "Post here", style: "plain" }],
  });
  const people = [
    ...["Ana", "Bo", "Cy", "Di", "Ed", "Fay"].map((name) => ({ name, kind: "member" }) as const),
    { name: "Gus", kind: "guest" } as const,
    { name: "Eve", kind: "external" } as const,
  ];

  it.each([
    [
      { count: 8, people, open: false },
      "8 people read here: Ana, Bo, Cy, Di, Ed and 3 more. Guests among them: Gus. From other organisations: Eve.",
    ],
    [
      { count: 1, people: [{ name: "Ana", kind: "member" }], open: true },
      "One person reads here: Ana. Everybody in the organisation can read it, and join.",
    ],
    [{ count: 900, people: [], open: false }, "900 people read here. Not all of them could be looked up."],
    [undefined, "take it that everybody in the organisation does, and others"],
  ] as const)("OUT-4 WI1: what offers to post says who will see it: %j", async (audience, words) => {
    world.platform.audience = () =>
      audience ? Promise.resolve(audience) : Promise.reject(new Error("not told"));
    await world.say({
      key: "offer",
      tenant: run.tenant,
      conversation: run.conversation,
      op: { op: "post", message: offered },
    });
    const last = world.held().messages.at(-1)?.message;
    expect(last).toMatchObject({
      text: expect.stringContaining(words),
      buttons: [{ confirm: expect.stringContaining(words) }],
    });
  });
});
