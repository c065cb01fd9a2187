import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createLocalChat, type LocalChat } from "../../src/chat/local/local-chat.ts";
import { toAddress } from "../../src/chat/local/to-inbound.ts";
import { asPersonKey, asRunId } from "../../src/domain/ids.ts";
import { createEventStreams, type EventStreams } from "../../src/web/event-stream.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { type ChatServer, startChatServer } from "./chat-server.ts";

const ana = asPersonKey("local:local:ana");

describe("web/event-stream", () => {
  const clock = createManualClock();
  let folder: string;
  let chat: LocalChat;
  let streams: EventStreams;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-events-"));
    const deps = { folder, clock, log: silentLogger, agentName: "deputy" };
    chat = await createLocalChat({ ...deps, ids: createIds(() => clock.now()) });
    const view = (event: { readonly seq: number }): unknown => ({ number: event.seq });
    streams = createEventStreams({ room: chat.room, clock, view, viewLive: ({ live }) => live ?? "gone" });
  });
  afterEach(async () => {
    streams.endAll();
    await chat.platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const say = (text: string): Promise<unknown> => chat.room.say({ as: ana, channel: "sales", text });
  /** Everything that is there until the stream is ended. */
  const readAll = async (
    since: number,
    act: () => Promise<unknown> = async () => undefined,
  ): Promise<string> => {
    const response = streams.open(ana, since);
    await act();
    streams.endAll();
    return response.text();
  };

  it("ES1: goes on after the event that the reader had last", async () => {
    await say("one");
    const since = chat.room.seq();
    await say("two");

    const text = await readAll(since, () => say("three"));

    expect(
      [...text.matchAll(/^id: (\d+)\nevent: message\ndata: (.*)$/gm)].map(([, id, data]) => [id, data]),
    ).toEqual([
      ["2", '{"number":2}'],
      ["3", '{"number":3}'],
    ]);
  });

  it("ES1: tells a reader who is ahead of the room to begin anew", async () => {
    expect(await readAll(99)).toContain("event: reset\n");
  });

  it("ES3: brings words that are shown before they are said to who may see them, without a number", async () => {
    const { thread } = await chat.room.say({ as: ana, channel: "dm-ana", text: "hello" });
    const at = toAddress({ channel: "dm-ana", thread });
    const words = {
      run: asRunId("run_1"),
      may: () => true,
      words: { kind: "status", text: "Working" },
    } as const;

    const text = await readAll(chat.room.seq(), async () => chat.platform.live?.show(at, words));
    expect(text).toContain('\n\nevent: live\ndata: {"kind":"status","text":"Working"}\n\n');
    const response = streams.open(asPersonKey("local:local:bo"), chat.room.seq());
    await chat.platform.live?.show(at, words);
    streams.endAll();
    expect(await response.text()).not.toContain("Working");
  });

  it("tells the browser how soon to come back, and keeps the line alive", async () => {
    const text = await readAll(0, () => clock.advance(31_000));

    expect(text).toContain("retry: 1000\n\n");
    expect(text.match(/: still here/g)).toHaveLength(2);
  });

  it("ES2: lets go of a reader that does not read, who then resumes where it stopped", async () => {
    const response = streams.open(ana, 0);
    await Promise.all(Array.from({ length: 1_200 }, (_, n) => say(`message ${n}`)));

    const text = await response.text(); // ends: it was let go
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    const rest = await readAll(ids.at(-1) ?? 0);

    expect(ids.length).toBeLessThan(1_200);
    expect(ids.length + [...rest.matchAll(/^id: /gm)].length).toBe(1_200);
  });

  it("stops watching when the reader goes", async () => {
    const response = streams.open(ana, 0);
    await response.body?.cancel();

    await say("to nobody");

    expect(clock.pending()).toBe(0);
  });

  describe("over HTTP", () => {
    let server: ChatServer;
    beforeEach(async () => {
      server = await startChatServer();
    });
    afterEach(() => server.close());

    it("ES1: resumes after the browser's Last-Event-ID, whatever the address says", async () => {
      const cookie = await server.login();
      for (const text of ["one", "two"]) await server.room.say({ as: ana, channel: "sales", text });
      const [one] = server.room.history("sales");

      const response = await fetch(`${server.url}/chat/events?as=ana&since=0`, {
        headers: { cookie, "last-event-id": String(one?.seq) },
      });
      const reading = response.text();
      await server.web.stop();

      expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      const text = await reading;
      expect(text).toContain('"source":"two"');
      expect(text).toContain('"delivery":"delivered"');
    });
  });
});
