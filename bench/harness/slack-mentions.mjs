// Deliveries of Slack: distinct mentions of twenty people, signed as Slack signs them.

import { createHmac } from "node:crypto";

export const slackIds = { team: "T0BENCH", app: "A0BENCH", bot: "U0BOT", botId: "B0BOT" };
export const signingSecret = "bench-signing-secret";

let count = 0;

/** Good for five minutes. */
export function signedMentions(many) {
  return Array.from({ length: many }, () => {
    count += 1;
    const body = JSON.stringify(mention(count));
    const time = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac("sha256", signingSecret).update(`v0:${time}:${body}`).digest("hex");
    return {
      body,
      headers: { "x-slack-request-timestamp": time, "x-slack-signature": `v0=${signature}` },
    };
  });
}

function mention(n) {
  const ts = `${1_790_000_000 + n}.000100`;
  return {
    token: "unused",
    team_id: slackIds.team,
    api_app_id: slackIds.app,
    type: "event_callback",
    event_id: `Ev${n}`,
    event_time: 1_790_000_000 + n,
    authorizations: [
      {
        enterprise_id: null,
        team_id: slackIds.team,
        user_id: slackIds.bot,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event: {
      type: "app_mention",
      user: `U0PERSON${n % 20}`,
      text: `<@${slackIds.bot}> please look at the figures of week ${n}`,
      ts,
      event_ts: ts,
      channel: `C0BENCH${n % 10}`,
      team: slackIds.team,
      client_msg_id: `client-${n}`,
    },
  };
}
