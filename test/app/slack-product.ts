// The whole product with Slack connected: real processes of a run, a fake Slack over HTTP or Socket Mode, a model that is scripted.

import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import type { FakeMessage } from "../fakes/slack/types.ts";
import { type Product, type ProductOptions, startProduct } from "./product.ts";

export interface SlackProduct extends Product {
  readonly slack: FakeSlack;
  /** The agent's message of this kind in the thread, as soon as it is there and `is` holds. */
  said(thread: Thread, kind: Kind, is?: (message: FakeMessage) => boolean, ms?: number): Promise<FakeMessage>;
  /** All that are there now. */
  allSaid(thread: Thread, kind: Kind): readonly FakeMessage[];
}

export type Kind = "card" | "attention" | "result" | "notice";

export interface Thread {
  readonly channel: string;
  readonly ts: string;
}

export interface SlackProductOptions extends ProductOptions {
  readonly door?: "http" | "socket";
  /** One that outlives the product; a new one that ends with it when absent. */
  readonly slack?: FakeSlack;
}

export async function startSlackProduct(options: SlackProductOptions = {}): Promise<SlackProduct> {
  const { door = "http" } = options;
  const slack = options.slack ?? (await startFakeSlack());
  const env = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    ...(door === "http"
      ? { SLACK_SIGNING_SECRET: slack.signingSecret }
      : { SLACK_APP_TOKEN: slack.appToken }),
    ...options.env,
  };
  const product = await startProduct({ ...options, env });
  slack.deliverTo(door === "http" ? `${product.app.url}/slack/events` : "socket");
  const allSaid = (thread: Thread, kind: Kind): FakeMessage[] =>
    slack.thread(thread.channel, thread.ts).filter((one) => kindOf(one) === kind);
  return {
    ...product,
    slack,
    allSaid,
    said: (thread, kind, is = () => true, ms?) => slack.until(() => allSaid(thread, kind).find(is), ms),
    async stop() {
      await product.stop();
      if (options.slack === undefined) await slack.close();
    },
  };
}

export function kindOf(message: FakeMessage): unknown {
  const payload = message.metadata?.["event_payload"];
  return typeof payload === "object" && payload !== null && "kind" in payload ? payload.kind : undefined;
}

/** Everything that a person can read of it. */
export function wordsOf(message: FakeMessage): string {
  return JSON.stringify([message.text, message.blocks]);
}
