// The product on Slack, as people there see it: one scenario each, over a Slack that checks what it is sent.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeFile } from "../fakes/slack/types.ts";
import { finishes, uses } from "./product.ts";
import { kindOf, type SlackProduct, startSlackProduct, wordsOf } from "./slack-product.ts";

const plan = (...states: readonly string[]): readonly [string, object] => [
  "set_plan",
  {
    title: "Summarise sales.csv",
    steps: ["Read the file", "Ask about discounts", "Write the report"].map((text, at) => ({
      text,
      state: states[at],
    })),
  },
];
const csv = "region,revenue\nnorth,120\nsouth,80\n";

const report = (slack: FakeSlack): FakeFile | undefined =>
  [...slack.files.values()].find((file) => file.name === "report.md" && !file.pending);

describe.each(["http", "socket"] as const)("app: Slack over %s", (door) => {
  let product: SlackProduct;
  beforeAll(async () => {
    product = await startSlackProduct({ door });
  });
  afterAll(() => product.stop());

  it("does the whole job: mention, plan, question, answer, file, result", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    model.replyTo(
      "whole job",
      uses(plan("doing", "todo", "todo")),
      uses(["read_file", { path: "inbox/sales.csv" }]),
      uses(["ask_person", { question: "With or without discounts?", options: ["With", "Without"] }]),
      uses(plan("done", "done", "doing")),
      uses(["write_file", { path: "report.md", content: "# Sales\n\nTotal 200.\n" }]),
      finishes("Total revenue is **200**.", "report.md"),
    );

    const asked = await ana.mentions(ids.general, "whole job, please", {
      files: [{ name: "sales.csv", content: csv }],
    });
    const question = await product.said(asked, "attention");
    const askedWords = wordsOf(question);
    await slack.until(() => slack.session(asked.channel, asked.ts)?.status === "suspended" || undefined);
    const click = await ana.clicks(question, "Without");
    const result = await product.said(asked, "result");
    const card = await product.said(asked, "card", (one) => wordsOf(one).includes("Done"));

    expect(click).toMatchObject({ status: 200, warned: false });
    expect(askedWords).toContain(`<@${ids.ana}>`);
    await slack.until(() => wordsOf(question).includes("Decided") || undefined);
    expect(wordsOf(question)).not.toContain(`<@${ids.ana}>`);
    expect(wordsOf(result)).toContain("Total revenue is **200**.");
    await slack.until(() => report(slack));
    expect(report(slack)?.content.toString()).toContain("Total 200.");
    expect(card.edits.length).toBeGreaterThan(0);
    expect(card.blocks.some((block) => block["type"] === "plan")).toBe(true);
    for (const kind of ["card", "attention", "result"] as const) {
      expect(product.allSaid(asked, kind)).toHaveLength(1);
    }
    await slack.until(() => slack.session(asked.channel, asked.ts)?.status === "active" || undefined);
    expect(slack.callsTo("chat.postMessage").every((call) => call.error !== "invalid_blocks")).toBe(true);
  });

  it("I1, ING-2, ux d.1: takes three deliveries of one event for one", async () => {
    const { slack, model } = product;
    model.replyTo("thrice", finishes("Once."));
    const asked = await slack.person(ids.ana).mentions(ids.general, "thrice");
    for (const delivery of slack.deliveries.slice()) {
      if (JSON.stringify(delivery.payload).includes("thrice")) {
        await slack.redeliver(delivery);
        await slack.redeliver(delivery);
      }
    }

    await product.said(asked, "result");

    expect(model.requests.filter((request) => JSON.stringify(request.body).includes("thrice"))).toHaveLength(
      1,
    );
    expect(product.allSaid(asked, "result")).toHaveLength(1);
  });

  it("is a personal assistant in a DM, each thread a conversation", async () => {
    const { slack, model } = product;
    model.replyTo("privately", finishes("Only for you."));

    const asked = await slack.person(ids.ana).says("D0ANA", "privately, please");
    const result = await product.said(asked, "result");

    expect(wordsOf(result)).toContain("Only for you.");
    const [run] = await product.app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    expect(run).toMatchObject({ mode: "assistant", subject: `slack:${ids.team}:${ids.ana}` });
  });

  it("I10: is steered by its subject, and by nobody else", async () => {
    const { slack, model } = product;
    model.replyTo(
      "steered",
      uses(["ask_person", { question: "Go on?", options: ["Yes"] }]),
      finishes("Steered."),
    );
    const ana = slack.person(ids.ana);
    const asked = await ana.mentions(ids.data, "steered work");
    const question = await product.said(asked, "attention");

    const refused = await slack.person(ids.bo).clicks(question, "Yes");
    const told = await slack.until(() =>
      slack.ephemerals.find((note) => note.user === ids.bo && note.thread_ts === asked.ts),
    );
    await ana.says(ids.data, "Yes, but only EU vendors", { thread: asked.ts });
    const result = await product.said(asked, "result");

    expect(refused.warned).toBe(false);
    expect(told.text).toContain("Ana");
    expect(wordsOf(result)).toContain("Steered.");
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain("only EU vendors");
  });
});

