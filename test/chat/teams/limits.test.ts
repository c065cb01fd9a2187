// What Teams refuses, puts off or loses (T-M7, T-M12, T-M14, T-M15), and what becomes of what was to be said.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChatError } from "../../../src/chat/errors.ts";
import type { ConversationAddress } from "../../../src/domain/conversation.ts";
import { personKey } from "../../../src/domain/ids.ts";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import type { Json } from "../../fakes/teams/state.ts";
import { retryMs } from "../../../src/chat/teams/outbound/teams-errors.ts";
import { aNotice, aResult } from "../outgoing.ts";
import {
  listen,
  openTeamsWorld,
  passing as timePasses,
  type TeamsWorld,
  through as callEnds,
} from "./teams-world.ts";

const ana = personKey("teams", teamsIds.tenant, teamsIds.ana);
let world: TeamsWorld;
let at: ConversationAddress;
let count = 0;

beforeEach(async () => {
  world = await openTeamsWorld();
  at = await heardIn(teamsIds.general);
});
afterEach(() => world.close());

async function heardIn(conversation: string): Promise<ConversationAddress> {
  await world.teams.person(teamsIds.ana).mentions(conversation, "hello");
  const place = world.heard.at(-1)?.conversation;
  if (!place) throw new Error("nothing was heard");
  return place;
}

function post(place = at, message = aNotice("words")): Promise<string> {
  count += 1;
  return world.platform.post(place, { key: `k${count}` }, message, []);
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof ChatError ? error : { unforeseen: error }),
  );
}

const posts = (): number =>
  world.teams.calls.filter(({ method, path }) => method === "POST" && path.includes("/activities")).length;
const saidIn = (conversation: string, to?: string): string =>
  JSON.stringify(world.teams.said(conversation, to));

const passing = (ms: number): Promise<void> => timePasses(world, ms);
const through = <T>(call: Promise<T>): Promise<T> => callEnds(world, call);

describe("chat/teams: pace", () => {
  it("T-M7, PT1: seven in a second, then they wait; what would wait longer is refused with the time to come again", async () => {
    const made = Array.from({ length: 7 }, () => post());
    await Promise.all(made);
    expect(posts()).toBe(7);

    const later = Array.from({ length: 8 }, () => post());
    const tooLate = failure(post());
    await passing(500);
    expect(posts()).toBe(7);
    await through(Promise.all(later));
    expect(posts()).toBe(15);
    expect(await tooLate).toMatchObject({
      code: "chat.rate_limited",
      fate: "refused",
      retry: { kind: "after" },
    });
  });

  it("T-M7: sixty in thirty seconds, each conversation for itself", async () => {
    for (let n = 0; n < 60; n += 1) {
      await post();
      await world.clock.advance(300);
    }
    expect(await failure(post())).toMatchObject({ code: "chat.rate_limited", fate: "refused" });
    expect(await post(await heardIn(teamsIds.group))).toMatch(/\d+/);
    await passing(12_000);
    expect(await post()).toMatch(/\d+/);
  });

  it("PT2: what 429 says in Retry-After holds for all of that conversation, and for no other", async () => {
    world.teams.fault("post", { kind: "status", status: 429, retryAfter: "7" });
    expect(await failure(post())).toMatchObject({
      code: "chat.rate_limited",
      fate: "refused",
      retry: { kind: "after", ms: 7_000 },
    });
    const before = posts();
    expect(await failure(post())).toMatchObject({ code: "chat.rate_limited", retry: { ms: 7_000 } });
    expect(posts()).toBe(before);
    await post(await heardIn(teamsIds.group));
    await passing(7_000);
    await post();
  });
});

describe("chat/teams: marks", () => {
  it("T-S2: two reactions in a second in one conversation, and the same one twice is one", async () => {
    const marked = () => world.teams.calls.filter(({ path }) => path.includes("/reactions/")).length;
    const id = await post();
    const made = [1, 2, 3].map(() => world.platform.react(at, id, "eyes"));
    await Promise.all(made.slice(0, 2));
    expect(marked()).toBe(2);
    await passing(1_000);
    await Promise.all(made);
    expect(marked()).toBe(3);
    expect(world.teams.activities.find((one) => one.id === id)?.reactions).toEqual(["1f440_eyes"]);
  });
});

