// Words in a personal chat before they are said (T-M8), against a fake that holds to Microsoft's rules for streams.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LiveOutcome, PlatformLive, PostName } from "../../../src/chat/contract.ts";
import type { ConversationAddress } from "../../../src/domain/conversation.ts";
import { asRunId } from "../../../src/domain/ids.ts";
import type { Outgoing } from "../../../src/domain/outbox.ts";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import { aCard, aNotice, anAttention, aResult } from "../outgoing.ts";
import { through as callEnds, openTeamsWorld, type TeamsWorld } from "./teams-world.ts";

const run = asRunId("run_1");
const words = "Vendor B is the cheapest.\n\nIt costs less than A.\n\n";
let world: TeamsWorld;
let at: ConversationAddress;
let chat: string;

beforeEach(async () => {
  world = await openTeamsWorld();
  const ana = world.teams.person(teamsIds.ana);
  chat = ana.chat;
  await ana.says(chat, "hello");
  at = heardLast();
});
afterEach(() => world.close());

function heardLast(): ConversationAddress {
  const place = world.heard.at(-1)?.conversation;
  if (!place) throw new Error("nothing was heard");
  return place;
}

function live(): PlatformLive {
  const { live: found } = world.platform;
  if (!found) throw new Error("Teams shows nothing before it is said");
  return found;
}

const showing = { run, may: () => true };
const status = (text = "Working: compare", place = at): Promise<LiveOutcome> =>
  live().show(place, { ...showing, words: { kind: "status", text } });
const answer = (text: string, follow: readonly string[] = []): Promise<LiveOutcome> =>
  live().show(at, { ...showing, words: { kind: "answer", text, follow } });
const shown = (): string[] => world.teams.streams.flatMap((stream) => stream.shown.map(({ text }) => text));
const said = (): string[] => world.teams.said(chat).map(({ activity }) => JSON.stringify(activity));
const pieces = () =>
  world.teams.calls
    .filter(({ body }) => JSON.stringify(body ?? "").includes("streaminfo"))
    .map((call) => call.status);

const through = <T>(call: Promise<T>): Promise<T> => callEnds(world, call, 100);

const post = (message: Outgoing, key = "result:run_1", name: PostName = { key, run }): Promise<string> =>
  through(world.platform.post(at, name, message, []));
const later = (ms = 1_700): Promise<void> => world.clock.advance(ms);

