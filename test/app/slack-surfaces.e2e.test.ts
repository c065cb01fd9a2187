// What people can do on Slack besides writing: commands, the Home tab, shortcuts, forms, thumbs and late clicks.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeEphemeral, FakeMessage, FakeView } from "../fakes/slack/types.ts";
import { finishes, uses } from "./product.ts";
import { type SlackProduct, startSlackProduct, wordsOf } from "./slack-product.ts";

let product: SlackProduct;
beforeAll(async () => {
  product = await startSlackProduct();
});
afterAll(() => product.stop());

const silence = { kind: "silence" } as const;
const plan = (title: string): readonly [string, object] => [
  "set_plan",
  { title, steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) },
];
const asks = (question: string): readonly [string, object] => [
  "ask_person",
  { question, options: ["Yes", "No"] },
];

/** What only this person was shown, as soon as some of it holds `words`. */
function whispered(user: string, words: string): Promise<FakeEphemeral> {
  const { slack } = product;
  return slack.until(() =>
    slack.ephemerals.find((one) => one.user === user && one.shown && one.text.includes(words)),
  );
}

/** How often the model was asked about `mark`. */
function asked(mark: string): number {
  return product.model.requests.filter(({ body }) => JSON.stringify(body).includes(mark)).length;
}

async function stopped(mark: string, thread: FakeMessage): Promise<void> {
  await product.slack.person(ids.ana).says(thread.channel, "stop", { thread: thread.ts });
  await product.said(thread, "result");
  expect(asked(mark)).toBeGreaterThan(0);
}

describe("app: Slack, the command", () => {
  it("answers its author alone, and starts nothing", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("going-on", uses(plan("Ana's going-on")), silence);
    model.replyTo("of-another", uses(plan("Bo's secret plan")), silence);
    const own = await ana.mentions(ids.general, "going-on, please");
    const other = await slack.person(ids.bo).mentions(ids.general, "of-another, please");
    await product.said(own, "card");
    await product.said(other, "card");
    await expect.poll(() => [asked("going-on"), asked("of-another")]).toEqual([2, 2]);
    const before = slack.botMessages().length;
    const requests = model.requests.length;

    const clicks = [
      await ana.slash("/deputy", "status", ids.general),
      await ana.slash("/deputy", "help", ids.general),
      await ana.slash("/deputy", "dance a tango", ids.general),
    ];
    const status = await whispered(ids.ana, "Ana's going-on");
    await whispered(ids.ana, "Only you see the answers");
    await whispered(ids.ana, "I don't know the command “dance a tango”");

    expect(clicks.map(({ status: code, warned, body }) => [code, warned, body])).toEqual(
      clicks.map(() => [200, false, expect.not.stringMatching(/in_channel/)]),
    );
    expect(status.text).not.toContain("secret");
    expect(slack.ephemerals.filter((one) => one.user !== ids.ana)).toEqual([]);
    expect(slack.botMessages()).toHaveLength(before);
    expect(model.requests).toHaveLength(requests);
    await stopped("going-on", own);
    await slack.person(ids.bo).says(ids.general, "stop", { thread: other.ts });
    await product.said(other, "result");
  });

  it("mutes a channel: only mentions are heard, until it unmutes", async () => {
    const { slack, model, app } = product;
    const ana = slack.person(ids.ana);
    const runs = () => app.edges.store.read((tx) => tx.runs.list({ limit: 100 }));
    for (const mark of ["before-mute", "while-muted", "after-mute"])
      model.replyTo(mark, finishes(`Over: ${mark}.`));
    const over = (mark: string) => (one: FakeMessage) => wordsOf(one).includes(`Over: ${mark}.`);
    const thread = await ana.mentions(ids.data, "before-mute");
    await product.said(thread, "result");
    const before = (await runs()).length;

    await ana.slash("/deputy", "mute", ids.data);
    await whispered(ids.ana, "I'm quiet in this channel now");
    await ana.says(ids.data, "to nobody", { thread: thread.ts });
    await ana.mentions(ids.data, "while-muted", { thread: thread.ts });
    await product.said(thread, "result", over("while-muted"));
    expect((await runs())[0]?.goal).not.toContain("to nobody");
    expect(await runs()).toHaveLength(before + 1);

    await ana.slash("/deputy", "unmute", ids.data);
    await whispered(ids.ana, "I'm listening in this channel again");
    await ana.says(ids.data, "after-mute", { thread: thread.ts });
    await product.said(thread, "result", over("after-mute"));
    expect(slack.botMessages(ids.data).some((one) => wordsOf(one).includes("I'm quiet"))).toBe(false);
  });
});

