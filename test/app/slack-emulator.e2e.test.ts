// The product on a Slack that this project did not write: what the fake believes of the Web API, others read out of it too.
// The emulator delivers nothing, so the mention is signed and delivered here.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SCOPES } from "../../src/chat/slack/manifest-parts.ts";
import { signatureOf } from "../fakes/slack/delivery/signature.ts";
import { printed } from "../support/child.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const canRun = major > 22 || (major === 22 && minor >= 15);

const team = "T000000001";
const channel = "C000000001";
const ana = { token: "xoxp-ana", type: "user", user_id: "U000000001" };
const agent = { user_id: "U0AGENT", bot_id: "B0AGENT", app_id: "A0AGENT" };
const bot = { ...agent, token: "xoxb-agent", type: "bot", bot_user_id: agent.user_id };
const signingSecret = "a secret of this test";
const scopes = [...SCOPES.bot, ...SCOPES.optional];
const seed = {
  strict_scopes: true,
  oauth_apps: [
    {
      client_id: "1.2",
      client_secret: "unused",
      app_id: agent.app_id,
      name: "Deputy",
      redirect_uris: [],
      scopes,
      bot_id: agent.bot_id,
      bot_user_id: agent.user_id,
      bot_name: "deputy",
    },
  ],
  tokens: [
    { ...ana, scopes: ["chat:write", "channels:history"] },
    { ...bot, scopes },
  ],
};

interface Said {
  readonly ts: string;
  readonly user?: string;
  readonly files?: readonly object[];
  readonly metadata?: { readonly event_payload?: { readonly kind?: string } };
  readonly [field: string]: unknown;
}

describe.runIf(canRun)("app: a Slack that others wrote", () => {
  let emulator: ChildProcess;
  let url: string;
  let product: Product;

  beforeEach(async () => {
    const script = fileURLToPath(new URL("../support/slack-emulator.ts", import.meta.url));
    emulator = spawn(process.execPath, ["--import", "tsx", script, "0", JSON.stringify(seed)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    [, url = ""] = await printed(emulator, /^(http:\S+)$/m);
    product = await startProduct({
      env: {
        SLACK_API_URL: `${url}/api`,
        SLACK_BOT_TOKEN: bot.token,
        SLACK_SIGNING_SECRET: signingSecret,
      },
    });
  });
  afterEach(async () => {
    await product?.stop();
    emulator.kill();
  });

  /** A call of Ana's. */
  async function call<T>(method: string, args: Readonly<Record<string, string>>): Promise<T> {
    const response = await fetch(`${url}/api/${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${ana.token}` },
      body: new URLSearchParams(args),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by what the test expects
    const answer = (await response.json()) as T & { readonly ok: boolean };
    expect(answer).toMatchObject({ ok: true });
    return answer;
  }

  async function deliver(event: object): Promise<number> {
    const time = Math.floor(Date.now() / 1_000);
    const body = JSON.stringify({
      type: "event_callback",
      token: "unused",
      team_id: team,
      api_app_id: agent.app_id,
      event_id: "Ev0MENTION",
      event_time: time,
      authorizations: [
        {
          enterprise_id: null,
          team_id: team,
          user_id: agent.user_id,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      event,
    });
    const headers = {
      "content-type": "application/json",
      "x-slack-request-timestamp": String(time),
      "x-slack-signature": signatureOf(body, time, signingSecret),
    };
    const door = `${product.app.url}/slack/events`;
    return (await fetch(door, { method: "POST", headers, body })).status;
  }

  it("answers a mention in its thread, with a file", async () => {
    product.model.replyTo(
      "compare the vendors",
      uses(["write_file", { path: "vendors.csv", content: "vendor,price\nB,3\n" }]),
      finishes("Vendor B is the cheapest.", "vendors.csv"),
    );
    const text = `<@${agent.user_id}> compare the vendors`;
    const { ts } = await call<{ ts: string }>("chat.postMessage", { channel, text });
    const mention = { type: "app_mention", user: ana.user_id, text, ts, channel, event_ts: ts };
    expect(await deliver(mention)).toBe(200);

    const thread = async (): Promise<readonly Said[]> => {
      const asked = { channel, ts, include_all_metadata: "true" };
      return (await call<{ messages: readonly Said[] }>("conversations.replies", asked)).messages;
    };
    const results = async (): Promise<readonly Said[]> =>
      (await thread()).filter((one) => one.metadata?.event_payload?.kind === "result");
    await expect.poll(results).toHaveLength(1);

    const [result] = await results();
    expect(result).toMatchObject({ user: agent.user_id, thread_ts: ts });
    expect(JSON.stringify([result?.["text"], result?.["blocks"]])).toContain("Vendor B is the cheapest.");
    const shared = (await thread()).flatMap((one) => one.files ?? []);
    expect(shared).toMatchObject([{ name: "vendors.csv", size: 17 }]);
    expect(product.log.filter((line) => line.level === "error")).toEqual([]);
  });
});