describe("chat/teams: a stream", () => {
  it("TR1: shows a line, then the answer as it grows, and ends as the message itself", async () => {
    expect(await status()).toBe("shown");
    await later();
    expect(await answer("Vendor B is")).toBe("shown");
    await later();
    expect(await answer(words)).toBe("shown");
    const id = await post(aResult({ text: `${words}So take B.`, title: "Vendors" }));

    expect(shown()).toEqual(["Working: compare", "Vendor B is", words.trim()]);
    expect(pieces()).toEqual([201, 202, 202, 202]);
    expect(world.teams.streams).toMatchObject([{ id, state: "completed" }]);
    const [message = "", ...others] = said();
    expect(others).toEqual([]);
    expect(message).toContain(`${words}So take B.\n\n**Done** - Vendors`.replaceAll("\n", "\\n"));
    expect(message).toContain("AIGeneratedContent");
    expect(await world.platform.findByKey(at, "result:run_1")).toBe(id);
    expect(await post(aResult())).toBe(id); // C2
  });

  it("RS1: brings citations, feedback and its footer with the message, and follows links before as after", async () => {
    const text = "See https://a.example/b for it.\n\nThat is all there is.";
    const followed = { follow: ["https://a.example/b"] };
    expect(await answer("See https://a.example/b for it.\n\nThat", followed.follow)).toBe("shown");
    const feedback = { action: "feedback.up", value: "run_1", label: "Helpful", style: "plain" } as const;
    await post(aResult({ text, ...followed, buttons: [feedback] }));

    expect(world.teams.streams[0]?.state).toBe("completed");
    expect(said()[0]).toMatch(/feedbackLoop.*|"citation":/);
    expect(said()[0]).toContain('"feedbackLoop"');
    expect(said()[0]).toContain('"citation"');
  });

  it.each([aCard(), anAttention(), aNotice("Here."), aResult()])(
    "ES1: a line turns into the first message of its run, whichever it is: $kind",
    async (message) => {
      await status();
      const id = await post(message, "k1");
      expect(world.teams.streams).toMatchObject([{ id, state: "completed" }]);
      expect(said()).toHaveLength(1);

      await world.clock.advance(10_000);
      expect(await status("Working: again")).toBe("over"); // TR2
      expect(await answer("The answer is")).toBe("shown");
      await post(aResult({ text: "The answer is 42." }));
      expect(world.teams.streams.map(({ state }) => state)).toEqual(["completed", "completed"]);
    },
  );

  it("ES1: a message of other work in the chat is a message of its own, and ends nothing", async () => {
    await status();
    await post(aNotice("Status."), "k1", { key: "k1" });
    await post(aNotice("Something else."), "k2", { key: "k2", run: asRunId("run_2") });
    expect(said()).toHaveLength(2);
    expect(world.teams.streams[0]?.state).toBe("open");
  });

  it("ES4: words that are no beginning of the message are marked as broken off, and the message comes whole", async () => {
    await answer(words);
    await post(aResult({ outcome: "failed", text: "I could not finish this." }));
    expect(said()).toHaveLength(2);
    expect(said()[0]).toContain("Interrupted, this is incomplete.");
    expect(said()[1]).toContain("I could not finish this.");
    expect(said()[1]).not.toContain("streaminfo");
  });

  it("marks what will not be said so, once; a line is left alone", async () => {
    await status();
    await through(live().breakOff(at, run));
    expect(said()).toEqual([]);
    await post(aCard(), "card");
    await later();
    await answer(words);
    await through(live().breakOff(at, run));
    await through(live().breakOff(at, run));
    expect(said().filter((text) => text.includes("Interrupted"))).toHaveLength(1);
    expect(await answer("Other words this time.")).toBe("shown");
  });

  it("TR1: only in a personal chat, and one at a time there", async () => {
    await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "hello");
    expect(await status("Working", heardLast())).toBe("over");
    expect(world.teams.streams).toEqual([]);

    await status();
    const other = { ...showing, run: asRunId("run_2"), words: { kind: "status", text: "Other" } } as const;
    expect(await live().show(at, other)).toBe("skipped");
    expect(world.teams.streams).toHaveLength(1);
  });

  it("shows nothing when it may not, nor what does not go on from what is there", async () => {
    expect(
      await live().show(at, { ...showing, may: () => false, words: { kind: "status", text: "x" } }),
    ).toBe("skipped");
    await answer(words);
    await later();
    expect(await answer("Other words entirely here.")).toBe("skipped");
    expect(await status()).toBe("over");
    expect(shown()).toEqual([words.trim()]);
  });

  it("TR4: an answer of which nothing can be shown yet keeps the line, and a Stop is heard of meanwhile", async () => {
    await status();
    await later();
    expect(await answer("- a list that is being")).toBe("skipped");
    expect(shown()).toEqual(["Working: compare", "Working: compare"]);
    await later();
    world.teams.stopsStream(chat);
    expect(await answer("- a list that is being written\n- and goes")).toBe("stopped");
  });

  it("sends the same words again for a Stop only, not each time", async () => {
    await answer(words);
    await later();
    expect(await answer(words)).toBe("shown");
    expect(pieces()).toEqual([201]);
    await later(3_000);
    expect(await answer(words)).toBe("shown");
    expect(pieces()).toEqual([201, 202]);
  });
});

