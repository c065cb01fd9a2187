// What tests of the fake Slack start from: the fake, an app's door, the real client.

import { LogLevel, type WebAPICallResult, WebClient } from "@slack/web-api";
import { createManualClock, type ManualClock } from "../manual-clock.ts";
import { type AppDoor, openAppDoor } from "./app-door.ts";
import { type FakeSlack, type FakeSlackOptions, ids, startFakeSlack } from "./fake-slack.ts";

const silence = () => undefined;
export const silentLogger = {
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  setLevel: silence,
  getLevel: () => LogLevel.ERROR,
  setName: silence,
};

export interface Bench {
  readonly clock: ManualClock;
  readonly slack: FakeSlack;
  readonly door: AppDoor;
  readonly web: WebClient;
  client(token?: string): WebClient;
  /** Posts in `general`. */
  say(text: string, more?: object): Promise<WebAPICallResult & { readonly ts?: string }>;
  close(): Promise<void>;
}

export async function openBench(options: FakeSlackOptions = {}): Promise<Bench> {
  const clock = createManualClock();
  const door = await openAppDoor();
  const slack = await startFakeSlack({ clock, deliverTo: door.url, ...options });
  const client = (token?: string) =>
    new WebClient(token, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: silentLogger,
    });
  const web = client(slack.botToken);
  return {
    clock,
    slack,
    door,
    web,
    client,
    say: (text, more) => web.chat.postMessage({ channel: ids.general, text, ...more }),
    async close() {
      await slack.close();
      await door.close();
    },
  };
}

/** What the client throws: Slack's word for it, or the client's own code. */
export async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (typeof error !== "object" || error === null) return undefined;
  const { data, code } = { data: undefined, code: undefined, ...error };
  return typeof data === "object" && data !== null && "error" in data ? data["error"] : code;
}
