// The door of the Bot Connector: what gets in (ING-4, A22), and what becomes of it.

import { once } from "node:events";
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { conversationId } from "../../../src/chat/teams/inbound/home.ts";
import { personKey } from "../../../src/domain/ids.ts";
import type { Person } from "../../../src/domain/person.ts";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import type { Json } from "../../fakes/teams/state.ts";
import type { TokenParts } from "../../fakes/teams/tokens.ts";
import { anAttention, aResult } from "../outgoing.ts";
import { openTeamsWorld, type TeamsWorld } from "./teams-world.ts";

const ana = personKey("teams", teamsIds.tenant, teamsIds.ana);
let world: TeamsWorld;
let rejected: string[];
let opened: string[] = [];
let invited: { thread: string; by?: string | undefined }[];
let away = false;

beforeEach(async () => {
  rejected = [];
  invited = [];
  opened = [];
  away = false;
  world = await openTeamsWorld({
    receive: async () => {
      if (away) throw new Error("the store is away");
    },
    hooks: {
      homeOpened: ({ name }: Person) => void opened.push(name),
      rejected: (why) => void rejected.push(why),
      invited: async (at, by) => void invited.push({ thread: at.thread, by: by?.name }),
    },
  });
});
afterEach(() => world.close());

/** A message as Teams sends it, with something changed. */
async function aMessage(changed: Json = {}): Promise<Json> {
  const { activity } = await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "hello");
  world.heard.splice(0);
  return { ...activity, id: "1700000099999", ...changed };
}

/** By Node's own client, which lets a test say what a browser says by itself. */
async function statusOf(url: string, headers: OutgoingHttpHeaders, body: Json): Promise<number | undefined> {
  const sent = request(url, { method: "POST", headers });
  sent.end(JSON.stringify(body));
  const [answer]: IncomingMessage[] = await once(sent, "response");
  answer?.resume();
  return answer?.statusCode;
}