describe("chat/teams: a stream, in time", () => {
  it("T-M8, TR2: at a hundred seconds an answer is marked as broken off, and the message comes whole", async () => {
    await answer("Vendor B is");
    await world.clock.advance(100_000);
    expect(await through(answer(words))).toBe("over");
    expect(said()[0]).toContain("Interrupted, this is incomplete.");
    await post(aResult({ text: words }));
    expect(said()).toHaveLength(2);
    expect(pieces()).not.toContain(403);
  });

  it("T-M8, TR2: a line is left to end by itself; an answer waits until it has", async () => {
    await status();
    await world.clock.advance(100_000);
    expect(await status("Working: still")).toBe("over");
    expect(await answer("The answer is")).toBe("skipped");
    expect(said()).toEqual([]);
    await world.clock.advance(21_000);
    expect(await answer("The answer is")).toBe("shown");
    expect(pieces()).toEqual([201, 201]);
  });

  it("a message after the two minutes is a message of its own", async () => {
    await status();
    await world.clock.advance(121_000);
    await post(aResult());
    expect(said()).toHaveLength(1);
    expect(said()[0]).not.toContain("streaminfo");
  });

  it("TR1: the message waits for a piece that is under way, and for Teams' pace", async () => {
    const showingNow = answer("Vendor B is the cheapest.");
    const id = await post(aResult({ text: "Vendor B is the cheapest." }));
    expect(await showingNow).toBe("shown");
    expect(world.teams.streams).toMatchObject([{ id, state: "completed" }]);
    expect(pieces()).toEqual([201, 202]);
  });

  it("T-M7, PT3: takes a turn that is free and leaves room for messages", async () => {
    for (const n of [1, 2, 3, 4]) await world.platform.post(at, { key: `n${n}` }, aNotice("x"), []);
    expect(await status()).toBe("skipped");
    expect(world.teams.streams).toEqual([]);
    await world.clock.advance(2_000);
    expect(await status()).toBe("shown");
  });

  it("T-M7: eighteen pieces in thirty seconds, and Teams finds none of them too soon", async () => {
    await status();
    for (let n = 0; n < 17; n += 1) {
      await later();
      await answer(`${"Word ".repeat(n + 1)}`);
    }
    expect(pieces()).toEqual([201, ...Array<number>(17).fill(202)]);
  });
});

