import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpFetch } from "../../src/net/http-fetch.ts";
import { type Answer, type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

describe("net/http-fetch", () => {
  let server: LoopbackServer;
  let answer: Answer;
  const httpFetch = createHttpFetch({ connectTimeoutMs: 1000, maxResponseBytes: 10_000 });

  beforeEach(async () => {
    answer = (_request, response) => response.end("hello");
    server = await startLoopbackServer((request, response) => answer(request, response));
  });

  afterEach(() => server.close());

  const post = {
    method: "POST",
    body: '{"a":1}',
    headers: { authorization: "Bearer key", "content-type": "application/json" },
  };

  it("sends what it was given, to a private address too, and answers with a global Response", async () => {
    answer = (_request, response) => response.writeHead(201, { "x-id": "7" }).end('{"ok":true}');

    const response = await httpFetch(`${server.origin}/v1`, post);

    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({ status: 201, url: `${server.origin}/v1` });
    expect(response.headers.get("x-id")).toBe("7");
    expect(await response.json()).toEqual({ ok: true });
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      body: '{"a":1}',
      headers: { authorization: "Bearer key", "content-type": "application/json", "content-length": "7" },
    });
  });

  it("takes a Request as well", async () => {
    await httpFetch(new Request(server.origin, post));

    expect(server.requests[0]).toMatchObject({ method: "POST", body: '{"a":1}' });
  });

  it("hands a stream on as it comes", async () => {
    let finish: () => void = () => undefined;
    answer = (_request, response) => {
      response.write("first");
      finish = () => response.end("second");
    };
    const response = await httpFetch(server.origin);
    const reader = response.body?.getReader();

    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("first");
    finish();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("second");
  });

  it.each([
    ["a large answer", Buffer.alloc(1_000_000), "identity"],
    ["one that unpacks to a large one", gzipSync(Buffer.alloc(1_000_000)), "gzip"],
  ])("N7: breaks off %s", async (_what, body, encoding) => {
    answer = (_request, response) => response.setHeader("content-encoding", encoding).end(body);

    const response = await httpFetch(server.origin);

    await expect(response.text()).rejects.toMatchObject({
      code: "net.too_large",
      facts: { maxBytes: 10_000 },
    });
  });

  it("N8: repeats a request at another path of the same origin, body and key included", async () => {
    answer = (request, response) =>
      request.path === "/old" ? response.writeHead(307, { location: "/new" }).end() : response.end("moved");

    const response = await httpFetch(`${server.origin}/old`, post);

    expect(await response.text()).toBe("moved");
    expect(server.requests[1]).toMatchObject({
      path: "/new",
      body: '{"a":1}',
      headers: { authorization: "Bearer key" },
    });
  });

  it("N8: does not follow to another origin", async () => {
    const other = await startLoopbackServer((_request, response) => response.end("stolen"));
    answer = (_request, response) => response.writeHead(307, { location: other.origin }).end();

    await expect(httpFetch(server.origin, post)).rejects.toMatchObject({ code: "net.blocked" });

    expect(other.requests).toEqual([]);
    await other.close();
  });

  it("does not turn a POST into a GET", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/new" }).end();

    await expect(httpFetch(server.origin, post)).rejects.toMatchObject({ code: "net.blocked" });
  });

  it("gives up on a redirect that goes round in circles", async () => {
    answer = (_request, response) => response.writeHead(308, { location: "/again" }).end();

    await expect(httpFetch(server.origin)).rejects.toMatchObject({ code: "net.too_many_redirects" });
  });

  it("hands a redirect over to a caller who asked for that", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/new" }).end();

    expect(await httpFetch(server.origin, { redirect: "manual" })).toMatchObject({ status: 302 });
  });

  it("rejects with the reason of the caller's signal", async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error("enough"));

    await expect(httpFetch(server.origin, { signal: controller.signal })).rejects.toThrow("enough");
  });

  it("breaks a body off with the reason of the caller's signal", async () => {
    const controller = new AbortController();
    answer = (_request, response) => response.write("half");
    const response = await httpFetch(server.origin, { signal: controller.signal });
    const reading = response.text().catch((error: unknown) => error);

    controller.abort(new Error("enough"));

    expect(await reading).toMatchObject({ message: "enough" });
  });

  it("says when the other side breaks off", async () => {
    answer = (_request, response) => {
      response.write("half", () => response.destroy());
    };
    const response = await httpFetch(server.origin);

    await expect(response.text()).rejects.toMatchObject({ code: "net.unreachable" });
  });

  it("says when the endpoint is not there", async () => {
    const gone = await startLoopbackServer(answer);
    await gone.close();

    await expect(httpFetch(gone.origin)).rejects.toMatchObject({
      code: "net.unreachable",
      message: expect.stringContaining("it refused the connection"),
    });
  });
});
