// The product's Slack door on its web server, with its intake: 200 after the commit. Nobody works on the runs that are started.

import path from "node:path";
import { countRows } from "../../harness/count-rows.mjs";
import { openDoorbell, openDoors } from "../../harness/doors.mjs";
import { startDriver } from "../../harness/http-driver.mjs";
import { clock, openPlace, product } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { signedMentions, signingSecret, slackIds } from "../../harness/slack-mentions.mjs";
import { startStubSlackApi } from "../../harness/stub-slack-api.mjs";

const [{ silentLogger: log }, { Secret }, { createSlackPlatform }, { createWeb }] = await Promise.all(
  ["base/logger.js", "base/secret.js", "chat/slack/slack-platform.js", "web/web.js"].map(product),
);

const installation = {
  teamId: slackIds.team,
  botToken: new Secret("xoxb-bench"),
  botUserId: slackIds.bot,
  botId: slackIds.botId,
  appId: slackIds.app,
};
const installations = {
  find: (team) => Promise.resolve(team === slackIds.team ? installation : undefined),
  list: () => Promise.resolve([installation]),
  revoke: () => Promise.resolve(),
};

export async function openSubject() {
  const scratch = await makeScratch();
  const driver = await startDriver();
  const api = await startStubSlackApi();
  return {
    async measure({ mentions, ...pace }) {
      const place = await openPlace(scratch.nextFile(""));
      const queue = openDoorbell(undefined);
      const { intake } = openDoors(place, queue, { burstMs: 1_500 });
      const settings = { apiUrl: api.url, signingSecret: new Secret(signingSecret) };
      const platform = createSlackPlatform({ settings, installations, clock, log });
      const web = createWeb({
        listen: { host: "127.0.0.1", port: 0 },
        clock,
        log,
        ready: () => Promise.resolve({ ok: true, checks: {} }),
        mounts: platform.doors.map(({ path: at, handle }) => ({ path: at, handler: handle })),
      });
      const { url } = await web.start();
      await platform.start(intake.receive);

      const figures = await driver.ask({
        url: `${url}/slack/events`,
        ...pace,
        bodies: signedMentions(mentions),
      });

      await platform.stop();
      await web.stop();
      await intake.stop();
      await queue.close();
      await place.close();
      const stored = countRows(path.join(place.folder, "deputy.db"), "inbox");
      if (stored !== mentions) throw new Error(`${stored} of ${mentions} mentions are in the inbox`);
      return figures;
    },
    async close() {
      await driver.close();
      await api.close();
      await scratch.remove();
    },
  };
}