describe("chat/teams: a stream that Teams does not take", () => {
  it("TR3, T-M8: a Stop in the client is told, and what follows is a message of its own", async () => {
    await answer("Vendor B is");
    world.teams.stopsStream(chat);
    await later();
    expect(await answer(words)).toBe("stopped");
    await post(aResult({ outcome: "stopped", text: "Stopped by Ana." }));
    expect(said()).toHaveLength(1);
    expect(said()[0]).not.toContain("streaminfo");
    expect(pieces()).toEqual([201, 403]);
  });

  it("ES2: a Stop that comes with the message itself costs nobody the message", async () => {
    await answer("Vendor B is");
    world.teams.stopsStream(chat);
    const id = await post(aResult({ text: "Vendor B is cheap." }));
    expect(said()).toHaveLength(1);
    expect(world.teams.said(chat)[0]?.id).toBe(id);
  });

  it.each([
    [403, "ContentStreamNotAllowed"],
    [400, "BadArgument"],
    [404, "ActivityNotFoundInConversation"],
    [413, "MessageSizeTooBig"],
  ])(
    "TR3, TE3: after %i %s nothing more is streamed there, and messages are as before",
    async (code, name) => {
      world.teams.fault("stream", { kind: "status", status: code, code: name });
      expect(await status()).toBe("over");
      expect(await answer(words)).toBe("over");
      expect(await world.references.place(chat)).not.toMatchObject({ gone: true });
      await post(aResult());
      expect(said()).toHaveLength(1);
      expect(pieces()).toEqual([code]);
    },
  );

  it("TR5: a stream that another process left open is in the way until Teams closes it, and no longer", async () => {
    await status();
    const next = world.open().live;
    const words = { kind: "status", text: "Working: the next" } as const;
    const again = () => next?.show(at, { run: asRunId("run_2"), may: () => true, words });
    expect([await again(), await again(), pieces()]).toEqual(["over", "over", [201, 403]]);
    await world.clock.advance(121_000);
    expect([await again(), pieces()]).toEqual(["shown", [201, 403, 201]]);
  });

  it.each([
    [403, "ContentStreamNotAllowed"],
    [400, "BadSyntax"],
    [404, "ActivityNotFoundInConversation"],
  ])("ES2: an end that got %i %s is posted as a message, in the same try", async (code, name) => {
    await answer("Vendor B is");
    world.teams.fault("stream end", { kind: "status", status: code, code: name });
    await post(aResult({ text: "Vendor B is cheap." }));
    expect(said()).toHaveLength(1);
    expect(said()[0]).not.toContain("streaminfo");
    expect(await world.references.place(chat)).not.toMatchObject({ gone: true });
  });

  it("429: a piece is left out and the next one holds all of it; an end comes when Teams says", async () => {
    world.teams.fault("stream", { kind: "status", status: 429, retryAfter: "3" });
    expect(await answer("Vendor B is")).toBe("skipped");
    await later();
    expect(await answer("Vendor B is the")).toBe("skipped"); // PT2
    await later();
    expect(await answer("Vendor B is the")).toBe("shown");
    world.teams.fault("stream end", { kind: "status", status: 429, retryAfter: "3" });
    const result = aResult({ text: "Vendor B is the one." });
    await expect(post(result)).rejects.toMatchObject({ code: "chat.rate_limited", fate: "refused" });
    await later(3_000);
    const id = await post(result);
    expect(world.teams.streams).toMatchObject([{ id, state: "completed" }]);
    expect(said()).toHaveLength(1);
  });

  it("a piece whose answer was lost is gone on from, with a higher number", async () => {
    await answer("Vendor B is");
    await later();
    world.teams.fault("stream", { kind: "lost" });
    expect(await answer("Vendor B is the")).toBe("skipped");
    await later();
    expect(await answer("Vendor B is the cheapest")).toBe("shown");
    await post(aResult({ text: "Vendor B is the cheapest one." }));
    expect(world.teams.streams[0]?.state).toBe("completed");
    expect(pieces()).toEqual([201, 202, 202, 202]);
  });

  it("a stream whose beginning was lost is let go", async () => {
    world.teams.fault("stream", { kind: "lost" });
    expect(await status()).toBe("over");
    await post(aResult());
    expect(said()).toHaveLength(1);
  });

  it("ES3, I2: an end whose answer was lost is not said a second time", async () => {
    await answer("Vendor B is");
    world.teams.fault("stream end", { kind: "lost" });
    const result = aResult({ text: "Vendor B is cheap." });
    await expect(post(result)).rejects.toMatchObject({ fate: "unknown" });
    await later();
    const id = await post(result);
    expect(said()).toHaveLength(1);
    expect(world.teams.said(chat)[0]?.id).toBe(id);
  });

  it.each(["taken", "not taken"])(
    "ES3, I13: after a notice whose end nobody knows of (it was %s) the result is a message of its own",
    async (fate) => {
      await status();
      world.teams.fault("stream end", fate === "taken" ? { kind: "lost" } : { kind: "status", status: 502 });
      await expect(post(aNotice("I began."), "k1")).rejects.toMatchObject({ fate: "unknown" });
      await later(); // a notice is not repeated (PM2)
      const id = await post(aResult({ text: "Vendor B is cheap." }));
      const result = world.teams.said(chat).find((one) => one.id === id)?.activity;
      expect(result?.["text"]).toContain("Vendor B is cheap.");
      expect(JSON.stringify(result)).not.toContain("streaminfo");
    },
  );

  it("ES3, I2: an end that never arrived is said then", async () => {
    await answer("Vendor B is");
    world.teams.fault("stream end", { kind: "status", status: 502 });
    const result = aResult({ text: "Vendor B is cheap." });
    await expect(post(result)).rejects.toMatchObject({ fate: "unknown" });
    await later();
    await post(result);
    expect(said()).toHaveLength(1);
  });

  it("I2: another process that knows nothing of the stream posts the message once", async () => {
    await answer("Vendor B is");
    const other = world.open();
    await through(other.post(at, { key: "result:run_1", run }, aResult({ text: "Vendor B is cheap." }), []));
    expect(said()).toHaveLength(1);
    expect(said()[0]).not.toContain("streaminfo");
  });

  it("TEAMS_STREAM=off: shows nothing before it is said", async () => {
    await world.close();
    world = await openTeamsWorld({ settings: { stream: false } });
    expect(world.platform.live).toBeUndefined();
  });
});
