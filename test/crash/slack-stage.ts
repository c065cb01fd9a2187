// The whole job on Slack for the crash suite: Ana and her clicks, a Slack and a model that outlive the product, and what
// Slack holds in the end, in a form that two runs of it can be compared by.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { openStore } from "../../src/store/open.ts";
import { settingsOf } from "../app/product.ts";
import { kindOf, type Thread, wordsOf } from "../app/slack-product.ts";
import { type FakeOpenAi, type FakeReply, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeMessage } from "../fakes/slack/types.ts";
import type { Death } from "./act-out.ts";
import { type ProductProcess, startProductProcess } from "./product-process.ts";
import { type Story, storyModel } from "./story-model.ts";

export interface SlackStage {
  /** The product until it dies there; until it is killed where it is not told to die. */
  live(death?: Death): ProductProcess;
  /** Slack has the message, and the product is killed before it hears so. */
  dieAfterPosting(kind: Posted): Promise<void>;
  /** Ana asks, once; what she is asked she answers whenever she sees it. */
  begin(): Promise<void>;
  /** Resolves when the job is over for the people in Slack, and the product has nothing left to say. */
  over(ms: number): Promise<void>;
  held(): SlackHolds;
  close(): Promise<void>;
}

export const posted = ["card", "attention", "result"] as const;
export type Posted = (typeof posted)[number];

/** What people see in the end, without what differs from run to run. */
export interface SlackHolds {
  readonly posts: readonly string[];
  readonly words: readonly string[];
  readonly files: readonly string[];
  readonly session: string | undefined;
  readonly reactions: readonly string[];
  readonly elsewhere: number;
}

const mark = "slackjob";
/** `at` is its place in the story: what the notes of a compaction are made from has no other sign of it. */
const plan = (at: number, ...states: readonly string[]): readonly [string, object] => [
  "set_plan",
  {
    title: `Sum up the orders (${mark}#${at})`,
    steps: ["Read", "Ask", "Write"].map((text, n) => ({ text, state: states[n] })),
  },
];
const story: Story = {
  mark,
  calls: [
    plan(0, "doing", "todo", "todo"),
    ["read_file", { path: "inbox/orders.csv" }],
    ["ask_person", { question: `By what (${mark}#2)?`, options: ["Region", "Month"] }],
    plan(3, "done", "done", "doing"),
    ["write_file", { path: "summary.md", content: "# Orders\n\nnorth 3, south 4\n" }],
    ["finish", { summary: "Seven orders in all.", files: ["summary.md"] }],
  ],
};
const failing = (status: number, code: string): FakeReply => ({
  kind: "raw",
  status,
  body: JSON.stringify({ error: { message: code, type: "error", param: null, code } }),
});

/** The story, with a failure before one answer and a window that is said to be full before another, once each. */
function modelOf(): (body: Readonly<Record<string, unknown>>) => FakeReply | undefined {
  const tell = storyModel([story]);
  const once = new Map<number, FakeReply>([
    [1, failing(503, "overloaded")],
    [4, failing(400, "context_length_exceeded")],
  ]);
  return (body) => {
    const reply = tell(body);
    const at = Number(/-(\d+)$/.exec(reply?.calls?.[0]?.id ?? "")?.[1] ?? Number.NaN);
    const first = once.get(at);
    once.delete(at);
    return first ?? reply;
  };
}

/** Only ends a hang: longer than any of these tests may take. */
const longMs = 400_000;

/** Slack's own schedule has longer pauses; what is to be seen is that each try will do. */
const retryDelays = [300, 700, 1_500, ...Array.from({ length: 60 }, () => 3_000)];

