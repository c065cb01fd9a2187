// What people can do with the agent, in one list, on every chat platform there is: no platform is second class. The table in
// docs/parity.md is written by this file (`npx vitest run test/app/parity.e2e.test.ts -u`) and checked by it.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AuthorizationServer } from "../fakes/authorization-server.ts";
import { createGate } from "../fakes/gate.ts";
import { freePort } from "../support/free-port.ts";
import { localUnderTest } from "./parity/local-stage.ts";
import { slackUnderTest } from "./parity/slack-stage.ts";
import {
  browserOf,
  folderFor,
  formIn,
  letterTool,
  mailTool,
  type PlatformUnderTest,
  type Stage,
  startMail,
  type Talk,
  type Who,
  waitFor,
  when,
} from "./parity/stage.ts";
import { teamsUnderTest } from "./parity/teams-stage.ts";
import { finishes, uses } from "./product.ts";

// Most of their time is the platforms' pace, not work. Each takes as long as all that are played beside it.
vi.setConfig({ maxConcurrency: 12, testTimeout: 120_000 });

const platforms: readonly PlatformUnderTest[] = [localUnderTest, slackUnderTest, teamsUnderTest];

interface World {
  /** To whom letters were sent. */
  readonly sent: readonly string[];
  /** Where people have mail. */
  readonly mail: AuthorizationServer;
}

interface Scenario {
  readonly name: string;
  /** Whose direct messages it is about. */
  readonly privately?: Who;
  /** How it looks where it is not the same everywhere. */
  readonly notes?: Readonly<Record<string, string>>;
  readonly play: (stage: Stage, mark: string, world: World) => Promise<void>;
}

const plan: readonly [string, object] = [
  "set_plan",
  {
    title: "Compare",
    steps: ["One", "Two", "Three"].map((text, at) => ({ text, state: at === 0 ? "doing" : "todo" })),
  },
];
const ask = (question: string, ...options: readonly string[]): readonly [string, object] => [
  "ask_person",
  { question, options },
];

