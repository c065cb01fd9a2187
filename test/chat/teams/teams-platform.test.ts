import { describe, expect, it } from "vitest";
import { conversationId } from "../../../src/chat/teams/inbound/home.ts";
import { personKey } from "../../../src/domain/ids.ts";
import { aCard, aResult } from "../outgoing.ts";
import { chatContract } from "../../contracts/chat-contract.ts";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import { openTeamsWorld } from "./teams-world.ts";

const ana = personKey("teams", teamsIds.tenant, teamsIds.ana);
const bo = personKey("teams", teamsIds.tenant, teamsIds.bo);

chatContract(
  "teams",
  async (receive) => {
    const world = await openTeamsWorld({ receive });
    const { teams, clock, platform, blobs } = world;
    const asker = teams.person(teamsIds.ana);
    await teams.person(teamsIds.bo).installs(teamsIds.general); // Teams has told who Bo is
    const userOf = (viewer: string): string => (viewer === ana ? "29:ana" : "29:bo");
    blobs.set("a".repeat(64), Buffer.from([1, 0, 254, 10])); // what the contract posts
    return {
      platform,
      asker: ana,
      other: bo,
      async say(text, file) {
        await asker.mentions(teamsIds.general, text, file ? { file } : {});
      },
      async click(at, messageId) {
        const conversation = conversationId(at);
        const message = teams.said(conversation).find(({ id }) => id === messageId);
        if (!message) throw new Error(`There is no message ${messageId}`);
        const { body } = await asker.clicks(conversation, message, "Europe");
        if (!body.includes('"statusCode":200')) throw new Error(`The click was answered with ${body}`);
      },
      async passTime() {
        for (let passed = 0; passed < 10_000; passed += 1_000) {
          await clock.advance(1_000);
          await (await fetch(`${teams.url}/openid`)).text(); // deliveries come to their end meanwhile
        }
      },
      async seen(at, viewer) {
        const said = teams.said(conversationId(at), userOf(viewer));
        return Promise.all(
          said.map(async ({ id, activity, reactions }) => ({
            id,
            text: JSON.stringify(activity),
            files: await linkedFiles(JSON.stringify(activity)),
            reactions,
          })),
        );
      },
      async reactions(_at, messageId) {
        const found = teams.activities.find(({ id }) => id === messageId);
        return (found?.reactions ?? []).map((name) => name.replace("1f440_", ""));
      },
      live: {
        async line() {
          await asker.says(asker.chat, "hello");
          const at = world.heard.at(-1)?.conversation;
          if (!at) throw new Error("nothing was heard");
          return at;
        },
        seen: async (at) =>
          teams.streams
            .filter(({ conversation, state }) => conversation === conversationId(at) && state === "open")
            .map(({ shown }) => shown.at(-1)?.text ?? ""),
      },
      loseNextAnswer: () => teams.fault("post", { kind: "lost" }),
      reconnect: async () => world.open(),
      close: () => world.close(),
    };
  },
  { readBack: false, fileSizes: false, outsiders: ["Gil"] },
);

/** In a channel a file is a link to this server. */
async function linkedFiles(text: string) {
  const links = [...text.matchAll(/\[[^\]]*\]\((http:\/\/127\.0\.0\.1:\d+\/teams\/files\/[\w-]+)\)/g)];
  return Promise.all(
    links.map(async ([, url = ""]) => {
      const answer = await fetch(url);
      const name = /filename\*=UTF-8''(\S+)/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
      return { name, content: Buffer.from(await answer.arrayBuffer()) };
    }),
  );
}