export async function openSlackStage(): Promise<SlackStage> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-slack-crash-"));
  const slack = await startFakeSlack({ retryDelays });
  const model = await startFakeOpenAi();
  model.answerBy(modelOf());
  let living: ProductProcess | undefined;
  let thread: Thread | undefined;
  let ended = false;
  const answering: Promise<void>[] = [];
  return {
    live(death) {
      living = startProductProcess({ ...settings(folder, slack, model), ...(death && { dieAt: death }) });
      return living;
    },
    async begin() {
      const ana = slack.person(ids.ana);
      thread = await ana.mentions(ids.general, `please do the ${mark}`, {
        files: [{ name: "orders.csv", content: "region,amount\nnorth,3\nsouth,4\n" }],
      });
      answering.push(answer(slack, thread, () => ended));
    },
    async dieAfterPosting(kind) {
      const has = (one: Posted): boolean => allIn(slack, thread).some((message) => kindOf(message) === one);
      await slack.until(() => posted.slice(0, posted.indexOf(kind)).every(has), longMs);
      slack.fault("chat.postMessage", { kind: "wait", until: new Promise(() => undefined) });
      await slack.until(() => has(kind), longMs);
      await living?.kill();
      slack.clearFaults();
    },
    async over(ms) {
      const over = await slack.until(() => isOver(slack, thread), ms).catch(() => false);
      if (!over) throw new Error(`The job was not over after ${ms} ms. Slack holds ${inFull(slack, thread)}`);
      await nothingToSay(folder, ms);
    },
    held: () => holds(slack, thread),
    async close() {
      ended = true;
      slack.clearFaults();
      await living?.kill();
      await slack.person(ids.bo).says(ids.data, "wake up"); // whoever still waits for a question looks, and ends
      await Promise.all(answering);
      await slack.close();
      await model.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function settings(folder: string, slack: FakeSlack, model: FakeOpenAi) {
  const env = {
    ...settingsOf(folder, model),
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    // Long enough that the lease of the dead is still there to be handed over, however long the next life takes to begin.
    DEPUTY_LEASE_MS: "600000",
  };
  return { folder, env, role: "all", outside: { url: "http://127.0.0.1:1", settleMs: 0 } } as const;
}

/** A click that the product did not live to acknowledge is tried again, as people do. */
async function answer(slack: FakeSlack, thread: Thread, ended: () => boolean): Promise<void> {
  const question = (): FakeMessage | undefined =>
    slack.thread(thread.channel, thread.ts).find((one) => kindOf(one) === "attention");
  const isOpen = (): boolean => !wordsOf(question() ?? raise()).includes("Decided");
  await slack.until(() => ended() || question(), longMs);
  while (!ended() && isOpen()) {
    await slack.until(() => ended() || slack.openSockets > 0, longMs);
    const clicked = await slack
      .person(ids.ana)
      .clicks(question() ?? raise(), "Region")
      .catch(() => undefined); // its buttons are gone
    if (clicked?.warned !== true) await slack.until(() => ended() || !isOpen(), longMs);
  }
}

/** Whatever would be said twice has been said by then. */
async function nothingToSay(folder: string, ms: number): Promise<void> {
  const store = await openStore({ dataFolder: folder, log: silentLogger });
  const unsaid = () => store.read((tx) => tx.outbox.countDue(Number.MAX_SAFE_INTEGER));
  try {
    await vi.waitFor(async () => expect(await unsaid()).toBe(0), { timeout: ms, interval: 100 });
  } finally {
    await store.close();
  }
}

function isOver(slack: FakeSlack, thread: Thread | undefined): boolean {
  if (!thread) return false;
  const said = slack.thread(thread.channel, thread.ts);
  const says = (kind: string, words: string): boolean =>
    said.some((one) => kindOf(one) === kind && wordsOf(one).includes(words));
  return (
    says("result", "Done") &&
    says("card", "Done after") &&
    says("attention", "Decided") &&
    slack.session(thread.channel, thread.ts)?.status === "active"
  );
}

function holds(slack: FakeSlack, thread: Thread | undefined): SlackHolds {
  if (!thread) throw new Error("Nobody has asked");
  const said = slack.thread(thread.channel, thread.ts);
  const own = said.filter((one) => one.bot_id === ids.botId);
  return {
    posts: own.map(kindIn).toSorted(),
    words: own.map((one) => `${kindIn(one)}: ${lasting(wordsOf(one))}`).toSorted(),
    files: [...slack.files.values()]
      .filter((file) => !file.pending && file.sharedIn.length > 0 && file.user === ids.bot)
      .map((file) => `${file.name}: ${file.content.toString()}`),
    session: slack.session(thread.channel, thread.ts)?.status,
    reactions: (said[0]?.reactions ?? []).map(({ name, user }) => `${name} by ${user}`),
    elsewhere: slack.botMessages().length - own.length,
  };
}

/** An upload is a message of Slack's own making. */
function kindIn(message: FakeMessage): string {
  const kind = kindOf(message);
  if (typeof kind === "string") return kind;
  return message.files.length > 0 ? "file" : "other";
}

function allIn(slack: FakeSlack, thread: Thread | undefined): readonly FakeMessage[] {
  return thread ? slack.thread(thread.channel, thread.ts) : [];
}

function inFull(slack: FakeSlack, thread: Thread | undefined): string {
  return JSON.stringify(allIn(slack, thread).map((one) => [kindOf(one) ?? one.user, wordsOf(one)]));
}

/** Without ids, times and costs, Slack's own ids of blocks among them. */
function lasting(words: string): string {
  return words
    .replaceAll(/,"block_id":"[^"]*"/g, "")
    .replaceAll(/\b(?:run|wait)_[A-Za-z0-9]+/g, "ID")
    .replaceAll(/\d+ (?:s|min)\b/g, "TIME")
    .replaceAll(/(?:under )?\d+\.\d\d(?: of \d+\.\d\d)? USD/g, "COST")
    .replaceAll(/<!date\^\d+[^>]*>|\d{1,2}:\d\d(?: GMT\S*| UTC)?|\b1\d{9}\b/g, "TIME");
}

function raise(): never {
  throw new Error("There is no question");
}
