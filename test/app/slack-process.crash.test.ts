// Slack and a real process of the product, as it is started: what a kill between a post and its record leaves behind (I1, I2).

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import { printed, startDeputy } from "../support/child.ts";
import { finishes, settingsOf } from "./product.ts";
import { kindOf, wordsOf } from "./slack-product.ts";

describe("app: Slack and a process", () => {
  let folder: string;
  let model: FakeOpenAi;
  let slack: FakeSlack;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-slack-process-"));
    model = await startFakeOpenAi();
    slack = await startFakeSlack({ retryDelays: [1_000, 6_000, 30_000] });
  });
  afterEach(async () => {
    await kill();
    await slack.close();
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<void> => {
    child = startDeputy(["start"], {
      ...settingsOf(folder, model),
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
    });
    const [, url = ""] = await printed(child, /"url":"(http:[^"]+)"/);
    slack.deliverTo(`${url}/slack/events`);
  };
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  const results = (channel: string, ts: string): number =>
    slack.thread(channel, ts).filter((one) => kindOf(one) === "result").length;

  const said = (channel: string, ts: string, words: string): number =>
    slack.thread(channel, ts).filter((one) => wordsOf(one).includes(words)).length;

  it("I2: killed between a post and its record, it does not say it again", async () => {
    await start();
    model.replyTo("said before the kill", finishes("Said once."));
    slack.fault("chat.postMessage", { kind: "wait", until: new Promise(() => undefined) }, 1);
    const asked = await slack.person(ids.ana).mentions(ids.general, "said before the kill");
    await slack.until(() => results(asked.channel, asked.ts) === 1);

    await kill();
    await start();
    await slack.until(() => slack.callsTo("conversations.replies").length > 0);
    model.replyTo("the next one", finishes("Said after it."));
    await slack.person(ids.ana).mentions(ids.general, "the next one", { thread: asked.ts });
    await slack.until(() => said(asked.channel, asked.ts, "Said after it.") === 1);

    expect(said(asked.channel, asked.ts, "Said once.")).toBe(1); // a conversation speaks in order
  });

  it("I1: what comes while it is down is heard when it is back", async () => {
    await start();
    await kill();
    model.replyTo("while it was down", finishes("Heard later."));
    const asked = await slack.person(ids.ana).mentions(ids.general, "while it was down");
    await start();

    await slack.until(() => results(asked.channel, asked.ts) === 1, 60_000);
    expect(said(asked.channel, asked.ts, "Heard later.")).toBe(1);
  });
});
