// A schedule on Slack from the words that ask for it to what it posts, and what becomes of it when its owner's account is closed.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Schedule } from "../../src/domain/schedule.ts";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeMessage } from "../fakes/slack/types.ts";
import { finishes, says, uses } from "./product.ts";
import { kindOf, type SlackProduct, startSlackProduct, wordsOf } from "./slack-product.ts";

const config = `
agents:
  - name: deputy
    managers: ["slack:${ids.team}:${ids.bo}"]
`;

let folder: string;
let product: SlackProduct;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-app-"));
  await writeFile(path.join(folder, "deputy.config.yml"), config);
  product = await startSlackProduct({ folder });
});
afterAll(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

async function setUp(
  mark: string,
  owner: string = ids.ana,
): Promise<{ readonly asked: FakeMessage; readonly schedule: Schedule }> {
  const { slack, model, app } = product;
  const proposal = {
    what: `Tell what is new in ${mark}`,
    when: "0 9 * * 1-5",
    timezone: "Europe/Prague",
  };
  model.replyTo(`watch ${mark}`, uses(["schedule_task", proposal]), says("It is set up."));
  const person = slack.person(owner);
  const asked = await person.mentions(ids.general, `watch ${mark} every weekday at nine`);
  const card = await product.said(asked, "attention");
  const words = wordsOf(card);
  expect(words).toContain("Every weekday at 09:00 Europe/Prague");
  expect(new Set(words.match(/(?:Mon|Tue|Wed|Thu|Fri) \d+ \w+/g)).size).toBe(3);
  await person.clicks(card, "Approve");
  await product.said(asked, "result");
  const schedules = await app.edges.store.read((tx) => tx.schedules.list({ limit: 10 }));
  return { asked, schedule: schedules.find(({ what }) => what.includes(mark)) ?? fail() };
}

async function comesDue({ id }: Schedule): Promise<void> {
  const { store } = product.app.edges;
  const due = await store.write((tx) => tx.schedules.change(id, ["active"], { nextAt: Date.now() }));
  if (!due) throw new Error("The schedule is not active.");
}

async function scheduleNow({ id }: Schedule): Promise<Schedule | undefined> {
  return product.app.edges.store.read((tx) => tx.schedules.find(id));
}

function toldOf(mark: string): FakeMessage | undefined {
  return product.slack
    .botMessages()
    .find((one) => /I have paused the schedule/.test(wordsOf(one)) && wordsOf(one).includes(mark));
}

describe("app: schedules on Slack", () => {
  it("is asked for in words, confirmed on its card, and posts its results in a thread of its own", async () => {
    const { slack, model } = product;
    const { asked, schedule } = await setUp("the tickets");
    expect(schedule).toMatchObject({ owner: `slack:${ids.team}:${ids.ana}`, state: "active" });

    model.replyTo("what is new in the tickets", finishes("Two new tickets."));
    await comesDue(schedule);
    const result = await slack.until(() =>
      slack
        .botMessages(ids.general)
        .find((one) => kindOf(one) === "result" && wordsOf(one).includes("Two new tickets.")),
    );

    const opening = slack.message(ids.general, result.thread_ts ?? "");
    expect(result.thread_ts).not.toBe(asked.ts);
    expect(wordsOf(opening ?? fail())).toContain("Every weekday at 09:00 Europe/Prague");
    expect(wordsOf(result)).toContain(`<@${ids.ana}>`);
    expect(slack.callsTo("users.info").map(({ args }) => args["user"])).toContain(ids.ana);
    expect((await scheduleNow(schedule))?.nextAt).toBeGreaterThan(Date.now());
  });

  it("OS1: fires while Slack can't say who its owner is", async () => {
    const { slack, model } = product;
    const { schedule } = await setUp("the invoices");
    model.replyTo("what is new in the invoices", finishes("No new invoices."));
    slack.fault("users.info", { kind: "error", error: "internal_error" });
    await comesDue(schedule);

    await slack.until(() => slack.botMessages().find((one) => wordsOf(one).includes("No new invoices.")));
    expect(await scheduleNow(schedule)).toMatchObject({ state: "active" });
  });

  it("OPS-2: is paused as soon as Slack tells that its owner's account is closed", async () => {
    const { slack } = product;
    const { schedule } = await setUp("the vendors", ids.cem);
    await slack.deactivate(ids.cem, { tell: true });

    await expect.poll(() => scheduleNow(schedule)).toMatchObject({ state: "paused" });
    await slack.until(() => toldOf("the vendors"));
  });

  it("SF5: is paused when its owner's account is closed, and the agent's manager is told", async () => {
    const { slack } = product;
    const { schedule } = await setUp("the orders");
    await slack.deactivate(ids.ana);
    const runs = await product.app.edges.store.read((tx) => tx.runs.list({ limit: 100 }));
    await comesDue(schedule);

    const told = await slack.until(() => toldOf("the orders"));
    expect(slack.message(told.channel, told.ts)?.channel).toBe("D0BO");
    expect(await scheduleNow(schedule)).toMatchObject({ state: "paused" });
    expect(await product.app.edges.store.read((tx) => tx.runs.list({ limit: 100 }))).toHaveLength(
      runs.length,
    );
  });
});

function fail(): never {
  throw new Error("It is not there");
}
