// What the agent hears on Slack, from whom, and how what it says stays harmless: edits, deletions, strangers, files, words.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeMessage, PersonDriver } from "../fakes/slack/types.ts";
import { finishes, uses } from "./product.ts";
import { type SlackProduct, type SlackProductOptions, startSlackProduct, wordsOf } from "./slack-product.ts";

let product: SlackProduct;
let ana: PersonDriver;
const begin = async (options: SlackProductOptions = {}): Promise<void> => {
  product = await startSlackProduct(options);
  ana = product.slack.person(ids.ana);
};
beforeAll(() => begin());
afterAll(() => product.stop());

const asks = (question: string): readonly [string, object] => [
  "ask_person",
  { question, options: ["Yes", "No"] },
];

/** Everything that the model was sent and that holds `mark`. */
function requests(mark: string): string[] {
  return product.model.requests.map(({ body }) => JSON.stringify(body)).filter((body) => body.includes(mark));
}

function privately(user: string): string[] {
  return product.slack.ephemerals.filter((one) => one.user === user && one.shown).map((one) => one.text);
}

/** Every text in the blocks that Slack reads marks in; the others are plain. */
function markedUp(part: unknown): unknown[] {
  if (typeof part !== "object" || part === null) return [];
  const own = "type" in part && (part.type === "mrkdwn" || part.type === "markdown") && "text" in part;
  return [...(own ? [part.text] : []), ...Object.values(part).flatMap(markedUp)];
}

/** By then whatever was said before in any thread has been routed. */
async function somethingElseIsDone(mark: string): Promise<void> {
  product.model.replyTo(mark, finishes("Else."));
  await product.said(await ana.mentions(ids.general, mark), "result");
}

describe("app: Slack, edits and deletions while a burst is collected", () => {
  beforeAll(async () => {
    await product.stop();
    await begin({ burstMs: 3_000 });
  });
  afterAll(async () => {
    await product.stop();
    await begin();
  });

  it("works on what a message says when the work begins", async () => {
    product.model.replyTo("about edits", finishes("As edited."));
    const thread = await ana.mentions(ids.general, "about edits: count the cats");
    await ana.edits(thread, `<@${ids.bot}> about edits: count the dogs`);
    await product.said(thread, "result");

    expect(requests("count the dogs")).toHaveLength(1);
    expect(requests("count the cats")).toEqual([]);
  });

  it("does not work on a request that was deleted at once", async () => {
    const thread = await ana.mentions(ids.general, "taken back at once");
    await ana.deletes(thread);
    await somethingElseIsDone("after the deletion");

    expect(requests("taken back at once")).toEqual([]);
    expect(product.slack.thread(thread.channel, thread.ts).filter((one) => one.bot_id === ids.botId)).toEqual(
      [],
    );
  });
});

describe("app: Slack, edits and deletions while work is under way", () => {
  it.each([
    [
      "an edit",
      (asked: FakeMessage) => ana.edits(asked, `<@${ids.bot}> noted an edit, in euros`),
      "(edited) noted an edit, in euros",
    ],
    ["a deletion", (asked: FakeMessage) => ana.deletes(asked), "took back the message of"],
  ])("takes %s of a request at work for a note, not for an answer", async (how, change, note) => {
    product.model.replyTo(`noted ${how}`, uses(asks("Go on?")), finishes("Gone on."));
    const asked = await ana.mentions(ids.general, `noted ${how}, in crowns`);
    const question = await product.said(asked, "attention");

    await change(asked);
    await somethingElseIsDone(`meanwhile ${how}`);
    expect(product.allSaid(asked, "result")).toEqual([]);
    await ana.clicks(question, "Yes");
    await product.said(asked, "result");

    expect(requests(note)).toHaveLength(1);
  });
});