describe("chat/teams: how long is waited", () => {
  it.each([
    ["seconds", "7", 7_000],
    ["parts of a second", "0.5", 500],
    ["a date", "Sat, 28 Nov 2026 12:01:00 GMT", 60_000],
    ["a date that is over", "Thu, 01 Jan 1970 00:00:00 GMT", 100],
    ["nothing", null, 5_000],
    ["nonsense", "soon", 5_000],
    ["a day", "86400", 900_000],
  ])("T-M7: Retry-After with %s", (_what, header, ms) => {
    expect(retryMs(header, Date.UTC(2026, 10, 28, 12))).toBe(ms);
  });

  it("T-M7: those who were refused together come back apart", async () => {
    const apart = await openTeamsWorld({ spread: 0.5 });
    try {
      await apart.teams.person(teamsIds.ana).mentions(teamsIds.general, "hello");
      const place = apart.heard[0]?.conversation ?? at;
      apart.teams.fault("post", { kind: "status", status: 429, retryAfter: "7" });
      expect(await failure(apart.platform.post(place, { key: "k" }, aNotice("words"), []))).toMatchObject({
        retry: { kind: "after", ms: 7_250 },
      });
    } finally {
      await apart.close();
    }
  });
});

describe("chat/teams: refusals", () => {
  it("TE1: 412 is tried again at once, three times, and then put off", async () => {
    world.teams.fault("post", { kind: "status", status: 412 }, 2);
    expect(await through(post())).toMatch(/\d+/);

    world.teams.fault("post", { kind: "status", status: 412 }, 3);
    expect(await through(failure(post()))).toMatchObject({
      code: "chat.unavailable",
      fate: "refused",
      retry: { kind: "backoff" },
    });
  });

  it.each([500, 502, 503, 504])(
    "TE2: a post that got %i may have happened, and is not repeated here",
    async (status) => {
      world.teams.fault("post", { kind: "status", status });
      const before = posts();
      expect(await failure(post())).toMatchObject({ code: "chat.unavailable", fate: "unknown" });
      expect(posts()).toBe(before + 1);
    },
  );

  it("CN3: an edit that got 502 is made again: twice is once", async () => {
    const id = await post();
    world.teams.fault("edit", { kind: "status", status: 502 }, 2);
    await through(world.platform.edit(at, id, aNotice("other words")));
    expect(saidIn(`${teamsIds.general};messageid=${at.thread}`)).toContain("other words");
  });

  it("T-M11: 403 means that the app is not there any more, until it is heard from there again", async () => {
    world.teams.fault("post", { kind: "status", status: 403, code: "BotNotInConversationRoster" });
    expect(await failure(post())).toMatchObject({ fate: "refused", noPlace: true });
    const before = posts();
    expect(await failure(post())).toMatchObject({ noPlace: true });
    expect(posts()).toBe(before);

    await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "here you are again");
    expect(await post()).toMatch(/\d+/);
  });

  it("T-M11, RF2: so it is where another process was told so, when the app is added again", async () => {
    await world.references.gone(teamsIds.general); // another process was refused
    expect(await failure(post())).toMatchObject({ noPlace: true });
    await world.teams.person(teamsIds.bo).installs(teamsIds.general);
    expect(await post()).toMatch(/\d+/);
  });

  it("CN3: 401 is tried again once, with a new token", async () => {
    const given = () =>
      world.teams.calls.filter(({ path, body }) => path.includes("/oauth2/") && body !== undefined).length;
    await post();
    const before = given();
    world.teams.fault("post", { kind: "status", status: 401 });
    expect(await through(post())).toMatch(/\d+/);
    expect(given()).toBe(before + 1);
    world.teams.fault("post", { kind: "status", status: 401 }, 2);
    expect(await through(failure(post()))).toMatchObject({ code: "chat.refused", fate: "refused" });
    expect(given()).toBe(before + 2);
  });

  it("CN1, A22: nothing, and no token, goes to a host that is not named, whatever was stored or where Teams points", async () => {
    const taken: string[] = [];
    const thief = await listen(async (request) => {
      taken.push(request.headers.get("authorization") ?? "none");
      return Response.json({ id: "1" });
    });
    world.teams.fault("post", { kind: "status", status: 302, location: `${thief.url}/take` });
    expect(await failure(post())).toMatchObject({ fate: "refused" });
    world.teams.fault("post", { kind: "status", status: 302, location: "/emea/v3/elsewhere" });
    expect(await failure(post())).toMatchObject({ fate: "refused" });
    expect(world.teams.calls.filter(({ path }) => path.includes("elsewhere"))).toEqual([]);
    const place = await world.references.place(teamsIds.general);
    if (place) await world.references.savePlace({ ...place, serviceUrl: `${thief.url}/` });
    expect(await failure(post())).toMatchObject({ code: "chat.refused", fate: "refused" });
    await thief.close();
    expect(taken).toEqual([]);
  });

  it("T-M11: 404 for a conversation that is gone is the same; 404 for a message alone is not", async () => {
    const id = await post();
    world.teams.fault("edit", { kind: "status", status: 404, code: "ActivityNotFoundInConversation" });
    expect(await failure(world.platform.edit(at, id, aNotice("other")))).toMatchObject({
      code: "chat.not_found",
      noPlace: false,
      retry: { kind: "never" },
    });
    world.teams.fault("post", { kind: "status", status: 404, code: "ConversationNotFound" });
    expect(await failure(post())).toMatchObject({ noPlace: true });
  });

  it("T-M15: what does not fit is refused whole, whoever finds out, so that it goes as a file", async () => {
    const long = "größere Wörter ".repeat(750);
    const before = posts();
    expect(await failure(post(at, aNotice("漢".repeat(11_900))))).toMatchObject({ code: "chat.bad_request" });
    expect(await failure(post(at, aNotice("x".repeat(12_001))))).toMatchObject({ code: "chat.bad_request" });
    expect(posts()).toBe(before);

    expect(await post(at, aNotice(long))).toMatch(/\d+/);
    expect(saidIn(`${teamsIds.general};messageid=${at.thread}`)).toContain(long.trim().slice(-200));
    world.teams.fault("post", { kind: "status", status: 413, code: "MessageSizeTooBig" });
    expect(await failure(post(at, aNotice(long)))).toMatchObject({
      code: "chat.bad_request",
      fate: "refused",
    });
  });
});