const scenarios: readonly Scenario[] = [
  {
    name: "mention: work begins, a card shows the plan, one result comes",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, uses(plan), finishes("Vendor B is **cheapest**."));
      const talk = await asks("ana", `${mark} compare the vendors`);
      const result = await waitFor(talk, "result", /cheapest/);
      expect(result.words).toMatch(/[Dd]one/);
      expect((await waitFor(talk, "card", /Done/)).words).toContain("Two");
      expect(talk.shown("result")).toHaveLength(1);
    },
  },
  {
    name: "follow-up: the same place goes on with what is known there",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, finishes("First."), finishes("Second."));
      const talk = await asks("ana", `${mark} begin`);
      await waitFor(talk, "result", /First/);
      await talk.says("ana", `and ${mark} now in more detail`);
      await waitFor(talk, "result", /Second/);
      expect(allAbout(product, mark)).toContain("First.");
    },
  },
  {
    name: "private message: a personal assistant for its author",
    privately: "bo",
    async play({ product, asksPrivately }, mark) {
      product.model.replyTo(mark, finishes("Only for you."));
      const talk = await asksPrivately("bo", `${mark} privately`);
      await waitFor(talk, "result", /Only for you/);
      expect(await runsAbout(product, mark)).toMatchObject([{ mode: "assistant" }]);
    },
  },
  {
    name: "private message: an answer is shown while it is written, and said once",
    privately: "bo",
    notes: { slack: "no: an answer comes whole" },
    async play({ product, asksPrivately, shownBefore }, mark) {
      const summary = `Of the three that ${mark} names B is the cheapest and delivers soonest, so take that one.`;
      const gate = createGate();
      product.model.replyTo(mark, { ...finishes(summary), pause: { events: 3, until: gate.opened } });
      const talk = await asksPrivately("bo", `${mark} which vendor`);
      const begins = (words: string): boolean => words.includes(mark) && summary.startsWith(words);
      if (!mark.endsWith("slack")) {
        await when(() => shownBefore("bo").find(begins), "the beginning of the answer");
      }
      expect(talk.shown("result").filter(({ words }) => words.includes("so take that one"))).toEqual([]);
      gate.open();
      await waitFor(talk, "result", /so take that one/);
      expect(talk.shown("result").filter(({ words }) => words.includes("so take that one"))).toHaveLength(1);
      expect(await runsAbout(product, mark)).toMatchObject([{ state: "done" }]);
    },
  },
  {
    name: "steering: words to work that is under way are taken in",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, uses(ask("Go on?", "Yes")), finishes("Steered."));
      const talk = await asks("ana", `${mark} work`);
      await waitFor(talk, "attention", /Go on/);
      await talk.says("ana", "Yes, but only EU vendors");
      await waitFor(talk, "result", /Steered/);
      expect(allAbout(product, mark)).toContain("only EU vendors");
    },
  },
  {
    name: "stop: a word ends the work, and says what was done",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, uses(plan), uses(ask("Go on?", "Yes")));
      const talk = await asks("ana", `${mark} long work`);
      await waitFor(talk, "attention", /Go on/);
      await talk.says("ana", "stop");
      await waitFor(talk, "result", /Stopped/);
      expect((await waitFor(talk, "card", /Stopped/)).words).not.toContain("run.stop");
    },
  },
  {
    name: "question: answered with a button, once; the message says who chose what",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, uses(ask("With discounts?", "With", "Without")), finishes("Counted."));
      const talk = await asks("ana", `${mark} count`);
      const question = await waitFor(talk, "attention", /With discounts/);
      await talk.clicks("ana", question, "Without");
      await waitFor(talk, "result", /Counted/);
      const decided = await waitFor(talk, "attention", /[Dd]ecided/);
      expect(decided.words).not.toContain("question.answer");
      expect(allAbout(product, mark)).toContain("Without");
    },
  },
  {
    name: "wrong person: a click is refused privately, and the right one still counts",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, uses(ask("Shall I?", "Yes", "No")), finishes("Ana decided."));
      const talk = await asks("ana", `${mark} ask me`);
      const question = await waitFor(talk, "attention", /Shall I/);
      await talk.clicks("bo", question, "Yes");
      await when(() => talk.whispered("bo").find((words) => words.includes("Ana")), "the refusal");
      expect(talk.shown("result")).toHaveLength(0);
      await talk.clicks("ana", question, "Yes");
      await waitFor(talk, "result", /Ana decided/);
    },
  },
  {
    name: "file in: what is sent along can be read",
    privately: "ana",
    notes: { teams: "personal chat; files of channels are at SharePoint, and it says so" },
    async play({ product, asksPrivately }, mark) {
      product.model.replyTo(mark, uses(["read_file", { path: "inbox/sales.csv" }]), finishes("Read it."));
      const file = { name: "sales.csv", content: "region,revenue\nnorth,120\n" };
      const talk = await asksPrivately("ana", `${mark} read this`, file);
      await waitFor(talk, "result", /Read it/);
      expect(allAbout(product, mark)).toContain("north,120");
    },
  },
  {
    name: "file out: the result brings what was written",
    notes: { teams: "a link in channels, offered in the personal chat" },
    async play({ product, asks }, mark) {
      const report = `# Report ${mark}\n`;
      product.model.replyTo(
        mark,
        uses(["write_file", { path: `${mark}.md`, content: report }]),
        finishes("Here.", `${mark}.md`),
      );
      const talk = await asks("ana", `${mark} report`);
      await waitFor(talk, "result", /Here\./);
      expect(await when(() => talk.takesFile("ana", `${mark}.md`), "the file")).toBe(report);
    },
  },
  {
    name: "failure: one sentence, and a way to try again",
    async play({ product, asks }, mark) {
      const refusal = { kind: "answer", refusal: "I can't help with that." } as const;
      product.model.replyTo(mark, refusal, finishes("Now it went well."));
      const talk = await asks("ana", `${mark} fail`);
      const failed = await waitFor(talk, "result", /declined/);
      await talk.clicks("ana", failed, "Start over");
      await waitFor(talk, "result", /Now it went well/);
    },
  },
  {
    name: "budget: the work waits, and finishes with what it has",
    async play({ product, asks }, mark) {
      product.model.replyTo(
        mark,
        uses(plan),
        uses(["list_files", {}]),
        uses(["list_files", { depth: 2 }]),
        uses(["list_files", { depth: 3 }]),
        finishes("With what I have."),
      );
      const talk = await asks("ana", `${mark} much work`, "frugal");
      const budget = await waitFor(talk, "attention", /steps/);
      await talk.clicks("ana", budget, "Finish with what I have");
      await waitFor(talk, "result", /Done|With what I have/);
    },
  },
  {
    name: "duplicate delivery: the same event again changes nothing",
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, finishes("Once."));
      const talk = await asks("ana", `${mark} thrice`);
      await talk.redelivers();
      await talk.redelivers();
      await waitFor(talk, "result", /Once/);
      expect(await runsAbout(product, mark)).toHaveLength(1);
      expect(talk.shown("result")).toHaveLength(1);
    },
  },
  {
    name: "rate limit: what the platform puts off comes later, and once",
    notes: { local: "has no limits" },
    async play({ product, asks, limitsNextPost }, mark) {
      product.model.replyTo(mark, finishes("Late, but here."));
      limitsNextPost();
      const talk = await asks("ana", `${mark} hurry`);
      await waitFor(talk, "result", /Late, but here/);
      expect(talk.shown("result")).toHaveLength(1);
    },
  },
  {
    name: "late click: a button of a decided question changes nothing, and says so",
    notes: { local: "shows no such button any more" },
    async play({ product, asks }, mark) {
      product.model.replyTo(mark, uses(ask("Which?", "North", "South")), finishes("North it is."));
      const talk = await asks("ana", `${mark} choose`);
      const question = await waitFor(talk, "attention", /Which/);
      await talk.clicks("ana", question, "North");
      await waitFor(talk, "result", /North it is/);
      await talk.clicks("ana", question, "South").catch(() => undefined); // no client shows it now
      expect(await runsAbout(product, mark)).toMatchObject([{ state: "done" }]);
      expect(talk.shown("result")).toHaveLength(1);
      expect((await waitFor(talk, "attention", /[Dd]ecided/)).words).toContain("North");
    },
  },
  {
    name: "approval: a rule asks; the wrong person is refused, the right one decides, a late click changes nothing",
    async play({ product, asks }, mark, { sent }) {
      product.model.replyTo(mark, uses(["send_letter", { to: mark }]), finishes("The letter is out."));
      const talk = await asks("ana", `${mark} send it`);
      const card = await waitFor(talk, "attention", /May decide: Bo/);
      expect(card.words).toMatch(new RegExp(`to: ${mark}`));
      await talk.clicks("ana", card, "Approve");
      await when(
        () => talk.whispered("ana").find((words) => /cannot decide this/.test(words)),
        "the refusal",
      );
      expect(sent).not.toContain(mark);
      await talk.clicks("bo", card, "Approve");
      await waitFor(talk, "result", /The letter is out/);
      await talk.clicks("bo", card, "Deny").catch(() => undefined); // no client shows it now
      expect((await waitFor(talk, "attention", /[Dd]ecided/)).words).toMatch(/Bo: Approved/);
      expect(sent.filter((to) => to === mark)).toHaveLength(1);
    },
  },
  {
    name: "approval: shown whole on demand, and done as the approver changed it",
    async play({ product, asks }, mark, { sent }) {
      product.model.replyTo(mark, uses(["send_letter", { to: mark }]), finishes("Sent as changed."));
      const talk = await asks("ana", `${mark} send it otherwise`);
      const card = await waitFor(talk, "attention", /May decide: Bo/);
      await talk.clicks("bo", card, "View all");
      await when(() => talk.whispered("bo").find((words) => words.includes(`to: ${mark}`)), "all of it");
      await talk.fills("bo", card, "Edit", JSON.stringify({ to: `${mark}-changed` }));
      await waitFor(talk, "result", /Sent as changed/);
      expect(sent.filter((to) => to.startsWith(mark))).toEqual([`${mark}-changed`]);
    },
  },
  {
    name: "approval: a no is a no",
    async play({ product, asks }, mark, { sent }) {
      product.model.replyTo(mark, uses(["send_letter", { to: mark }]), finishes("Then not."));
      const talk = await asks("ana", `${mark} send it, perhaps`);
      const card = await waitFor(talk, "attention", /May decide: Bo/);
      await talk.clicks("bo", card, "Deny");
      await waitFor(talk, "result", /Then not/);
      expect(sent).not.toContain(mark);
    },
  },
  {
    name: "approval: what an assistant would do is asked in the approver's own direct messages, and decided there",
    privately: "ana",
    async play({ product, asksPrivately, directMessages }, mark, { sent }) {
      product.model.replyTo(mark, uses(["send_letter", { to: mark }]), finishes("Sent for you."));
      const talk = await asksPrivately("ana", `${mark} send it for me`);
      expect((await waitFor(talk, "attention", /asked privately/)).words).not.toContain("approval.approve");
      const line = directMessages("bo");
      await line.clicks("bo", await waitFor(line, "attention", new RegExp(`to: ${mark}`)), "Approve");
      await waitFor(talk, "result", /Sent for you/);
      expect(sent.filter((to) => to === mark)).toHaveLength(1);
    },
  },
  {
    name: "connect: the link is for one person, who signs in and says yes; then the work goes on with their account",
    privately: "ana",
    notes: {
      local: "its page says who somebody is",
      slack: "Sign in with Slack says who somebody is",
      teams: "Entra ID says who somebody is",
    },
    async play({ product, asksPrivately, follows }, mark, { mail }) {
      product.model.replyTo(mark, uses(["mail__read", { box: "inbox" }]), finishes("You have one mail."));
      const talk = await asksPrivately("ana", `${mark} read my mail`);
      const link = await linkIn(talk);
      const browser = browserOf("ana", mail);
      const page = await follows("ana", link, browser);
      expect(page.text).toContain("mail.read");
      const done = await browser.open(page.url.href, { form: { form: formIn(page), answer: "yes" } });
      expect(done.text).toContain("ana@corp.example");
      await waitFor(talk, "result", /You have one mail/);
      expect(allAbout(product, mark)).toContain("Mail of ana: hello.");
      expect(allAbout(product, mark)).not.toContain("/connect/");
    },
  },
  {
    name: "connect: somebody else who follows the link gets nothing, and ends it",
    privately: "bo",
    async play({ product, asksPrivately, follows }, mark, { mail }) {
      product.model.replyTo(mark, uses(["mail__read", { box: "inbox" }]), finishes("I could not read it."));
      const talk = await asksPrivately("bo", `${mark} read my mail`);
      const page = await follows("ana", await linkIn(talk), browserOf("ana", mail));
      expect(page.response?.status).toBe(403);
      await waitFor(talk, "result", /could not read/);
      expect(allAbout(product, mark)).not.toContain("Mail of");
    },
  },
];