describe("app: Slack, people who are not served", () => {
  it.each([
    ["a guest", ids.guest],
    ["somebody of another workspace", ids.stranger],
  ])("%s starts nothing, and is told so once per thread, alone", async (who, user) => {
    const { slack } = product;
    const person = slack.person(user);
    const mark = `unserved ${user}`;
    const thread = await person.mentions(ids.data, `${mark} first`);
    await person.mentions(ids.data, `${mark} second`, { thread: thread.ts });
    await person.says(ids.data, `${mark} third`, { thread: thread.ts });
    await somethingElseIsDone(`after ${who}`);

    expect(requests(mark)).toEqual([]);
    expect(privately(user)).toEqual([expect.stringContaining("only work for members")]);
    expect(slack.thread(ids.data, thread.ts).filter((one) => one.bot_id === ids.botId)).toEqual([]);
    expect(slack.session(ids.data, thread.ts)).toBeUndefined();
  });

  it("a guest's clicks, commands and forms begin nothing either", async () => {
    const { slack, model } = product;
    const guest = slack.person(ids.guest);
    model.replyTo("for Ana only", uses(asks("May I?")), finishes("Yes, she said."));
    const thread = await ana.mentions(ids.general, "for Ana only");
    const question = await product.said(thread, "attention");
    const before = slack.botMessages().length;
    const whispers = privately(ids.guest).length;

    await guest.clicks(question, "Yes");
    await slack.until(() => privately(ids.guest).length === whispers + 1);
    await guest.slash("/deputy", "mute", ids.general);
    await slack.until(() => privately(ids.guest).length === whispers + 2);
    await guest.globalShortcut("deputy.task");
    await guest.submitsModal({
      "What shall I do?": "task-guest",
      "Where shall I work and answer?": ids.general,
    });
    await slack.until(() => privately(ids.guest).length === whispers + 3);

    expect(privately(ids.guest).slice(whispers)).toEqual([
      "Only Ana can answer this.",
      expect.stringContaining("only work for members"),
      expect.stringContaining("only work for members"),
    ]);
    expect(slack.botMessages()).toHaveLength(before);
    await ana.clicks(question, "Yes");
    await product.said(thread, "result");
    expect(requests("task-guest")).toEqual([]);
  });

  it("ux d.5: another bot starts nothing and gets no word", async () => {
    const { slack } = product;
    const thread = await slack.robotSays(ids.general, `<@${ids.bot}> please robot this`);
    await somethingElseIsDone("after the robot");

    expect(requests("please robot this")).toEqual([]);
    expect(slack.thread(ids.general, thread.ts)).toEqual([thread]);
    expect(privately(ids.robot)).toEqual([]);
  });
});

describe("app: Slack, files", () => {
  it("go both ways with the bot's token, of which the model hears nothing", async () => {
    const { slack, model, log } = product;
    model.replyTo(
      "files both ways",
      uses(["read_file", { path: "inbox/names.csv" }]),
      uses(["write_file", { path: "back.md", content: "Hello Zoe." }]),
      finishes("Written.", "back.md"),
    );
    const sent = slack.callsTo("files.download").length;

    const thread = await ana.mentions(ids.data, "files both ways", {
      files: [{ name: "names.csv", content: "name\nZoe\n" }],
    });
    await product.said(thread, "result");
    const back = await slack.until(() =>
      slack
        .thread(thread.channel, thread.ts)
        .flatMap((one) => one.files)
        .find((file) => file.name === "back.md"),
    );

    expect(back.content.toString()).toBe("Hello Zoe.");
    const downloads = slack.callsTo("files.download").slice(sent);
    expect(downloads).toMatchObject([{ team: ids.team, status: 200 }]);
    expect(slack.callsTo("files.completeUploadExternal")).toMatchObject([{ team: ids.team, ok: true }]);
    expect(requests("Zoe").length).toBeGreaterThan(0);
    const heard = JSON.stringify([model.requests.map(({ body }) => body), log]);
    for (const secret of [slack.botToken, "xoxb-", slack.signingSecret, slack.url, "url_private"]) {
      expect(heard).not.toContain(secret);
    }
  });
});

