// A process that is killed (-9) while it posts, between Slack's having the message and its own knowing so (DL4): a neighbour on the same
// machine takes the post over at once, asks Slack, and does not say it again (I2).

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open.ts";
import { parseOwner } from "../../src/workers/process-owner.ts";
import { settingsOf } from "../app/product.ts";
import { kindOf } from "../app/slack-product.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import { startProductProcess } from "./product-process.ts";
import { openProfile, type Profile, type Stage } from "./profiles.ts";
import { storyModel } from "./story-model.ts";

/** Where nobody knows what became of a sender, this long is waited. */
const graceMs = 30_000;

describe("crash: a sender", () => {
  let profile: Profile;
  let stage: Stage;
  let slack: FakeSlack;
  let model: FakeOpenAi;
  let store: Store;
  beforeEach(async () => {
    profile = await openProfile("postgres-redis");
    stage = await profile.stage();
    slack = await startFakeSlack();
    model = await startFakeOpenAi();
    model.answerBy(storyModel([{ mark: "saidonce", calls: [["finish", { summary: "Once.", files: [] }]] }]));
    const { DATABASE_URL: databaseUrl = "" } = stage.env;
    store = await openStore({ dataFolder: stage.folder, databaseUrl, log: silentLogger });
  });
  afterEach(async () => {
    slack.clearFaults();
    await Promise.all([store.close(), slack.close(), model.close()]);
    await stage.close();
    await profile.stop();
  });

  it("DL4 I2: that is killed while it posts leaves the post to its neighbour, which does not say it twice", async () => {
    const env = {
      ...settingsOf(stage.folder, model),
      ...stage.env,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
    };
    const outside = { url: "http://127.0.0.1:1", settleMs: 0 };
    const start = () => startProductProcess({ folder: stage.folder, env, role: "all", outside });
    const both = [start(), start()];
    try {
      await Promise.all(both.map((life) => life.until("ready")));
      await slack.until(() => slack.openSockets >= 2 || undefined, 30_000);
      slack.fault("chat.postMessage", { kind: "wait", until: new Promise(() => undefined) });
      const asked = await slack.person(ids.ana).mentions(ids.general, "saidonce");
      const results = () =>
        slack.thread(asked.channel, asked.ts).filter((message) => kindOf(message) === "result");
      await slack.until(() => results()[0], 60_000);
      const [sender = ""] = await store.read((tx) => tx.outbox.senders());
      const doomed = both.find(({ pid }) => pid === parseOwner(sender)?.pid);

      await doomed?.kill();
      const killedAt = Date.now();
      const key = `result:${(await store.read((tx) => tx.runs.list({ limit: 1 })))[0]?.id}`;
      await vi.waitFor(
        async () => {
          expect(await store.read((tx) => tx.outbox.find(key))).toMatchObject({ state: "sent" });
        },
        { timeout: graceMs, interval: 20 },
      );
      const tookMs = Date.now() - killedAt;

      expect(doomed).toBeDefined();
      expect(tookMs).toBeLessThan(graceMs / 3);
      await slack.until(() => slack.session(asked.channel, asked.ts)?.status === "active" || undefined);
      expect(results()).toHaveLength(1);
    } finally {
      await Promise.all(both.map((life) => life.kill()));
    }
  });
});