describe("chat/teams: tokens", () => {
  const forged: readonly (readonly [what: string, why: string, parts: TokenParts])[] = [
    ["another audience", "audience", { audience: "99999999-0000-0000-0000-000000000000" }],
    ["another issuer", "issuer", { issuer: "https://sts.windows.net/elsewhere/" }],
    ["the emulator's issuer", "issuer", { issuer: "https://login.microsoftonline.com/x/v2.0" }],
    ["another tenant", "tenant", { tenant: "99999999-0000-0000-0000-000000000000" }],
    ["an end that is over", "expired", { expiresIn: -301 }],
    ["a beginning that is to come", "not-yet-valid", { notBeforeIn: 301 }],
    ["another service URL", "service-url", { serviceUrl: "https://evil.example/" }],
  ];

  it.each(forged)(
    "T-M17, ING-4, A22: a token with %s is 401 (%s), and nothing is heard",
    async (_what, why, parts) => {
      const answer = await world.teams.deliver(await aMessage(), parts);

      expect(answer.status).toBe(401);
      expect(rejected).toEqual([why]);
      expect(world.heard).toEqual([]);
    },
  );

  it("ING-4: no token, a word for a token, one without a signature and one of another kind are 401", async () => {
    const message = await aMessage();
    const { keys, serviceUrl } = world.teams;
    for (const token of [null, "", "abc", keys.unsigned({ serviceUrl }), keys.confused({ serviceUrl })]) {
      expect((await world.teams.deliver(message, token)).status).toBe(401);
    }
    expect(world.heard).toEqual([]);
    expect(rejected).toHaveLength(5);
  });

  it("ING-4: a token of a foreign key under a known name, and one that was changed, are 401 and not 500", async () => {
    const message = await aMessage();
    const { keys, serviceUrl } = world.teams;
    const good = await keys.sign({ serviceUrl });
    const [head = "", body = "", signature = ""] = good.split(".");
    const claims = Buffer.from(body, "base64url").toString().replace('"nbf"', '"sub":"x","nbf"');
    const changed = `${head}.${Buffer.from(claims).toString("base64url")}.${signature}`;

    const statuses = [
      (await world.teams.deliver(message, await keys.signForeign({ serviceUrl }))).status,
      (await world.teams.deliver(message, changed)).status,
      (await world.teams.deliver(message, good)).status,
    ];
    expect(statuses).toEqual([401, 401, 200]);
    expect(rejected).toEqual(["signature", "signature"]);
  });

  it("ING-4: a key that is published for another channel signs nothing for us", async () => {
    const message = await aMessage();
    await world.teams.keys.rotate(["webchat"]);

    expect((await world.teams.deliver(message)).status).toBe(401);
  });

  it("ING-4: an activity that names a foreign service host is refused, though its token agrees (A22)", async () => {
    const serviceUrl = "https://smba.evil.example/emea/";
    const answer = await world.teams.deliver(await aMessage({ serviceUrl }), { serviceUrl });

    expect(answer.status).toBe(401);
    expect(rejected).toEqual(["service-host"]);
    expect(await world.references.place(teamsIds.general)).toMatchObject({
      serviceUrl: world.teams.serviceUrl,
    });
  });

  it.each([
    ["another tenant", { conversation: { id: "19:x@thread.tacv2", tenantId: "other" } }, "tenant"],
    ["two tenants", { channelData: { tenant: { id: "other" } } }, "tenant"],
    ["no tenant", { conversation: { id: "19:x@thread.tacv2" }, channelData: {} }, "tenant"],
    ["another channel", { channelId: "webchat" }, "channel"],
  ])("ING-4: an activity of %s is refused", async (_what, changed, why) => {
    expect((await world.teams.deliver(await aMessage(changed))).status).toBe(401);
    expect(rejected).toEqual([why]);
  });

  it("ING-4: five minutes of skew are borne", async () => {
    const message = await aMessage();

    expect((await world.teams.deliver(message, { expiresIn: -290 })).status).toBe(200);
    expect((await world.teams.deliver({ ...message, id: "2" }, { notBeforeIn: 290 })).status).toBe(200);
  });

  it("VE4: of a token that was good once, what it claims is judged each time", async () => {
    const message = await aMessage();
    const { keys, serviceUrl } = world.teams;
    const token = await keys.sign({ serviceUrl, expiresIn: -200 });
    expect((await world.teams.deliver(message, token)).status).toBe(200);
    expect(
      (await world.teams.deliver({ ...message, id: "2", serviceUrl: `${serviceUrl}x` }, token)).status,
    ).toBe(401);
    const other = { id: "19:x@thread.tacv2", tenantId: "other" };
    expect((await world.teams.deliver({ ...message, id: "3", conversation: other }, token)).status).toBe(401);
    world.clock.jump(101_000);
    expect((await world.teams.deliver({ ...message, id: "4" }, token)).status).toBe(401);
    expect(rejected).toEqual(["service-url", "tenant", "expired"]);
    expect(world.heard).toHaveLength(1);
  });

  it("VE2: a new signing key is taken up at once", async () => {
    const message = await aMessage();
    await world.teams.keys.rotate();

    expect((await world.teams.deliver(message)).status).toBe(200);
    expect(world.heard).toHaveLength(1);
  });

  it("VE3: the Agents Playground gets in where it is switched on, and only with a service on this machine", async () => {
    const played = await openTeamsWorld({ settings: { playground: true, appPassword: undefined } });
    try {
      const message = (await aMessage({ serviceUrl: played.teams.serviceUrl })) satisfies Json;
      expect((await played.teams.deliver(message, null)).status).toBe(200);
      expect(played.heard).toHaveLength(1);
      expect(
        (await played.teams.deliver({ ...message, serviceUrl: "https://smba.trafficmanager.net/x" }, null))
          .status,
      ).toBe(401);
    } finally {
      await played.close();
    }
  });

  it.each([
    ["of a page elsewhere", { origin: "https://evil.example" }, "browser"],
    ["of a page of unknown origin", { origin: "null", "content-type": "text/plain" }, "browser"],
    ["to a foreign name that leads here", { host: "evil.example:3000" }, "host"],
  ])("VE3, T-S7: where the Playground gets in, a request %s does not", async (_what, headers, why) => {
    const refused: string[] = [];
    const played = await openTeamsWorld({
      settings: { playground: true, appPassword: undefined },
      hooks: { homeOpened: () => undefined, rejected: (reason) => void refused.push(reason) },
    });
    try {
      const message = await aMessage({ serviceUrl: played.teams.serviceUrl });
      expect(await statusOf(`${played.url}/api/messages`, headers, message)).toBe(401);
      expect([refused, played.heard]).toEqual([[why], []]);
      expect(await statusOf(`${played.url}/api/messages`, {}, message)).toBe(200);
    } finally {
      await played.close();
    }
  });

  it("MD4: a body over a megabyte is 413; what is no activity, and no POST, get a clear answer", async () => {
    const post = (body: string, headers = {}) =>
      fetch(`${world.url}/api/messages`, { method: "POST", body, headers });
    const token = {
      authorization: `Bearer ${await world.teams.keys.sign({ serviceUrl: world.teams.serviceUrl })}`,
    };

    expect((await post("x".repeat(1_100_000))).status).toBe(413);
    expect((await post("{")).status).toBe(401);
    expect((await post("{", token)).status).toBe(400);
    expect((await post("[]", token)).status).toBe(400);
    expect((await fetch(`${world.url}/api/messages`)).status).toBe(405);
  });
});

