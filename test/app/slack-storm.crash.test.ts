// Fifty runs at once in Slack, which holds each channel to one message a second. Among the crash tests, since it takes half a minute.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import { finishes, uses } from "./product.ts";
import { type SlackProduct, startSlackProduct, wordsOf } from "./slack-product.ts";

/** How many messages Slack lets through at once before it holds a channel to one a second. */
const burst = 4;

/** The most posts in a channel within any ten seconds. */
function fastestIn(slack: FakeSlack, channel: string): number {
  const times = slack
    .callsTo("chat.postMessage")
    .filter((call) => call.args["channel"] === channel)
    .map((call) => call.at);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 10_000).length));
}

describe("app: Slack, a storm", () => {
  let product: SlackProduct;
  beforeEach(async () => {
    product = await startSlackProduct();
  });
  afterEach(() => product.stop());

  it("loses no result and repeats none in a storm of 50 runs, at one message a second and channel", async () => {
    const { slack, model } = product;
    const runs = Array.from({ length: 50 }, (_, at) => `storm ${String(at).padStart(2, "0")}`);
    for (const run of runs)
      model.replyTo(
        run,
        uses(["set_plan", { title: run, steps: [{ text: "Answer", state: "doing" }] }]),
        finishes(`Over: ${run}.`),
      );
    const channels = [ids.general, ids.data, ids.secret, ids.group];
    const people = [ids.ana, ids.bo];

    const asked = await Promise.all(
      runs.map((run, at) =>
        slack.person(people[at % 2] ?? ids.ana).mentions(channels[at % 4] ?? ids.general, run),
      ),
    );
    const results = await Promise.all(
      asked.map((thread) => product.said(thread, "result", undefined, 120_000)),
    );

    expect(results.map(wordsOf).filter((words) => /Over: storm \d\d/.test(words))).toHaveLength(50);
    for (const thread of asked) expect(product.allSaid(thread, "result")).toHaveLength(1);
    for (const channel of channels) expect(fastestIn(slack, channel)).toBeLessThanOrEqual(10 + burst);
    expect(slack.callsTo("chat.postMessage").filter((call) => call.error === "ratelimited")).toEqual([]);
  });
});