describe("app: Slack, the agent's own words", () => {
  it("call nobody, unfold nothing and load nothing, whatever the model writes", async () => {
    const { slack, model } = product;
    const loud =
      "<!channel> <!subteam^S1> @here <@U0BO> ![chart](https://pictures.example/p.png?q=1) https://bare.example/page";
    const steps = [loud, "Two", "Three"].map((text) => ({ text, state: "todo" }));
    model.replyTo(
      "be loud",
      uses(["set_plan", { title: `Plan ${loud}`, steps }]),
      uses(["ask_person", { question: `Question ${loud}`, options: ["@channel", "<!everyone>"] }]),
      uses(["write_file", { path: "loud.md", content: "quiet" }]),
      finishes(`Result ${loud}`, "loud.md"),
    );
    const first = slack.calls.length;
    const thread = await ana.mentions(ids.secret, "be loud");
    const question = await product.said(thread, "attention");
    await ana.clicks(question, "Something else");
    await ana.submitsModal({ "Your answer": "Loudly, @here" });
    const result = await product.said(thread, "result");
    await ana.slash("/deputy", "status", ids.secret);
    await ana.says(ids.secret, "status", { thread: thread.ts });
    await product.said(thread, "notice");

    const calls = slack.calls.slice(first);
    const said = calls.map(({ args }) => JSON.stringify(args)).join("\n");
    expect(said).toContain("bare.example/page");
    expect(said).not.toMatch(/<!(?:channel|here|everyone|group|subteam)/);
    expect(said).not.toMatch(/(?<![\w.@\u200b])@(?:here|channel|everyone)\b/);
    expect(said).not.toMatch(/"(?:image|video|image_url)"/);
    const marked = calls.flatMap(({ args }) => [args["text"], ...markedUp(args["blocks"])]).join("\n");
    expect(marked).toContain("bare.");
    expect(marked).not.toContain("<@U0BO>");
    expect(marked).not.toMatch(/(?<!`)https:\/\/(?:bare|pictures)\.example/);
    expect(wordsOf(result)).toContain("`https://bare.example/page`");

    const posts = slack.calls.filter(({ method }) => method === "chat.postMessage");
    expect(posts.length).toBeGreaterThan(3);
    for (const { args } of posts) {
      expect(args).toMatchObject({ unfurl_links: "false", unfurl_media: "false", link_names: "false" });
      expect(args).not.toHaveProperty("reply_broadcast");
    }
    // An upload is a message of Slack's own making: it has no flags, and no words of ours.
    const uploads = slack.botMessages().filter(({ files }) => files.length > 0);
    expect(uploads.map(({ text, blocks }) => [text, blocks])).toEqual(uploads.map(() => ["", []]));
    for (const message of slack.botMessages().filter(({ files }) => files.length === 0)) {
      expect(message).toMatchObject({ unfurl: { links: false, media: false }, broadcast: false });
    }
  });
});

describe("app: Slack, words in a thread", () => {
  it("`why`, `!mute` and `!unmute`", async () => {
    const { model } = product;
    model.replyTo("words in a thread", uses(asks("Go on?")), finishes("First."));
    model.replyTo("once more", finishes("Second."));
    const thread = await ana.mentions(ids.data, "words in a thread");
    const question = await product.said(thread, "attention");
    const notice = (words: string) => product.said(thread, "notice", (one) => wordsOf(one).includes(words));
    const says = (text: string) => ana.says(ids.data, text, { thread: thread.ts });

    await says("why?");
    expect(wordsOf(await notice("Ana asked"))).toContain("words in a thread");
    await ana.clicks(question, "Yes");
    await product.said(thread, "result");

    await says("!mute");
    await notice("I'm quiet in this thread now");
    await says("this is between us");
    await somethingElseIsDone("after the mute");
    expect(requests("this is between us")).toEqual([]);

    await says("!unmute");
    await notice("I'm listening in this thread again");
    await says("once more");
    await product.said(thread, "result", (one) => wordsOf(one).includes("Second."));
    expect(product.allSaid(thread, "result")).toHaveLength(2);
  });
});
