import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { Denied, GuardedRequestOptions } from "../../src/net/contract.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { createWhatwgFetch } from "../../src/net/whatwg-fetch.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { type Answer, type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

const limits = { redirect: "follow", maxBytes: 10_000 } as const;

describe("net/guarded-request", () => {
  let server: LoopbackServer;
  let other: LoopbackServer;
  let answer: Answer;
  let denials: Denied[];

  beforeEach(async () => {
    answer = (_request, response) => response.end("hello");
    server = await startLoopbackServer((request, response) => answer(request, response));
    other = await startLoopbackServer((_request, response) => response.end("elsewhere"));
    denials = [];
  });

  afterEach(async () => {
    await server.close();
    await other.close();
  });

  const request = (clock = systemClock) =>
    createGuardedRequest({
      clock,
      allow: [`localhost:${server.port}`, `localhost:${other.port}`],
      onDenied: (denied) => denials.push(denied),
    });

  const asked = (options: Partial<GuardedRequestOptions> = {}) =>
    request()(server.origin, { ...limits, ...options });

  it("sends method, headers and body, and gives the answer as a stream", async () => {
    answer = (_request, response) => response.writeHead(201, { "x-a": "b" }).end("made");

    const made = await asked({
      method: "put",
      headers: { authorization: "Bearer t", host: "evil.example", "content-type": "text/plain" },
      body: "what",
    });

    expect(made).toMatchObject({ status: 201, url: `${server.origin}/` });
    expect(made.headers.get("x-a")).toBe("b");
    expect(await new Response(made.body).text()).toBe("made");
    expect(server.requests[0]).toMatchObject({
      method: "PUT",
      body: "what",
      headers: { authorization: "Bearer t", host: `localhost:${server.port}` },
    });
  });

  it("gives pieces as they come, and closes the connection when the caller has enough", async () => {
    const left = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.on("close", resolve);
        response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
      };
    });

    const { body } = await asked();
    const reader = body.getReader();

    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("data: 1\n\n");
    await reader.cancel();
    await left;
  });

  it("N6: breaks off an answer that is too large, or takes too long", async () => {
    const clock = createManualClock();
    answer = (_request, response) => response.end("x".repeat(20_000));
    const large = await asked();
    await expect(new Response(large.body).text()).rejects.toMatchObject({ code: "net.too_large" });

    answer = (_request, response) => response.write("half");
    const slow = await request(clock)(server.origin, { ...limits, totalTimeoutMs: 9000 });
    const reading = new Response(slow.body).text().catch((error: unknown) => error);
    await clock.advance(9000);
    expect(await reading).toMatchObject({ code: "net.timeout" });
    expect(clock.pending()).toBe(0);
  });

  it.each([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [307, "POST", "POST", "what"],
    [308, "POST", "POST", "what"],
    [301, "PUT", "PUT", "what"],
  ])("after %i a %s becomes a %s", async (status, method, next, body) => {
    answer = (seen, response) =>
      seen.path === "/" ? response.writeHead(status, { location: "/next" }).end() : response.end();

    await asked({ method, body: "what", headers: { "x-key": "k" } });

    expect(server.requests[1]).toMatchObject({ method: next, body, headers: { "x-key": "k" } });
  });

  it("N5: keys stay on their origin", async () => {
    answer = (_request, response) => response.writeHead(307, { location: other.origin }).end();

    await asked({ headers: { authorization: "Bearer t", cookie: "a=b", "x-api-key": "k", accept: "a/b" } });

    expect(other.requests[0]?.headers).toMatchObject({ accept: "a/b" });
    for (const name of ["authorization", "cookie", "x-api-key"])
      expect(other.requests[0]?.headers).not.toHaveProperty(name);
  });

  it.each([
    ["refuse", "own", { code: "net.blocked" }],
    ["same-origin", "other", { code: "net.blocked" }],
    ["same-origin", "own", { status: 200 }],
    ["return", "other", { status: 302 }],
  ] as const)("with the policy %s a redirect to its %s host ends in %j", async (redirect, host, outcome) => {
    const location = host === "own" ? "/next" : other.origin;
    answer = (seen, response) =>
      seen.path === "/next" ? response.end() : response.writeHead(302, { location }).end();

    expect(await asked({ redirect }).catch((error: unknown) => error)).toMatchObject(outcome);
    expect(other.requests).toHaveLength(0);
  });

  it("EGR-2: tells of every refusal, with host and reason", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "http://169.254.169.254/a" }).end();
    const own: Denied[] = [];

    await expect(asked({ onDenied: (denied) => own.push(denied) })).rejects.toMatchObject({
      code: "net.blocked",
    });

    expect(denials).toEqual([{ host: "169.254.169.254", why: expect.stringContaining("public internet") }]);
    expect(own).toEqual(denials);
  });

  describe("as a WHATWG fetch", () => {
    const whatwg = () => createWhatwgFetch(request(), { ...limits, redirect: "same-origin" });

    it("does what libraries ask of one", async () => {
      answer = (_request, response) => response.setHeader("content-type", "application/json").end('{"a":1}');

      const answered = await whatwg()(new URL("/token?x=1", server.origin), {
        method: "POST",
        headers: new Headers({ authorization: "Basic eA==" }),
        body: new URLSearchParams({ grant_type: "refresh_token" }),
        redirect: "manual",
      });

      expect(answered).toBeInstanceOf(Response);
      expect(answered).toMatchObject({ ok: true, url: `${server.origin}/token?x=1` });
      expect(await answered.json()).toEqual({ a: 1 });
      expect(server.requests[0]).toMatchObject({
        method: "POST",
        path: "/token?x=1",
        body: "grant_type=refresh_token",
        headers: { "content-type": expect.stringContaining("x-www-form-urlencoded") },
      });
    });

    it.each([
      ["manual", 302],
      ["error", "net.blocked"],
      ["follow", "net.blocked"],
    ] as const)("with redirect: %s a redirect elsewhere ends in %s", async (redirect, outcome) => {
      answer = (_request, response) => response.writeHead(302, { location: other.origin }).end();

      const found: unknown = await whatwg()(server.origin, { redirect }).catch((error: unknown) => error);

      expect(found).toMatchObject(typeof outcome === "number" ? { status: outcome } : { code: outcome });
      expect(other.requests).toHaveLength(0);
    });

    it("takes answers without a body, and gives the caller's own reason when it gives up", async () => {
      answer = (_request, response) => response.writeHead(204).end();
      expect(await whatwg()(server.origin)).toMatchObject({ status: 204, body: null });

      const controller = new AbortController();
      answer = () => controller.abort(new Error("enough"));
      await expect(whatwg()(server.origin, { signal: controller.signal })).rejects.toThrow("enough");
      await expect(whatwg()(server.origin, { signal: controller.signal })).rejects.toThrow("enough");
      expect(server.requests).toHaveLength(2);
    });

    it("streams events until the caller closes", async () => {
      const response = new Promise<ServerResponse>((resolve) => {
        answer = (_request, out) => {
          out.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
          resolve(out);
        };
      });
      const { body } = await whatwg()(server.origin);
      const reader = body?.getReader();

      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 1\n\n");
      const closed = once(await response, "close");
      await reader?.cancel();
      await closed;
    });
  });
});