/** What an operator is to hear of. */
const alarm = "A link to connect an account was opened by somebody else";

async function linkIn(talk: Talk): Promise<string> {
  const card = await waitFor(talk, "attention", /\/connect\/[\w-]{43}/);
  return /https?:[^"\\\s]+\/connect\/[\w-]{43}/.exec(card.words)?.[0] ?? "";
}

const crash: Scenario = {
  name: "crash between a post and its record: the next process knows, or says it again",
  notes: { teams: "can't be read back: a result may be there twice, which is logged" },
  play: () => Promise.resolve(),
};

describe.concurrent.each(platforms)("parity: $name", (platform) => {
  let world: Awaited<ReturnType<PlatformUnderTest["open"]>>;
  let place: Awaited<ReturnType<typeof folderFor>>;
  let stage: Stage;
  const sent: string[] = [];
  let mail: AuthorizationServer;
  let count = 0;
  beforeAll(async () => {
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    mail = await startMail(base);
    place = await folderFor(platform, mail);
    world = await platform.open(base);
    const tools = [
      letterTool(sent),
      mailTool(
        () => stage.product,
        () => mail,
      ),
    ];
    const env = {
      PORT: String(port),
      DEPUTY_PUBLIC_URL: base,
      DEPUTY_EGRESS_ALLOW: `127.0.0.1:${mail.port}`,
    };
    stage = await world.start({ folder: place.folder, tools, env });
  });
  afterAll(async () => {
    await stage.stop();
    await world.close();
    await mail.close();
    await place.remove();
  });

  const turns = new Map<Who, Promise<void>>();
  /** Where a person has one chat with the agent, what they talk about there comes one after another. */
  const inTurn = async (who: Who | undefined, play: () => Promise<void>): Promise<void> => {
    if (who === undefined || platform.oneChat !== true) return play();
    const turn = (turns.get(who) ?? Promise.resolve()).then(play);
    turns.set(
      who,
      turn.catch(() => undefined),
    );
    return turn;
  };

  it.concurrent.each(scenarios)("$name", async ({ play, privately }) => {
    count += 1;
    const mark = `parity${count}x${platform.name}`;
    await inTurn(privately, () => play(stage, mark, { sent, mail }));
    expect(stage.product.log.filter(({ level, msg }) => level === "error" && msg !== alarm)).toEqual([]);
  });
});

describe.concurrent.each(platforms)("parity, crash: $name", (platform) => {
  it("knows after a crash between a post and its record what was said, or says it again", async () => {
    const place = await folderFor(platform);
    const world = await platform.open("http://127.0.0.1:9");
    let dies = false;
    const failpoint = async (name: string): Promise<void> => {
      if (dies && name === "outbox.after-post") throw new Error("the process is gone");
    };
    const dying = await world.start({ folder: place.folder, failpoint });
    dying.product.model.replyTo("crashing", uses(ask("Go on?", "Yes")), finishes("Said before the end."));
    const talk = await dying.asks("ana", "crashing work");
    const question = await waitFor(talk, "attention", /Go on/);
    await when(async () => ((await unsaid(dying)) === 0 ? true : undefined), "the record of the question");
    dies = true;
    await talk.clicks("ana", question, "Yes");
    await waitFor(talk, "result", /Said before the end/);
    await dying.stop();

    const next = await world.start({ folder: place.folder });
    await when(async () => ((await unsaid(next)) === 0 ? true : undefined), "everything to be said");
    expect(talk.shown("result")).toHaveLength(platform.name === "teams" ? 2 : 1);
    await next.stop();
    await world.close();
    await place.remove();
  });
});

/** Of runs that have ended: posts, marks and edits that are still to be sent. */
async function unsaid({ product }: Stage): Promise<number> {
  return product.app.edges.store.read((tx) => tx.outbox.countDue(Date.now() + 60_000));
}

/** Every request about it; those of other runs may tell of it, too. */
function allAbout({ model }: Stage["product"], mark: string): string {
  return model.requests
    .map(({ body }) => JSON.stringify(body))
    .filter((text) => text.includes(mark))
    .join("\n");
}

async function runsAbout({ app }: Stage["product"], mark: string) {
  const runs = await app.edges.store.read((tx) => tx.runs.list({ limit: 100 }));
  return runs.filter(({ goal }) => goal.includes(mark));
}

describe("parity", () => {
  it("has its table in docs/parity.md", async () => {
    const cell = ({ notes }: Scenario, { name }: PlatformUnderTest): string => {
      const note = notes?.[name];
      if (note === undefined) return "yes";
      return note.startsWith("no: ") ? note : `yes: ${note}`;
    };
    const rows = [...scenarios, crash].map(
      (one) => `| ${[one.name, ...platforms.map((platform) => cell(one, platform))].join(" | ")} |`,
    );
    const table = [
      "# The same colleague on every platform",
      "",
      "Each line is a scenario that `test/app/parity.e2e.test.ts` plays on each platform: the built-in local chat, Slack and Teams. The test writes and checks this page.",
      "",
      `| what people do | ${platforms.map(({ name }) => name).join(" | ")} |`,
      "| --- | --- | --- | --- |",
      ...rows,
      "",
    ];
    await expect(table.join("\n")).toMatchFileSnapshot("../../docs/parity.md");
  });
});