describe("app: Slack, the Home tab", () => {
  const home = (is: (words: string) => boolean): Promise<FakeView> => {
    const { slack } = product;
    return slack.until(() => {
      const view = slack.homes.get(ids.ana);
      return view && is(JSON.stringify(view.view)) ? view : undefined;
    });
  };
  /** The part of the page under this heading. */
  const under = (view: FakeView, heading: string): string =>
    JSON.stringify(view.view)
      .split('"type":"header"')
      .find((part) => part.includes(`"${heading}"`)) ?? "";

  it("shows a person's own work, follows it, and stops it", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("home-running", uses(plan("Home running")), silence);
    model.replyTo("home-waiting", uses(asks("Home waiting?")), finishes("Home waited."));
    model.replyTo("home-others", uses(plan("Not for Ana")), uses(asks("Only for Bo?")));
    const running = await ana.mentions(ids.general, "home-running");
    const waiting = await ana.mentions(ids.general, "home-waiting");
    const others = await slack.person(ids.bo).mentions(ids.general, "home-others");
    await product.said(running, "card");
    await product.said(waiting, "attention");
    await product.said(others, "attention");

    await ana.opensHome();
    const opened = await home((words) => words.includes("Home running"));
    expect(under(opened, "Waiting for you")).toContain("Home waiting?");
    expect(under(opened, "Running")).toContain("Home running");
    expect(under(opened, "Running")).not.toContain("Home waiting?");
    expect(JSON.stringify(opened.view)).not.toMatch(/Not for Ana|home-others|Only for Bo/);
    expect([...slack.homes.keys()]).toEqual([ids.ana]);

    const answer = await ana.clicks(opened, "Yes");
    await product.said(waiting, "result");
    const answered = await home((words) => !words.includes("Home waiting?"));
    expect(under(answered, "Waiting for you")).toContain("Nothing waits for you.");

    const stop = await ana.clicks(answered, "Stop");
    const result = await product.said(running, "result");
    const after = await home((words) => words.includes("Nothing is running for you."));
    expect(wordsOf(result)).toContain("Stopped by Ana");
    expect(under(after, "Recent results")).toContain("Home running");
    expect([answer.warned, stop.warned]).toEqual([false, false]);
    expect(product.allSaid(others, "result")).toEqual([]);
  });
});

