// First words and hints on Slack: being installed, being let into a channel, what somebody looks at, what was done in
// other direct messages, and a crowd that nobody has seen before.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { personKey } from "../../src/domain/ids.ts";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeMessage } from "../fakes/slack/types.ts";
import { finishes } from "./product.ts";
import { type SlackProduct, startSlackProduct, wordsOf } from "./slack-product.ts";

const off = "C0OFF";

describe("app: Slack, first words and hints", () => {
  let folder: string;
  let product: SlackProduct;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-slack-firsts-"));
    await writeFile(path.join(folder, "deputy.config.yml"), `channels:\n  ${off}: { enabled: false }\n`);
    product = await startSlackProduct({
      folder,
      env: {
        SLACK_CLIENT_ID: "1.2",
        SLACK_CLIENT_SECRET: "c0ffeec0ffee",
        DEPUTY_PUBLIC_URL: "https://deputy.example",
        DEPUTY_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
        DEPUTY_CONFIG: path.join(folder, "deputy.config.yml"),
      },
    });
    product.slack.addChannel(off, "channel", [ids.ana]);
  });
  afterAll(async () => {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The opening of the run that holds `mark`, as the model was sent it. */
  const opening = (mark: string): string => {
    const body = product.model.requests
      .map((one) => JSON.stringify(one.body))
      .find((one) => one.includes(mark));
    return body ?? "";
  };
  const topLevel = (channel: string): FakeMessage[] =>
    product.slack.botMessages(channel).filter((one) => one.thread_ts === undefined);
  const somethingElse = async (mark: string): Promise<void> => {
    product.model.replyTo(mark, finishes("Else."));
    await product.said(await product.slack.person(ids.ana).mentions(ids.data, mark), "result");
  };

  it("GR1: says hello once in a channel that it is let into, and works there", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    await ana.invites(ids.outside);
    await slack.until(() => topLevel(ids.outside)[0]);
    await ana.invites(ids.outside);
    model.replyTo("first work", finishes("Done here."));
    await product.said(await ana.mentions(ids.outside, "first work"), "result");

    expect(topLevel(ids.outside)).toHaveLength(1);
    expect(wordsOf(topLevel(ids.outside)[0] ?? raise())).toMatch(/Ana invited me.*Mention me/);
  });

  it("CA1: card, result and home page lead to the console, which asks who looks", async () => {
    const { slack, model, app } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("with details", finishes("Done."));
    const result = await product.said(await ana.mentions(ids.data, "with details"), "result");
    const [run] = await app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    const details = `https://deputy.example/console/runs/${run?.id}`;
    expect(JSON.stringify(result.blocks)).toContain(details);
    await ana.opensHome();
    await slack.until(() =>
      JSON.stringify(slack.homes.get(ids.ana) ?? "").includes(`"https://deputy.example/console"`),
    );
    for (const path of ["/console", new URL(details).pathname]) {
      const page = await fetch(`${app.url}${path}`);
      expect(page.status).toBe(401);
      expect(await page.text()).toContain("Sign in with Slack");
    }
  });

  it("GR2: is silent in one where it is switched off", async () => {
    await product.slack.person(ids.ana).invites(off);
    await somethingElse("after the silent invitation");

    expect(product.slack.botMessages(off)).toEqual([]);
  });

  it("GR1 ux d.18: tells whoever installed it, once, what it is and what to try", async () => {
    const { slack, app } = product;
    const install = async (): Promise<number> => {
      const led = await fetch(`${app.url}/slack/install`, { redirect: "manual" });
      const state = new URL(led.headers.get("location") ?? "").searchParams.get("state") ?? "";
      const cookie = led.headers.getSetCookie().map((one) => one.split(";")[0]);
      const back = `${app.url}/slack/oauth_redirect?${new URLSearchParams({ code: `code-${ids.team}`, state })}`;
      return (await fetch(back, { headers: { cookie: cookie.join("; ") } })).status;
    };
    const welcomes = (): FakeMessage[] =>
      slack.botMessages("D0ANA").filter((one) => wordsOf(one).includes("Three things to try"));

    expect(await install()).toBe(200);
    await slack.until(() => welcomes()[0]);
    expect(await install()).toBe(200);
    await somethingElse("after the second installation");

    expect(welcomes()).toHaveLength(1);
    expect(wordsOf(welcomes()[0] ?? raise())).toMatch(/Where I listen.*without asking.*budget/s);
  });

  it("S-S6: what somebody looks at is one line of a direct message's run, and a prompt", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    await ana.looksAt({ type: "slack#/types/channel_id", value: ids.secret, team_id: ids.team });
    await slack.until(() => slack.callsTo("conversations.info").find((call) => call.ok));
    await ana.opensMessages();
    await slack.until(() => JSON.stringify(slack.prompts.get("D0ANA"))?.includes("#secret"));
    model.replyTo("what is that", finishes("A channel."));
    const asked = await ana.says("D0ANA", "what is that");
    await product.said(asked, "result");

    expect(opening("what is that")).toContain("Ana is looking at #secret");
    expect(JSON.stringify(slack.prompts.get("D0ANA"))).toContain(`<#${ids.secret}>`);
    await ana.looksAt();
  });

  it("S-S6: it gives no right: the run is the same as without it", async () => {
    const { slack, model, app } = product;
    const bo = slack.person(ids.bo);
    slack.addChannel("C0HIDDEN", "group", [ids.bot, ids.ana]);
    const runs: unknown[] = [];
    for (const entities of [[], [{ type: "slack#/types/channel_id", value: "C0HIDDEN" }]]) {
      await bo.looksAt(...entities);
      const mark = `rights ${runs.length}`;
      model.replyTo(mark, finishes("None."));
      await product.said(await bo.says("D0BO", mark), "result");
      const [run] = await app.edges.store.read((tx) => tx.runs.list({ subject: boKey, limit: 1 }));
      const place = run && (await app.edges.store.read((tx) => tx.conversations.find(run.conversation)));
      const { mode, subject, agent, budget, goal } = run ?? raise();
      runs.push({ mode, subject, agent, budget, goal: goal.replace(/\d/, ""), workspace: place?.workspace });
    }

    expect(runs[1]).toEqual(runs[0]);
    expect(opening("rights 1")).toContain("is looking at");
    expect(opening("rights 0")).not.toContain("is looking at");
    const read = slack.calls.filter(
      ({ method, args }) => /conversations\.(replies|history)/.test(method) && args["channel"] === "C0HIDDEN",
    );
    expect(read).toEqual([]);
  });

  it("ux d.14: a new topic in a direct message knows what was done in the others; a channel does not", async () => {
    const { slack, model } = product;
    const cem = slack.person(ids.cem);
    model.replyTo("the first topic", finishes("The lease ends in May."));
    await product.said(await cem.says("D0CEM", "the first topic"), "result");
    model.replyTo("another topic", finishes("Yes."));
    await product.said(await cem.says("D0CEM", "another topic"), "result");
    model.replyTo("in a channel", finishes("Yes."));
    await product.said(await cem.mentions(ids.general, "in a channel"), "result");

    expect(opening("another topic")).toContain("The lease ends in May.");
    expect(opening("in a channel")).not.toContain("The lease ends");
  });

  it("ux d.13: a run knows what time it is for the person who asks", async () => {
    const { slack, model } = product;
    model.replyTo("which day is it", finishes("Today."));
    await product.said(await slack.person(ids.cem).mentions(ids.general, "which day is it"), "result");

    expect(opening("which day is it")).toMatch(/GMT\+9 for Cem, in Asia\/Tokyo/);
  });

  it("LI4: a shortcut where it is not begins nothing and says so to the person alone", async () => {
    const { slack } = product;
    slack.addChannel("C0AWAY", "channel", [ids.ana, ids.bo]);
    const ana = slack.person(ids.ana);
    const before = slack.views.length;
    const remark = await slack.person(ids.bo).says("C0AWAY", "not for the agent");

    await ana.shortcut(remark, "deputy.ask");
    await slack.until(() => slack.botMessages("D0ANA").find((one) => wordsOf(one).includes("/invite")));

    expect(slack.views).toHaveLength(before);
    expect(slack.botMessages("C0AWAY")).toEqual([]);
  });

  it("counts what it refused to take", async () => {
    const { slack, app } = product;
    const refused = async (): Promise<number> => {
      const page = await (await fetch(`${app.url}/metrics`)).text();
      return Number(/deputy_inbox\w*\{[^}]*outcome="rejected"[^}]*\} (\d+)/.exec(page)?.[1] ?? 0);
    };
    const before = await refused();

    expect((await slack.deliverRaw({ body: "{}", secret: "another secret" })).status).toBe(401);

    expect(await refused()).toBe(before + 1);
  });
});