describe("chat/teams: what is heard", () => {
  it("TA2: a channel's reply chain, a group chat and a personal chat are conversations of their kind", async () => {
    const { teams, heard } = world;
    const asked = await teams.person(teamsIds.ana).mentions(teamsIds.general, "one");
    await teams.person(teamsIds.bo).mentions(teamsIds.general, "two", { in: asked.conversation });
    await teams.person(teamsIds.ana).mentions(teamsIds.group, "three");
    await teams.person(teamsIds.ana).says(teams.person(teamsIds.ana).chat, "four");

    expect(heard.map(({ conversation: { kind, channel, thread } }) => [kind, channel, thread])).toEqual([
      ["channel", teamsIds.general, asked.id],
      ["channel", teamsIds.general, asked.id],
      ["group", teamsIds.group, "chat"],
      ["dm", teams.person(teamsIds.ana).chat, "chat"],
    ]);
    expect(heard[0]).toMatchObject({
      text: "one",
      mentionsAgent: true,
      author: { key: ana, name: "Ana", kind: "external", unchecked: true, timeZone: "Europe/Prague" },
      conversation: { platform: "teams", tenant: `teams-${teamsIds.tenant}` },
    });
  });

  it("TP1, TP2: nothing waits to be told who somebody is; until then they are from outside, then a guest or a member", async () => {
    const { teams, heard, platform } = world;
    let asked = 0;
    const lookUps = (): number => teams.calls.filter(({ path }) => path.includes("/members/")).length;
    for (const [who, kind] of [
      [teamsIds.guest, "guest"],
      [teamsIds.ana, "member"],
    ] as const) {
      heard.splice(0);
      await teams.person(who).mentions(teamsIds.general, "hello");
      expect(heard[0]?.author).toMatchObject({ kind: "external", unchecked: true });
      expect(lookUps()).toBe(asked);

      const [event] = heard;
      expect(event && (await platform.people?.standing(event.author.key, event.conversation))).toBe(kind);
      await teams.person(who).mentions(teamsIds.general, "hello again");
      expect(heard[1]?.author).toMatchObject({ kind });
      expect(heard[1]?.author).not.toHaveProperty("unchecked");
      asked += 1;
      expect(lookUps()).toBe(asked);
    }
    world.clock.jump(5 * 60_000); // ID-2
    await teams.person(teamsIds.ana).mentions(teamsIds.general, "and later");
    expect(heard.at(-1)?.author).toMatchObject({ unchecked: true });
  });

  it("TP2: whom Teams does not describe as of our tenant is from outside", async () => {
    const { teams, heard, platform } = world;
    await teams.person(teamsIds.ana).mentions(teamsIds.general, "hello");
    const at = heard[0]?.conversation;
    const standing = async (): Promise<unknown> => at && platform.people?.standing(ana, at);
    teams.describes(teamsIds.ana, { tenantId: undefined });
    expect(await standing()).toBe("external");
    teams.describes(teamsIds.ana, { tenantId: "99999999-0000-0000-0000-000000000000" });
    expect(await standing()).toBe("external");
    teams.describes(teamsIds.ana, { userRole: "anonymous" });
    expect(await standing()).toBe("external");
  });

  it("names others who are mentioned by their keys, and takes the agent's own mention out", async () => {
    const also = {
      text: "<at>Deputy</at> ask <at>Bo</at> about\u00a0it",
      entities: [
        { type: "mention", mentioned: { id: `28:${teamsIds.app}`, name: "Deputy" }, text: "<at>Deputy</at>" },
        { type: "mention", mentioned: { id: "29:bo", name: "Bo" }, text: "<at>Bo</at>" },
        { type: "mention", mentioned: "not one" },
      ],
    };
    await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "", { also });

    expect(world.heard[0]).toMatchObject({
      text: "ask Bo about it",
      mentionsAgent: true,
      mentions: [personKey("teams", teamsIds.tenant, teamsIds.bo)],
    });
  });

  it("TM1, TM2: takes edits and deletions for what they are, and a repeated one for one", async () => {
    const person = world.teams.person(teamsIds.ana);
    const said = await person.mentions(teamsIds.general, "first");
    await person.edits(said, "<at>Deputy</at> second");
    await person.edits(said, "<at>Deputy</at> second");
    await person.deletes(said);

    expect(world.heard.map(({ kind }) => kind)).toEqual(["message", "edited", "edited", "deleted"]);
    expect(world.heard[1]).toMatchObject({ messageId: said.id, text: "second" });
    expect(world.heard[1]?.eventId).toBe(world.heard[2]?.eventId);
    expect(new Set(world.heard.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it("T-M11: knows where it was added, greets a channel, and says so where it was removed", async () => {
    const { teams, references, platform } = world;
    await teams.person(teamsIds.bo).installs(teamsIds.data);
    expect(await references.place(teamsIds.data)).toMatchObject({
      kind: "channel",
      bot: { id: `28:${teamsIds.app}` },
    });
    expect(invited).toEqual([{ thread: `~${teamsIds.data}`, by: "Bo" }]);

    await teams.person(teamsIds.bo).uninstalls(teamsIds.data);
    const at = {
      platform: "teams",
      tenant: world.heard[0]?.conversation.tenant ?? ana,
      kind: "channel",
      channel: teamsIds.data,
      thread: "1",
    };
    await expect(
      // @ts-expect-error -- the tenant is not looked at here
      platform.post(at, { key: "k1" }, aResult(), []),
    ).rejects.toMatchObject({ fate: "refused", noPlace: true });
  });

  it("ux c.13: `home` in the personal chat is for its page alone; it is shown when the app is added there, too", async () => {
    const { teams, heard } = world;
    const person = teams.person(teamsIds.ana);
    await person.says(person.chat, " Home ");
    expect([heard, opened]).toEqual([[], ["Ana"]]);
    await person.says(person.chat, "status");
    expect(heard).toHaveLength(1);
    await person.mentions(teamsIds.general, "home");
    expect(heard).toHaveLength(2);
    expect(opened).toEqual(["Ana", "Ana"]);
    await teams.person(teamsIds.bo).installs(teams.person(teamsIds.bo).chat);
    expect(opened).toEqual(["Ana", "Ana", "Bo"]);
  });

  it("a file of a channel can't be had, and the sentence says where it can be sent", async () => {
    const also = {
      attachments: [
        { contentType: "reference", contentUrl: "https://x.sharepoint.com/f", name: "plan.docx" },
      ],
    };
    await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "read", { also });
    const [event] = world.heard;
    const file = event?.kind === "message" ? event.files[0] : undefined;

    expect(file?.name).toBe("plan.docx");
    const download = file && world.platform.download(file);
    await expect(download).rejects.toThrow(/personal chat/);
    await expect(download).rejects.toMatchObject({ code: "chat.file_out_of_reach" });
  });

  it.each([
    ["forwardedMessageReference", undefined, "forwardedMessageReference"],
    ["application/vnd.microsoft.card.codesnippet", undefined, "codesnippet"],
    ["application/vnd.microsoft.card.audio", "voice.mp4", "voice.mp4"],
  ])("what can't be read is named: %s", async (contentType, name, shown) => {
    const person = world.teams.person(teamsIds.ana);
    await person.says(person.chat, "see this", { also: { attachments: [{ contentType, name }] } });
    const [event] = world.heard;
    const file = event?.kind === "message" ? event.files[0] : undefined;

    expect(file?.name).toBe(shown);
    await expect(file && world.platform.download(file)).rejects.toMatchObject({
      code: "chat.file_of_unknown_kind",
    });
  });

  it("the rich form, a quote and the preview of a link are no files", async () => {
    const person = world.teams.person(teamsIds.ana);
    const attachments = [
      { contentType: "text/html", content: "<p>see this</p>" },
      { contentType: "messageReference", content: "{}" },
      { contentType: "application/vnd.microsoft.card.thumbnail", content: {} },
    ];
    await person.says(person.chat, "see this", { also: { attachments } });
    expect(world.heard).toMatchObject([{ text: "see this", files: [] }]);
  });

  it("a message without a word is heard in the personal chat, where it is for nobody else; what a card submits is none", async () => {
    const person = world.teams.person(teamsIds.ana);
    const attachments = [
      { contentType: "text/html", content: '<p><img src="https://x.example/cat.gif"></p>' },
    ];
    await person.says(teamsIds.group, "", { also: { attachments } });
    await person.says(person.chat, "", { also: { value: { n: "1" } } });
    expect(world.heard).toEqual([]);
    await person.says(person.chat, "", { also: { attachments } });
    expect(world.heard).toMatchObject([{ kind: "message", text: "", files: [], mentionsAgent: false }]);
  });

  it("TD1: no address of a file is followed to another host", async () => {
    const content = { downloadUrl: "https://evil.example/secret", uniqueId: "u1" };
    const also = {
      attachments: [
        { contentType: "application/vnd.microsoft.teams.file.download.info", name: "a.csv", content },
      ],
    };
    await world.teams.person(teamsIds.ana).says(world.teams.person(teamsIds.ana).chat, "read", { also });
    const [event] = world.heard;
    const file = event?.kind === "message" ? event.files[0] : undefined;

    expect(file?.ref).not.toContain("evil.example"); // sealed: what is stored gives nobody the file
    await expect(file && world.platform.download(file)).rejects.toMatchObject({ code: "chat.file_gone" });
  });
});

describe("chat/teams: invokes", () => {
  async function question() {
    const asked = await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "compare");
    const at = world.heard[0]?.conversation;
    if (!at) throw new Error("nothing was heard");
    const freeText = {
      action: "question.answer",
      value: "wait_1",
      label: "Something else",
      style: "plain",
    } as const;
    const id = await world.platform.post(at, { key: "k1" }, anAttention({ freeText, mention: ana }), []);
    const message = world.teams.said(conversationId(at)).find((one) => one.id === id);
    if (!message) throw new Error("nothing was posted");
    world.heard.splice(0);
    return { conversation: asked.conversation, message };
  }

  it("T-M4: the same click delivered twice is one event; the same button shown anew is another", async () => {
    const { conversation, message } = await question();
    const clicked = await world.teams.person(teamsIds.ana).clicks(conversation, message, "Europe");
    await world.teams.deliver({ ...clicked.activity, id: "another-delivery" });
    expect(JSON.parse(clicked.body)).toMatchObject({
      statusCode: 200,
      type: expect.stringContaining("activity.message"),
    });
    const [first, second] = world.heard;
    expect(first?.eventId).toBe(second?.eventId);

    const at = first?.conversation;
    if (at) await world.platform.edit(at, message.id, anAttention({ mention: ana }));
    const anew = world.teams.said(conversation).find(({ id }) => id === message.id) ?? message;
    await world.teams.person(teamsIds.ana).clicks(conversation, anew, "Europe");
    expect(world.heard[2]?.eventId).not.toBe(first?.eventId);
  });

  it("TP3, ID-2: who decides an approval is asked for anew; whom Teams can't describe then is from outside", async () => {
    const person = world.teams.person(teamsIds.ana);
    await person.says(person.chat, "hello");
    world.heard.splice(0);
    const approves = () =>
      person.invokes(person.chat, "adaptiveCard/action", {
        action: { type: "Action.Execute", verb: "approval.approve", data: { value: "apr_1", n: "n1" } },
      });
    const lookUps = (): number => world.teams.calls.filter(({ path }) => path.includes("/members/")).length;
    await approves();
    await approves();
    expect(world.heard.map(({ author }) => author.kind)).toEqual(["member", "member"]);
    expect(lookUps()).toBe(2);

    world.teams.describes(teamsIds.ana, { userRole: "guest" });
    await approves();
    world.teams.fault("member", { kind: "status", status: 403 });
    await approves();
    expect(world.heard.slice(2).map(({ author }) => author.kind)).toEqual(["guest", "external"]);
  });

  it("takes an answer in own words from the field of its card", async () => {
    const { conversation, message } = await question();
    await world.teams
      .person(teamsIds.ana)
      .clicks(conversation, message, "Something else", { text: "Only the north" });

    expect(world.heard[0]).toMatchObject({
      kind: "action",
      action: "question.answer",
      value: "wait_1",
      text: "Only the north",
    });
  });

  it("IV1: says so, in a form that Teams shows, where a click could not be kept", async () => {
    const { conversation, message } = await question();
    away = true;
    const clicked = await world.teams.person(teamsIds.ana).clicks(conversation, message, "Europe");

    expect(clicked.status).toBe(200);
    expect(JSON.parse(clicked.body)).toMatchObject({
      statusCode: 500,
      type: "application/vnd.microsoft.error",
    });
  });

  it.each([
    ["adaptiveCard/action", { action: { type: "Action.Execute", verb: "approve.all", data: {} } }],
    ["adaptiveCard/action", "nonsense"],
    [
      "adaptiveCard/action",
      { action: { type: "Action.Execute", verb: "card.refresh" }, trigger: "automatic" },
    ],
    ["message/submitAction", { actionName: "feedback" }],
    ["task/fetch", {}],
    ["task/submit", { data: { form: "approval.approve" } }],
    ["fileConsent/invoke", { action: "accept", context: { offer: "made up" } }],
    ["signin/verifyState", { state: "x" }],
    ["signin/tokenExchange", { id: "x" }],
    ["composeExtension/query", {}],
  ])("IV2, T-M13: answers %s with %j in a well-formed way, and does nothing", async (name, value) => {
    const person = world.teams.person(teamsIds.ana);
    const answer = await person.invokes(person.chat, name, value, "1700000000001");

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toBeTypeOf("object");
    expect(world.heard).toEqual([]);
  });

  it("opens the form that an edit needs, and takes what was written in it", async () => {
    const person = world.teams.person(teamsIds.ana);
    const data = { form: "approval.edit", value: "apr_1", n: "n1" };
    const opened = await person.invokes(person.chat, "task/fetch", {
      data: { msteams: { type: "task/fetch" }, ...data },
    });
    expect(JSON.parse(opened.body)).toMatchObject({
      task: { type: "continue", value: { card: { content: { type: "AdaptiveCard" } } } },
    });

    await person.invokes(person.chat, "task/submit", { data: { ...data, text: "to Bo instead" } });
    expect(world.heard[0]).toMatchObject({ action: "approval.edit", value: "apr_1", text: "to Bo instead" });
  });

  it("T-M3: a thumb is about the run of the message under which it was pressed", async () => {
    const button = { value: "run_7", label: "Helpful", style: "plain" } as const;
    const buttons = [
      { ...button, action: "feedback.up" as const },
      { ...button, action: "feedback.down" as const },
    ];
    const told = await openTeamsWorld({ deps: { shown: async () => ({ message: aResult({ buttons }) }) } });
    try {
      const person = told.teams.person(teamsIds.ana);
      const actionValue = { reaction: "dislike", feedback: '{"feedbackText":"too long"}' };
      const answer = await person.invokes(
        person.chat,
        "message/submitAction",
        { actionName: "feedback", actionValue },
        "1",
      );

      expect(answer).toMatchObject({ status: 200, body: "{}" });
      expect(told.heard[0]).toMatchObject({ action: "feedback.down", value: "run_7", text: "too long" });
    } finally {
      await told.close();
    }
  });
});