describe("app: Slack, stopping", () => {
  let product: SlackProduct;
  beforeAll(async () => {
    product = await startSlackProduct();
  });
  afterAll(() => product.stop());

  it.each([
    ["the native button", (asked) => product.slack.person(ids.ana).stops(asked)],
    [
      "a word in the thread",
      (asked) => product.slack.person(ids.ana).says(asked.channel, "stop", { thread: asked.ts }),
    ],
    [
      "the run card",
      async (asked) => product.slack.person(ids.ana).clicks(await product.said(asked, "card"), "Stop"),
    ],
    ["the slash command", (asked) => product.slack.person(ids.ana).slash("/deputy", "stop", asked.channel)],
  ] as readonly (readonly [string, (asked: { channel: string; ts: string }) => Promise<unknown>])[])(
    "by %s",
    async (how, stop) => {
      const { slack, model } = product;
      model.replyTo(how, uses(plan("doing", "todo", "todo")), { kind: "silence" });
      const asked = await slack.person(ids.ana).mentions(ids.general, `work until ${how}`);
      await product.said(asked, "card");
      await slack.until(() => slack.session(asked.channel, asked.ts)?.status === "processing" || undefined);

      await stop(asked);
      const result = await product.said(asked, "result");

      expect(wordsOf(result)).toMatch(/Stopped by Ana/);
      await slack.until(() => slack.session(asked.channel, asked.ts)?.status === "active" || undefined);
      expect(product.allSaid(asked, "result")).toHaveLength(1);
    },
  );
});

describe("app: Slack, posting exactly once", () => {
  let product: SlackProduct;
  beforeAll(async () => {
    product = await startSlackProduct();
  });
  afterAll(() => product.stop());

  it("I2: looks for a post whose answer was lost before it posts again", async () => {
    const { slack, model } = product;
    model.replyTo("lost answer", finishes("Said once."));
    slack.fault("chat.postMessage", { kind: "lost" }, 1);

    const asked = await slack.person(ids.ana).mentions(ids.general, "lost answer");
    await product.said(asked, "result");
    const unsaid = () => product.app.edges.store.read((tx) => tx.outbox.countDue(Date.now() + 60_000));
    await expect.poll(unsaid).toBe(0);

    expect(slack.callsTo("conversations.replies").length).toBeGreaterThan(0);
    expect(slack.session(asked.channel, asked.ts)?.status).toBe("active");
    expect(product.allSaid(asked, "result")).toHaveLength(1);
    const tries = slack
      .callsTo("chat.postMessage")
      .filter((call) => JSON.stringify(call).includes("Said once."));
    expect(tries).toHaveLength(1);
  });

  it("says it in plain words when the blocks are refused", async () => {
    const { slack, model } = product;
    model.replyTo("plain words", finishes("In plain words."));
    slack.fault("chat.postMessage", { kind: "error", error: "invalid_blocks" }, 1);

    const asked = await slack.person(ids.ana).mentions(ids.general, "plain words");
    const said = await slack.until(() =>
      slack.thread(asked.channel, asked.ts).find((one) => wordsOf(one).includes("In plain words.")),
    );

    expect(kindOf(said)).toBeDefined();
  });

  it("says in the log and in readiness that its token was taken, and keeps the run", async () => {
    const { slack, model, app } = product;
    model.replyTo(
      "revoked",
      uses(["ask_person", { question: "Go on?", options: ["Yes"] }]),
      finishes("Done."),
    );
    const asked = await slack.person(ids.ana).mentions(ids.secret, "revoked token");
    await product.said(asked, "attention");

    await slack.revokeTokens();
    const ready = await fetch(`${app.url}/readyz`);

    expect(await ready.text()).toMatch(/token|no longer installed|revoked/i);
    expect(JSON.stringify(product.log)).toMatch(/revoked/);
    const [run] = await app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    expect(run?.state).toBe("waiting");
  });
});

describe("app: Slack, a dropped socket", () => {
  it("loses nothing that Slack sends again", async () => {
    const slack = await startFakeSlack({ retryDelays: Array.from({ length: 60 }, () => 500) });
    const product = await startSlackProduct({ door: "socket", slack });
    const { model } = product;
    model.replyTo("after the gap", finishes("Heard."));

    slack.dropSockets(2_000);
    const asked = await slack.person(ids.ana).mentions(ids.general, "after the gap");
    const result = await product.said(asked, "result");

    expect(wordsOf(result)).toContain("Heard.");
    await product.stop();
    await slack.close();
  });
});