const boKey = personKey("slack", ids.team, ids.bo);

function raise(): never {
  throw new Error("There is none");
}

describe.each(["http", "socket"] as const)("app: Slack over %s, a crowd", (door) => {
  it("SP4: hears each of 200 people whom nobody has seen, at once", async () => {
    const slack = await startFakeSlack({ retryDelays: [500, 5_000, 15_000] });
    const product = await startSlackProduct({ door, slack });
    const crowd = Array.from({ length: 200 }, (_, n) => `U0N${String(n).padStart(3, "0")}`);
    for (const id of crowd) {
      slack.addPerson({ id, team: ids.team, name: id.toLowerCase(), realName: `N ${id}`, tz: "Etc/UTC" });
    }
    slack.addChannel("C0CROWD", "channel", [ids.bot, ...crowd]);

    await Promise.all(crowd.map((id) => slack.person(id).says("C0CROWD", `hello from ${id}`)));
    await slack.settled();

    const seen = await product.app.edges.store.read((tx) =>
      Promise.all(crowd.map((id) => tx.people.find(personKey("slack", ids.team, id)))),
    );
    expect(seen.map((person) => person?.kind)).toEqual(crowd.map(() => "member"));
    expect(slack.deliveries.filter(({ state }) => state !== "acknowledged")).toEqual([]);
    await product.stop();
    await slack.close();
  });
});
