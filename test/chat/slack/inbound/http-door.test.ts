import { once } from "node:events";
import { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { afterEach, describe, expect, test } from "vitest";
import { ChatError } from "../../../../src/chat/errors.ts";
import { createGate } from "../../../fakes/gate.ts";
import { createWorld, envelope, mention, signed, startedWorld } from "./door-world.ts";

const noRetry = "x-slack-no-retry";
const body = JSON.stringify(envelope(mention()));

describe("what is taken", () => {
  test("a signed mention is received and answered 200 with nothing in it", async () => {
    const world = await startedWorld();
    const answer = await world.post(body);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("");
    expect(answer.headers.has(noRetry)).toBe(false);
    expect(world.received).toHaveLength(1);
    expect(world.rejections()).toEqual([]);
  });

  test("HD1 ING-5: the answer waits for the commit, and for no work", async () => {
    const committed = createGate();
    const world = await startedWorld({ receive: () => committed.opened });
    let answered = false;
    const answer = world.post(body).then((response) => {
      answered = true;
      return response;
    });
    await world.clock.advance(0);
    expect(answered).toBe(false);
    committed.open();
    expect((await answer).status).toBe(200);
  });

  test("HD2: what could not be committed is 503 without a word against another try", async () => {
    const world = await startedWorld({ receive: () => Promise.reject(new Error("the disk is full")) });
    const answer = await world.post(body);
    expect(answer.status).toBe(503);
    expect(answer.headers.has(noRetry)).toBe(false);
    expect(world.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("HD2: where it can't be known now whose delivery it is: 503", async () => {
    const world = await startedWorld({ find: () => Promise.reject(new Error("the store is busy")) });
    expect((await world.post(body)).status).toBe(503);
    const ending = JSON.stringify(envelope({ type: "app_uninstalled" }));
    expect((await world.post(ending)).status).toBe(503);
  });

  test("a retry is taken like the first try, so that the inbox tells them apart", async () => {
    const world = await startedWorld();
    const retry = { "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" };
    expect((await world.post(body)).status).toBe(200);
    const again = await world.post(body, retry);
    expect(again.status).toBe(200);
    expect(again.headers.has(noRetry)).toBe(false);
    expect(world.received[1]).toEqual(world.received[0]);
  });

  test("the challenge of a new address is answered once it is signed", async () => {
    const world = await startedWorld();
    const challenge = JSON.stringify({ type: "url_verification", challenge: "3eZbr" });
    const answer = await world.post(challenge);
    expect([answer.status, await answer.json()]).toEqual([200, { challenge: "3eZbr" }]);
    const unsigned = await world.post(challenge, { "x-slack-signature": "v0=00" });
    expect(unsigned.status).toBe(401);
  });

  test("an unsigned look at a command's address is answered and carries nothing in", async () => {
    const world = await startedWorld();
    const look = new Request("http://deputy.test/slack/events", {
      method: "POST",
      body: `ssl_check=1&payload=${encodeURIComponent(JSON.stringify(envelope(mention())))}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect((await world.handle(look)).status).toBe(200);
    expect(world.received).toEqual([]);
  });
});

describe("what is refused", () => {
  test("ING-1: a bad signature", async () => {
    const world = await startedWorld();
    const wrong = [
      "v0=00",
      "",
      "v0=",
      "v1=abc",
      signed(body, String(world.seconds()), "another secret"),
      signed(`${body} `, String(world.seconds())),
    ];
    for (const signature of wrong) {
      expect((await world.post(body, { "x-slack-signature": signature })).status).toBe(401);
    }
    expect(world.received).toEqual([]);
    expect(world.rejections()).toEqual(wrong.map(() => "signature"));
  });

  test.each([
    ["5 minutes old", -300, 200],
    ["5 minutes early", 300, 200],
    ["a second more than 5 minutes old", -301, 401],
    ["a second more than 5 minutes early", 301, 401],
  ])("ING-1: a time that is %s: well signed, %i s away → %i", async (_, away, status) => {
    const world = await startedWorld();
    const at = String(world.seconds() + away);
    const answer = await world.post(body, { "x-slack-request-timestamp": at });
    expect(answer.status).toBe(status);
    expect(world.received).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each(["", "soon", "-1", "1e3", "9".repeat(400)])("the time %j, well signed", async (at) => {
    const world = await startedWorld();
    expect((await world.post(body, { "x-slack-request-timestamp": at })).status).toBe(401);
    expect(world.rejections()).toEqual(["timestamp"]);
  });

  test.each(['{"type": ', "[]", "null", '"text"', ""])("malformed JSON: %s", async (text) => {
    const world = await startedWorld();
    const answer = await world.post(text);
    expect([answer.status, answer.headers.get(noRetry)]).toEqual([400, "1"]);
    expect(world.rejections()).toEqual(["malformed"]);
  });

  test("a form whose payload is malformed", async () => {
    const world = await startedWorld();
    const answer = await world.post("payload=%7B", { "content-type": "application/x-www-form-urlencoded" });
    expect(answer.status).toBe(400);
  });

  test.each([
    ["team", { team_id: "T2", authorizations: [{ team_id: "T2", enterprise_id: null }] }, "foreign-team"],
    ["team, though the payload names ours", { authorizations: [{ team_id: "T2" }] }, "foreign-team"],
    ["app", { api_app_id: "A2" }, "foreign-app"],
  ])("ING-3: another %s with a good signature: 200, nothing done, counted", async (_, around, why) => {
    const world = await startedWorld();
    const answer = await world.event(mention(), around);
    expect(answer.status).toBe(200);
    expect(answer.headers.has(noRetry)).toBe(false);
    expect(world.received).toEqual([]);
    expect(world.rejections()).toEqual([why]);
  });

  test("a team that has the app, where another one is configured", async () => {
    const world = await startedWorld({ settings: { teamId: "T7" } });
    expect((await world.event(mention())).status).toBe(200);
    expect(world.received).toEqual([]);
    expect(world.rejections()).toEqual(["foreign-team"]);
  });

  test("ING-3: clicks and commands of another team are dropped", async () => {
    const world = await startedWorld();
    const action = { type: "button", action_id: "run.stop", value: "run_1", action_ts: "1700000001.1" };
    await world.interact({
      type: "block_actions",
      team: { id: "T2" },
      user: { id: "U9" },
      actions: [action],
    });
    await world.command({ command: "/deputy", text: "stop", team_id: "T2", user_id: "U9", channel_id: "C9" });
    expect(world.received).toEqual([]);
    expect(world.rejections()).toEqual(["foreign-team", "foreign-team"]);
  });

  test.each([
    ["no kind of payload", { hello: "world" }],
    ["no event in its envelope", { ...envelope(mention()), event: null }],
    ["an event of another shape", envelope({ type: "message", channel: "C1" })],
    ["an event without a type", envelope({})],
  ])("a signed payload with %s: 200 and counted, since another try would not help", async (_, payload) => {
    const world = await startedWorld();
    expect((await world.post(JSON.stringify(payload))).status).toBe(200);
    expect(world.received).toEqual([]);
    expect(world.rejections()).toEqual(["unknown-shape"]);
  });

  test("before the start and after the stop: 503", async () => {
    const world = createWorld();
    expect((await world.post(body)).status).toBe(503);
    await world.doors.start();
    expect((await world.post(body)).status).toBe(200);
    await world.doors.stop();
    expect((await world.post(body)).status).toBe(503);
    expect(world.doors.health().ok).toBe(false);
  });

  test("anything but POST", async () => {
    const world = await startedWorld();
    const answer = await world.handle(new Request("http://deputy.test/slack/events"));
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("SP1: whoever can't be told from a guest now is not taken: 503, then taken when Slack is back", async () => {
    let up = false;
    const world = await startedWorld({
      lookUp: async () => {
        if (!up) throw new ChatError("chat.unavailable", "Slack is down", { fate: "refused" });
        return { team_id: "T1", real_name: "Ana" };
      },
    });
    expect((await world.post(body)).status).toBe(503);
    expect(world.received).toEqual([]);
    up = true;
    expect((await world.post(body)).status).toBe(200);
    expect(world.received).toHaveLength(1);
  });
});

describe("over a socket", () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function listening() {
    const world = await startedWorld();
    const server = createAdaptorServer({
      fetch: async (request) => world.handle(request),
      overrideGlobalObjects: false,
    });
    if (!(server instanceof Server)) throw new TypeError("Expected a plain HTTP server");
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    return { ...world, url: `http://127.0.0.1:${port}/slack/events` };
  }

  const big = JSON.stringify(envelope(mention("x".repeat(2_000_000))));

  test("2 MB, well signed: 413, and nothing of it is kept", async () => {
    const { url, seconds, received, rejections } = await listening();
    const at = String(seconds());
    const answer = await fetch(url, {
      method: "POST",
      body: big,
      headers: { "x-slack-request-timestamp": at, "x-slack-signature": signed(big, at) },
    });
    expect([answer.status, answer.headers.get(noRetry)]).toEqual([413, "1"]);
    expect(received).toEqual([]);
    expect(rejections()).toEqual(["too-large"]);
  });

  test("2 MB in pieces that announce no size: 413 before all of it is read", async () => {
    const world = await startedWorld();
    let given = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 64_000;
        controller.enqueue(new Uint8Array(64_000));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" };
    const request = new Request("http://deputy.test/slack/events", init);
    expect((await world.handle(request)).status).toBe(413);
    expect(given).toBeLessThan(1_300_000);
  });

  test("up to 1 MB is read", async () => {
    const { url, seconds, received } = await listening();
    const large = JSON.stringify(envelope(mention("x".repeat(1_000_000))));
    const at = String(seconds());
    const answer = await fetch(url, {
      method: "POST",
      body: large,
      headers: { "x-slack-request-timestamp": at, "x-slack-signature": signed(large, at) },
    });
    expect(answer.status).toBe(200);
    expect(received).toHaveLength(1);
  });
});