describe("app: Slack, shortcuts and forms", () => {
  it("works in the thread of the message that the shortcut was used on", async () => {
    const { slack, model, app } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("look into shortcut", finishes("Looked into it."));
    const remark = await slack.person(ids.bo).says(ids.general, "The export is broken since Monday");

    await ana.shortcut(remark, "deputy.ask");
    expect(JSON.stringify(ana.modal()?.view)).toContain("The export is broken");
    await ana.submitsModal({ "What shall I do with this?": "look into shortcut" });
    const result = await product.said(remark, "result");

    expect(wordsOf(result)).toContain("Looked into it.");
    expect(asked("The export is broken since Monday")).toBeGreaterThan(0);
    expect(slack.callsTo("reactions.add").filter(({ ok }) => !ok)).toEqual([]);
    const [run] = await app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    expect(run?.subject).toBe(`slack:${ids.team}:${ids.ana}`);
  });

  it.each([
    ["a channel", ids.data, ids.data],
    ["direct messages", "D0ANA", "D0ANA"],
    ["somebody else's direct messages", "D0BO", "D0ANA"],
  ])("a task for %s has a thread of its own there", async (_, chosen, place) => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    const mark = `task-${chosen}`;
    model.replyTo(mark, uses(asks("Go on?")), finishes("The task is over."));

    await ana.globalShortcut("deputy.task");
    await ana.submitsModal({ "What shall I do?": mark, "Where shall I work and answer?": chosen });
    const opening = await slack.until(() =>
      slack.botMessages(place).find((one) => wordsOf(one).includes(mark)),
    );
    const question = await product.said(opening, "attention");
    await ana.clicks(question, "Yes");
    const result = await product.said(opening, "result");

    expect(opening.thread_ts).toBeUndefined();
    expect(wordsOf(opening)).toContain("Ana asks me for this");
    expect(wordsOf(result)).toContain("The task is over.");
    expect(slack.session(place, opening.ts)?.history).toContain("suspended");
  });

  it("a task where the agent can't write is not begun, and its author is told", async () => {
    const { slack } = product;
    const ana = slack.person(ids.ana);
    await ana.globalShortcut("deputy.task");
    await ana.submitsModal({
      "What shall I do?": "task-outside",
      "Where shall I work and answer?": ids.outside,
    });

    await slack.until(() => slack.botMessages("D0ANA").find((one) => one.text.includes("haven't begun")));
    expect(asked("task-outside")).toBe(0);
  });

  it("“Something else” answers a question in own words", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("own words", uses(asks("Which region?")), finishes("Understood."));
    const thread = await ana.mentions(ids.general, "own words, please");
    const question = await product.said(thread, "attention");

    const click = await ana.clicks(question, "Something else");
    expect(JSON.stringify(ana.modal()?.view)).toContain("Which region?");
    expect(product.allSaid(thread, "result")).toEqual([]);
    await ana.submitsModal({ "Your answer": "Only the far north" });
    await product.said(thread, "result");
    const decided = await product.said(thread, "attention", (one) => wordsOf(one).includes("Decided"));

    expect(click.warned).toBe(false);
    expect(asked("Only the far north")).toBe(1);
    expect(wordsOf(decided)).toContain("Only the far north");
    expect(decided.blocks.some((block) => block["type"] === "actions")).toBe(false);
  });

  it("a thumb down asks what was wrong, keeps it, and thanks for it privately", async () => {
    const { slack, model, app } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("to be rated", finishes("Rated."));
    const thread = await ana.mentions(ids.general, "to be rated");
    const result = await product.said(thread, "result");
    const [run] = await app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    if (!run) throw new Error("There is no run.");
    const kept = () => app.edges.store.read((tx) => tx.feedback.list(run.id));
    const before = slack.botMessages().length;

    await ana.clicks(result, "negative");
    expect(await kept()).toEqual([]);
    await ana.submitsModal({ "What was wrong?": "Incomplete", "Tell me more": "No totals." });
    const note = await whispered(ids.ana, "It is kept with this work");

    expect(await kept()).toMatchObject([
      { person: `slack:${ids.team}:${ids.ana}`, verdict: "down", text: "Incomplete: No totals." },
    ]);
    expect(note).toMatchObject({ channel: ids.general, thread_ts: thread.ts });
    expect(slack.botMessages()).toHaveLength(before);
  });
});

describe("app: Slack, clicks that come late", () => {
  it("ux d.11: says what became of it, privately, and changes nothing", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("late clicks", uses(plan("Late clicks")), uses(asks("Now?")), finishes("Over."));
    const thread = await ana.mentions(ids.general, "late clicks");
    const question = structuredClone(await product.said(thread, "attention"));
    const card = structuredClone(await product.said(thread, "card"));
    await ana.clicks(question, "Yes");
    await product.said(thread, "result");
    const requests = model.requests.length;

    const stop = await ana.clicks(card, "Stop");
    await whispered(ids.ana, "This has ended already");
    const answer = await ana.clicks(question, "No");
    await whispered(ids.ana, "This was decided already: Ana chose “Yes”");
    const button = { type: "button", text: { type: "plain_text", text: "Odd" }, value: "x" };
    const odd = { ...card, blocks: [{ type: "actions", elements: [{ ...button, action_id: "run.dance" }] }] };
    const unknown = await ana.clicks(odd, "Odd");
    await whispered(ids.ana, "I don't know that button");

    for (const click of [stop, answer, unknown]) expect(click).toMatchObject({ status: 200, warned: false });
    expect(model.requests).toHaveLength(requests);
    expect(product.allSaid(thread, "result")).toHaveLength(1);
  });
});
