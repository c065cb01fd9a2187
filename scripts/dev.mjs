// `npm run dev`: Deputy from its sources. With `--slack-fake` also a Slack of our own in front of it, with a page to look at; with
// `--sales` the sales assistant of examples/, with the CRM, the mail and the sign-in that it works with.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const port = process.env.PORT ?? "3000";
const beside = { "--slack-fake": withFakeSlack, "--sales": withSales };
const given = process.argv.slice(2);
const env = { ...process.env };
for (const [flag, start] of Object.entries(beside))
  if (given.includes(flag)) Object.assign(env, await start());

const deputy = spawn(
  process.execPath,
  ["--import", "tsx", "src/main.ts", "dev", ...given.filter((one) => !(one in beside))],
  { stdio: "inherit", env },
);
// Ctrl-C reaches Deputy by itself; a signal from elsewhere is handed on. npm gives it to its shell: package.json says `exec`, so that
// this process is there in its place.
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

async function withSales() {
  const { startSalesWorld } = await import("../examples/sales-assistant/world/world.ts");
  const { login, crm, mail, settings } = await startSalesWorld();
  console.log(`Fernway sign-in ${login.issuer}, CRM ${crm.url}, mail ${mail.url}`);
  console.log('Write to scout in a direct message: "Please prepare the renewal of Acme."');
  const config = fileURLToPath(new URL("../examples/sales-assistant/deputy.config.yml", import.meta.url));
  const allow = [process.env.DEPUTY_EGRESS_ALLOW, settings.DEPUTY_EGRESS_ALLOW].filter(Boolean).join(",");
  return { DEPUTY_CONFIG: config, ...settings, DEPUTY_EGRESS_ALLOW: allow };
}