describe("chat/teams: private words", () => {
  const secret = aNotice("for Ana alone");
  const chat = (): string => world.teams.person(teamsIds.ana).chat;
  const inChannel = (): string => saidIn(`${teamsIds.general};messageid=${at.thread}`);

  it("T-M12: are targeted where Teams can", async () => {
    await world.platform.whisper(at, ana, secret);
    expect(saidIn(`${teamsIds.general};messageid=${at.thread}`, "29:ana")).toContain("for Ana alone");
    expect(inChannel()).not.toContain("for Ana alone");
  });

  it("T-M12: else in the personal chat; else others see a line with the way there, and none of the words (TW1)", async () => {
    world.teams.fault("targeted", { kind: "status", status: 400, code: "BadArgument" }, 2);
    await world.platform.whisper(at, ana, secret);
    expect(saidIn(chat())).toContain("for Ana alone");
    expect(inChannel()).not.toContain("for Ana alone");
  });

  it("T-M12, TW1: where no personal chat can be opened others see a line with the way there, and none of the words", async () => {
    world.teams.fault("targeted", { kind: "status", status: 400, code: "BadArgument" }, 2);
    world.teams.fault("open", { kind: "status", status: 403, code: "BotNotInConversationRoster" });
    await world.platform.whisper(at, ana, secret);
    expect(inChannel()).toContain("https://teams.microsoft.com/l/chat/0/0?users=28");
    expect(inChannel()).not.toContain("for Ana alone");
    expect(saidIn(chat())).toBe("[]");
  });

  it("TW1: what was put off, or may have been shown, is said nowhere else", async () => {
    world.teams.fault("targeted", { kind: "status", status: 429, retryAfter: "1" });
    expect(await failure(world.platform.whisper(at, ana, secret))).toMatchObject({
      code: "chat.rate_limited",
    });
    await passing(2_000);
    world.teams.fault("targeted", { kind: "lost" });
    expect(await failure(world.platform.whisper(at, ana, secret))).toMatchObject({ fate: "unknown" });
    expect(saidIn(chat())).toBe("[]");
  });
});