describe("the Teams platform", () => {
  it("T-M6: a card is edited in place, under the id that Teams gave it; the result is a message of its own", async () => {
    const world = await openTeamsWorld();
    try {
      const { teams, platform, heard } = world;
      const { conversation } = await teams.person(teamsIds.ana).mentions(teamsIds.general, "compare");
      const [{ conversation: at } = fail()] = heard;
      const card = await platform.post(at, { key: "card" }, aCard(), []);
      await platform.edit(at, card, aCard({ state: "Done", buttons: [] }));
      const result = await platform.post(at, { key: "result" }, aResult(), []);

      const said = teams.said(conversation);
      expect(said.map(({ id, edits }) => [id, edits])).toEqual([
        [card, 1],
        [result, 0],
      ]);
      expect(JSON.stringify(said[0]?.activity)).toContain("Done - ");
    } finally {
      await world.close();
    }
  });

  it("shows that somebody is at work as typing; the rest is on its card", async () => {
    const world = await openTeamsWorld();
    try {
      const { teams, platform, heard } = world;
      const { conversation } = await teams.person(teamsIds.ana).mentions(teamsIds.general, "compare");
      const [{ conversation: at } = fail()] = heard;
      const sent = teams.calls.length;
      for (const status of ["processing", "suspended", "active"] as const)
        await platform.setStatus(at, status);
      const typing = teams.calls
        .slice(sent)
        .filter(({ body }) => JSON.stringify(body ?? "").includes("typing"));
      expect(typing.map(({ method, path, status }) => [method, decodeURIComponent(path), status])).toEqual([
        ["POST", `/emea/v3/conversations/${conversation}/activities`, 201],
      ]);
      expect(teams.said(conversation)).toEqual([]);
    } finally {
      await world.close();
    }
  });

  it("TM2: what is edited again later is another event, whatever it says", async () => {
    const world = await openTeamsWorld();
    try {
      const person = world.teams.person(teamsIds.ana);
      const said = await person.mentions(teamsIds.general, "first");
      await person.edits(said, "second");
      await world.clock.advance(1_000);
      await person.edits(said, "second");
      expect(new Set(world.heard.map(({ eventId }) => eventId)).size).toBe(3);
    } finally {
      await world.close();
    }
  });

  it("says how somebody stands where it is asked for, and rejects where Teams can't say", async () => {
    const world = await openTeamsWorld();
    try {
      const { teams, platform, heard } = world;
      await teams.person(teamsIds.ana).mentions(teamsIds.general, "compare the vendors");
      const [{ conversation } = fail()] = heard;
      const standing = (who = ana) => platform.people?.standing(who, { ...conversation, thread: "" });

      expect(await standing()).toBe("member");
      expect(await standing(personKey("teams", teamsIds.tenant, teamsIds.guest))).toBe("guest");
      teams.fault("member", { kind: "status", status: 500 });
      await expect(standing()).rejects.toMatchObject({ code: "chat.unavailable" });
      teams.leaves(teamsIds.ana);
      expect(await standing()).toBe("absent");
      expect(await standing(bo)).toBe("member");
      teams.remove(teamsIds.general);
      await expect(standing(bo)).rejects.toMatchObject({ noPlace: true });
    } finally {
      await world.close();
    }
  });
});

function fail(): never {
  throw new Error("It is not there");
}

describe("chat/teams: the way to a run's page, and to a message", () => {
  it("is on its card and its result", async () => {
    const world = await openTeamsWorld();
    const details = "https://deputy.example/console/runs/run_1";
    await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "hello");
    const at = world.heard[0]?.conversation;
    if (!at) throw new Error("Nothing was heard");
    await world.platform.post(at, { key: "k1" }, aCard({ details }), []);
    await world.platform.post(at, { key: "k2" }, aResult({ details }), []);
    const said = world.teams.said(conversationId(at)).map(({ activity }) => JSON.stringify(activity));
    expect(said.filter((one) => one.includes(details))).toHaveLength(2);
    const link = new URL((await world.platform.linkTo?.(at, "170")) ?? "");
    expect(link.pathname).toBe(`/l/message/${encodeURIComponent(at.channel)}/170`);
    expect(link.searchParams.get("parentMessageId")).toBe(at.thread);
    expect(link.searchParams.get("tenantId")).toBe(teamsIds.tenant);
    expect(await world.platform.linkTo?.({ ...at, kind: "dm" })).toContain("/l/chat/0/0?users=28%3A");
    expect(await world.platform.linkTo?.({ ...at, kind: "group", thread: "chat" }, "170")).toContain(
      "contextType",
    );
    await world.close();
  });

  it("is on the page of one's own work, if there is a console", async () => {
    const world = await openTeamsWorld();
    const person = world.teams.person(teamsIds.ana);
    await person.says(person.chat, "hello");
    const none = { items: [], more: 0 };
    const recent = { items: [], more: 3 };
    const page = {
      agent: "deputy",
      waiting: none,
      running: none,
      scheduled: none,
      recent,
      connected: none,
      preferences: [],
      may: [],
      mayNot: [],
    };
    const shown = (): string => JSON.stringify(world.teams.said(person.chat).at(-1)?.activity);
    await world.platform.publishHome?.(ana, page);
    expect(shown()).not.toContain("console");
    expect(shown()).toContain("and 3 more");
    await world.platform.publishHome?.(ana, { ...page, console: "https://deputy.example/console" });
    expect(shown()).toContain("https://deputy.example/console");
    expect(shown()).toContain("and 3 more, all in the console");
    await world.close();
  });
});
