// `npm run dev`: Deputy from its sources. With `--slack-fake` also a Slack of our own in front of it, with a page to look at.

import { spawn } from "node:child_process";

const flag = "--slack-fake";
const given = process.argv.slice(2);
const port = process.env.PORT ?? "3000";
const env = { ...process.env, ...(given.includes(flag) ? await withFakeSlack() : {}) };

const deputy = spawn(
  process.execPath,
  ["--import", "tsx", "src/main.ts", "dev", ...given.filter((one) => one !== flag)],
  { stdio: "inherit", env },
);
// Ctrl-C reaches Deputy by itself; a signal from elsewhere is handed on.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => deputy.kill("SIGTERM"));
deputy.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));

async function withFakeSlack() {
  const { ids, startFakeSlack } = await import("../test/fakes/slack/fake-slack.ts");
  const slack = await startFakeSlack({ deliverTo: `http://127.0.0.1:${port}/slack/events` });
  console.log(`Slack   ${slack.url}  (a fake; write "@deputy …" in a channel)`);
  return {
    PORT: port,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_TEAM_ID: ids.team,
  };
}