describe("chat/teams: files in the personal chat", () => {
  const content = Buffer.from("a,b\n1,2\n");
  const sha256 = createHash("sha256").update(content).digest("hex");
  const file = { name: "table.csv", sha256, sizeBytes: content.byteLength };

  async function offered() {
    const person = world.teams.person(teamsIds.ana);
    await person.says(person.chat, "hello");
    const line = world.heard.at(-1)?.conversation;
    if (!line) throw new Error("nothing was heard");
    world.blobs.set(sha256, content);
    await world.platform.post(line, { key: "f1" }, aResult({ files: [file] }), [
      { name: file.name, content },
    ]);
    const offer = world.teams
      .said(person.chat)
      .find(({ activity }) => JSON.stringify(activity).includes("consent"));
    if (!offer) throw new Error("nothing was offered");
    const [card] = Array.isArray(offer.activity["attachments"]) ? offer.activity["attachments"] : [];
    return { person, offer, context: card.content.acceptContext };
  }

  const uploadInfo = (name: string): Json => ({
    uploadUrl: `${world.teams.url}/files/${name}`,
    contentUrl: `${world.teams.url}/files/${name}`,
    name,
    uniqueId: "u1",
    fileType: "csv",
  });
  const shownAs = (id: string, pattern: RegExp) =>
    world.teams.until(() =>
      world.teams
        .said(world.teams.person(teamsIds.ana).chat)
        .find((one) => one.id === id && pattern.test(JSON.stringify(one.activity))),
    );

  it("T-M14: an offer that is taken puts the file where the person says, and turns into it; once more puts it there again", async () => {
    const { person, offer, context } = await offered();
    const value = { type: "fileUpload", action: "accept", context, uploadInfo: uploadInfo("table.csv") };
    for (const _ of [1, 2]) {
      const answer = await person.invokes(person.chat, "fileConsent/invoke", value, offer.id);
      expect([answer.status, answer.body]).toEqual([200, "{}"]);
      await shownAs(offer.id, /file\.info/);
    }
    expect(world.teams.files.get("table.csv")).toEqual(content);
  });

  it("T-M14: an offer that is not taken says so, and nothing is put anywhere", async () => {
    const { person, offer, context } = await offered();
    await person.invokes(
      person.chat,
      "fileConsent/invoke",
      { type: "fileUpload", action: "decline", context },
      offer.id,
    );
    await shownAs(offer.id, /was not taken/);
    expect(world.teams.files.has("table.csv")).toBe(false);
  });

  const told = (pattern: RegExp) =>
    world.teams.until(() =>
      world.teams
        .said(world.teams.person(teamsIds.ana).chat)
        .find(({ activity }) => pattern.test(String(activity["text"]))),
    );

  it("FO3, T-M14: whoever wants a file that can't be put there is told so, and may press again", async () => {
    const { person, offer, context } = await offered();
    world.teams.fault("upload", { kind: "status", status: 503 });
    const value = { action: "accept", context, uploadInfo: uploadInfo("table.csv") };
    await person.invokes(person.chat, "fileConsent/invoke", value, offer.id);
    await told(/could not put table\.csv there/);
    expect(world.teams.files.has("table.csv")).toBe(false);

    await person.invokes(person.chat, "fileConsent/invoke", value, offer.id);
    await shownAs(offer.id, /file\.info/);
    expect(world.teams.files.get("table.csv")).toEqual(content);
  });

  it("FO1: what was offered is good for a week", async () => {
    world.blobs.set(sha256, content);
    const link = world.platform.doors?.find(({ path }) => path.startsWith("/teams/files"));
    await world.platform.post(at, { key: "linked" }, aResult({ files: [file] }), []);
    const [, url = ""] =
      /\((http:\/\/[^)]+\/teams\/files\/[\w-]+)\)/.exec(
        saidIn(`${teamsIds.general};messageid=${at.thread}`),
      ) ?? [];
    expect((await link?.handle(new Request(url)))?.status).toBe(200);
    world.clock.jump(7 * 24 * 3_600_000);
    expect((await link?.handle(new Request(url)))?.status).toBe(404);
  });

  it("TD1: a file that is moved to another host is not fetched there", async () => {
    const taken: string[] = [];
    const thief = await listen(async (request) => {
      taken.push(request.url);
      return new Response("secret");
    });
    const person = world.teams.person(teamsIds.ana);
    world.teams.fault("download", { kind: "status", status: 302, location: `${thief.url}/take` });
    await person.says(person.chat, "read this", { file: { name: "a.csv", content } });
    const event = world.heard.at(-1);
    const sent = event?.kind === "message" ? event.files[0] : undefined;
    expect(await failure(sent ? world.platform.download(sent) : Promise.resolve())).toBeInstanceOf(ChatError);
    await thief.close();
    expect(taken).toEqual([]);
  });

  it("FO1, FO2: no other file, and no place but a file host of Microsoft's, whatever the answer says", async () => {
    const { person, offer, context } = await offered();
    const forged = { offer: `${context.offer.slice(0, -2)}AA` };
    const taken: string[] = [];
    const thief = await listen(async (request) => {
      taken.push(await request.text());
      return new Response(null, { status: 201 });
    });
    const elsewhere = { ...uploadInfo("table.csv"), uploadUrl: `${thief.url}/take` };
    for (const value of [
      { action: "accept", context: forged, uploadInfo: uploadInfo("table.csv") },
      { action: "accept", context, uploadInfo: elsewhere },
    ]) {
      expect((await person.invokes(person.chat, "fileConsent/invoke", value, offer.id)).status).toBe(200);
    }
    await passing(500);
    await thief.close();
    expect(taken).toEqual([]);
    expect(world.teams.files.has("table.csv")).toBe(false);
    expect(world.teams.said(person.chat).find(({ id }) => id === offer.id)?.edits).toBe(0);
  });
});
