// The floor: Bolt's own HTTP receiver and a listener that does nothing. Nothing is stored.

import bolt from "@slack/bolt";
import { startDriver } from "../../harness/http-driver.mjs";
import { signedMentions, signingSecret, slackIds } from "../../harness/slack-mentions.mjs";

export async function openSubject() {
  const driver = await startDriver();
  const app = new bolt.App({
    signingSecret,
    logLevel: bolt.LogLevel.ERROR,
    authorize: () =>
      Promise.resolve({ botToken: "xoxb-bench", botId: slackIds.botId, botUserId: slackIds.bot }),
  });
  app.event("app_mention", () => Promise.resolve());
  const server = await app.start({ port: 0, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${server.address().port}/slack/events`;
  return {
    measure: ({ mentions, ...pace }) => driver.ask({ url, ...pace, bodies: signedMentions(mentions) }),
    async close() {
      await driver.close();
      await app.stop();
    },
  };
}
