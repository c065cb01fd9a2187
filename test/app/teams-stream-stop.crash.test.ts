// An answer in a personal chat of Teams while it is written, to its end and to a Stop: the whole product, a fake Bot Connector that holds to
// Microsoft's rules. Among the crash tests because it takes its time; parity.e2e.test.ts has the short of it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGate } from "../fakes/gate.ts";
import { teamsIds } from "../fakes/teams/fake-teams.ts";
import { finishes } from "./product.ts";
import { startTeamsProduct, type TeamsProduct, wordsOf } from "./teams-product.ts";

let product: TeamsProduct;
beforeAll(async () => {
  product = await startTeamsProduct();
});
afterAll(() => product.stop());

const summary =
  "Vendor B is the cheapest of the three that you named, and it delivers sooner.\n\n" +
  "- A costs **12 %** more.\n- C has no stock at all, and does not say when it will.";

/** As a model writes: half of it, and the rest when the gate is opened. */
const slowly = (until: Promise<void>) => ({ ...finishes(summary), pause: { events: 3, until } });
const streamIn = (chat: string) => product.teams.streams.find(({ conversation }) => conversation === chat);
const answerIn = (chat: string) =>
  product.teams.until(() => streamIn(chat)?.shown.find(({ type }) => type === "streaming"));
/** Without its hello. */
const saidIn = (chat: string) =>
  product.teams.said(chat).filter((one) => !wordsOf(one).includes("Where I listen"));
const runAbout = async (words: string) => {
  const runs = await product.app.edges.store.read((tx) => tx.runs.list({ limit: 10 }));
  return runs.find(({ goal }) => goal.includes(words));
};

describe.concurrent("app: an answer in a personal chat of Teams", () => {
  it("T-M8: is shown while it is written, and the message that is said is what was shown", async ({
    expect,
  }) => {
    const gate = createGate();
    const ana = product.teams.person(teamsIds.ana);
    product.model.replyTo("cheapest vendor", slowly(gate.opened));
    await ana.says(ana.chat, "who is the cheapest vendor");

    const { text } = await answerIn(ana.chat);
    expect(summary.startsWith(text)).toBe(true);
    expect(saidIn(ana.chat)).toEqual([]);
    gate.open();
    const result = await product.teams.until(() => saidIn(ana.chat)[0]);
    expect(result.id).toBe(streamIn(ana.chat)?.id);
    expect(wordsOf(result)).toContain("C has no stock at all");
    await expect
      .poll(() => product.app.edges.store.read((tx) => tx.outbox.countDue(Date.now() + 60_000)))
      .toBe(0);
    expect(saidIn(ana.chat)).toHaveLength(1);
    expect((await runAbout("cheapest vendor"))?.state).toBe("done");
  });

  it("LW3: Stop in the client stops the run, and one message says so", async ({ expect }) => {
    const bo = product.teams.person(teamsIds.bo);
    const gate = createGate();
    product.model.replyTo("slow work", slowly(gate.opened));
    await bo.says(bo.chat, "do some slow work");
    await answerIn(bo.chat);

    product.teams.stopsStream(bo.chat);
    await expect.poll(async () => (await runAbout("slow work"))?.state).toBe("stopped");
    await product.teams.until(() => saidIn(bo.chat).find((one) => wordsOf(one).includes("Stopped")));
    gate.open();
    expect(saidIn(bo.chat)).toHaveLength(1);
    expect(saidIn(bo.chat).map(wordsOf).join()).not.toContain("cheapest");
  });
});

describe("app: what was shown", () => {
  it("leaves nothing behind in the log", () => {
    expect(product.log.filter(({ level }) => level === "error")).toEqual([]);
  });
});
