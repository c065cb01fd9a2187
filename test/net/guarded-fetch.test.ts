import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { Resolve } from "../../src/net/addresses.ts";
import type { FetchedPage } from "../../src/net/contract.ts";
import { createGuardedFetch, type GuardedFetchOptions } from "../../src/net/guarded-fetch.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { type Answer, type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

const idle = new AbortController().signal;

describe("net/guarded-fetch", () => {
  let server: LoopbackServer;
  let answer: Answer;

  beforeEach(async () => {
    answer = (_request, response) => response.end("hello");
    server = await startLoopbackServer((request, response) => answer(request, response));
  });

  afterEach(() => server.close());

  function fetched(
    url: string,
    options: Partial<GuardedFetchOptions> = {},
    maxBytes = 1000,
  ): Promise<FetchedPage> {
    const guarded = createGuardedFetch({
      allow: [`localhost:${server.port}`],
      clock: systemClock,
      ...options,
    });
    return guarded(url, { maxBytes, signal: idle });
  }

  const resolvingTo =
    (...addresses: string[]): Resolve =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));

  it("fetches from a host that an operator has allowed", async () => {
    answer = (_request, response) =>
      response.setHeader("content-type", "text/plain; charset=utf-8").end("Grüße");

    const page = await fetched(`${server.origin}/a?b=c#d`);

    expect(page).toEqual({
      url: `${server.origin}/a?b=c#d`,
      status: 200,
      contentType: "text/plain; charset=utf-8",
      body: Buffer.from("Grüße"),
      truncated: false,
    });
    expect(server.requests[0]).toMatchObject({ method: "GET", path: "/a?b=c" });
  });

  it("N5: sends no credentials and no cookies", async () => {
    answer = (request, response) =>
      request.path === "/"
        ? response.setHeader("set-cookie", "a=b").writeHead(302, { location: "/next" }).end()
        : response.end();

    await fetched(server.origin);

    expect(server.requests).toHaveLength(2);
    for (const { headers } of server.requests) {
      expect(headers).not.toHaveProperty("cookie");
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("referer");
    }
  });

  it("EGR-1: refuses names that lead to this machine", async () => {
    await expect(fetched("https://localhost:8080/")).rejects.toMatchObject({ code: "net.blocked" });
  });

  it.each([
    ["a private address", ["10.0.0.1"]],
    ["loopback in IPv6 clothes", ["::ffff:127.0.0.1"]],
    ["a public address and a private one", ["93.184.216.34", "192.168.0.1"]],
  ])("EGR-1: refuses a name that leads to %s", async (_what, addresses) => {
    const resolve = resolvingTo(...addresses);

    await expect(fetched("https://127.internal.example/", { resolve })).rejects.toMatchObject({
      code: "net.blocked",
      message: expect.stringContaining("not on the public internet"),
    });
  });

  it.each(["http://example.com:22/", "https://example.com:6379/", "http://example.com:3000/"])(
    "EGR-1: refuses the port of %s",
    async (url) => {
      await expect(fetched(url)).rejects.toMatchObject({
        code: "net.blocked",
        message: expect.stringContaining("Port"),
      });
    },
  );

  it.each([
    "http://user:pass@example.com/",
    "http://user@example.com/",
    "file:///etc/passwd",
    "ftp://example.com/",
    "javascript:alert(1)",
    "example.com",
    "http://",
    "",
  ])("refuses %j as a URL", async (url) => {
    await expect(fetched(url)).rejects.toMatchObject({ code: "net.bad_url" });
  });

  it("N3: connects to what was looked up for the connection, and looks up once", async () => {
    const asked: string[] = [];
    const resolve: Resolve = (hostname) => {
      asked.push(hostname);
      return Promise.resolve([{ address: asked.length === 1 ? "127.0.0.1" : "192.0.2.1", family: 4 }]);
    };

    const page = await fetched(`http://127.pinned.example:${server.port}/`, {
      resolve,
      allow: [`127.pinned.example:${server.port}`],
    });

    expect(page.body.toString()).toBe("hello");
    expect(asked).toEqual(["127.pinned.example"]);
  });

  it.each([
    ["https://127.0.0.1:8080/", "net.blocked"],
    ["https://2130706433/", "net.blocked"],
    ["https://127.rebind.example/", "net.blocked"],
    ["http://example.com/", "net.blocked"],
    ["//[::1]/", "net.blocked"],
    ["http://user:pass@example.com/", "net.bad_url"],
    ["file:///etc/passwd", "net.bad_url"],
    ["http://[", "net.bad_url"],
  ])("N4: refuses a redirect to %s", async (location, code) => {
    answer = (_request, response) => response.writeHead(302, { location }).end();
    const resolve: Resolve = (hostname) =>
      resolvingTo(hostname === "localhost" ? "127.0.0.1" : "10.0.0.1")(hostname);

    await expect(fetched(server.origin, { resolve })).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });

  it("follows redirects and tells where it ended", async () => {
    answer = (request, response) => {
      const step = Number(request.path.slice(1));
      if (step < 5) response.writeHead(301 + (step % 2), { location: `/${step + 1}` }).end();
      else response.end("there");
    };

    expect(await fetched(`${server.origin}/0`)).toMatchObject({
      url: `${server.origin}/5`,
      body: Buffer.from("there"),
    });
  });

  it("gives up after five redirects", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/again" }).end();

    await expect(fetched(server.origin)).rejects.toMatchObject({ code: "net.too_many_redirects" });
    expect(server.requests).toHaveLength(6);
  });

  it.each([204, 304, 404, 500])("takes the status %i for an answer", async (status) => {
    answer = (_request, response) => response.writeHead(status).end();

    expect(await fetched(server.origin)).toMatchObject({ status, body: Buffer.alloc(0) });
  });

  it("N6: cuts what is larger than asked for, and says so", async () => {
    answer = (_request, response) => response.end(Buffer.alloc(100_000, "x"));

    expect(await fetched(server.origin, {}, 1000)).toMatchObject({
      truncated: true,
      body: Buffer.alloc(1000, "x"),
    });
    expect(await fetched(server.origin, {}, 100_000)).toMatchObject({ truncated: false });
  });

  it("N6: cuts a small answer that unpacks to a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    answer = (_request, response) => response.setHeader("content-encoding", "gzip").end(bomb);

    const page = await fetched(server.origin, {}, 1000);

    expect(page).toMatchObject({ truncated: true });
    expect(page.body).toHaveLength(1000);
  });

  it("N6: gives up when no answer begins", async () => {
    answer = () => undefined;

    await expect(fetched(server.origin, { headersTimeoutMs: 50 })).rejects.toMatchObject({
      code: "net.timeout",
    });
  });

  it("N6: gives up when an answer does not go on", async () => {
    answer = (_request, response) => response.write("half");

    await expect(fetched(server.origin, { idleTimeoutMs: 50 })).rejects.toMatchObject({
      code: "net.timeout",
    });
  });

  it("N6: gives up when everything together takes too long", async () => {
    const clock = createManualClock();
    const begun = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.write("half");
        resolve();
      };
    });
    const fetching = fetched(server.origin, { clock, totalTimeoutMs: 9000 }).catch((error: unknown) => error);
    await begun;

    await clock.advance(9000);

    expect(await fetching).toMatchObject({
      code: "net.timeout",
      message: expect.stringContaining("9 seconds"),
    });
    expect(clock.pending()).toBe(0);
  });

  it("stops when the caller no longer wants it", async () => {
    const controller = new AbortController();
    const guarded = createGuardedFetch({ allow: [`localhost:${server.port}`], clock: systemClock });
    answer = () => controller.abort();

    const aborted = { code: "net.aborted" };
    await expect(guarded(server.origin, { maxBytes: 10, signal: controller.signal })).rejects.toMatchObject(
      aborted,
    );
    await expect(guarded(server.origin, { maxBytes: 10, signal: controller.signal })).rejects.toMatchObject(
      aborted,
    );
    expect(server.requests).toHaveLength(1);
  });

  it("says why a host can't be reached", async () => {
    const { port } = server;
    await server.close();
    const gone = fetched(`http://localhost:${port}/`, { allow: [`localhost:${port}`] });

    await expect(gone).rejects.toMatchObject({
      code: "net.unreachable",
      message: expect.stringContaining("it refused the connection"),
      retry: { kind: "backoff" },
    });
    server = await startLoopbackServer((request, response) => answer(request, response));
  });

  it("says when there is no such host", async () => {
    const resolve: Resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));

    await expect(fetched("https://127.nowhere.example/", { resolve })).rejects.toMatchObject({
      code: "net.unreachable",
      message: expect.stringContaining("there is no host of that name"),
    });
  });

  it("says when an answer makes no sense", async () => {
    answer = (_request, response) => response.setHeader("content-encoding", "gzip").end("not gzip");

    await expect(fetched(server.origin)).rejects.toMatchObject({ code: "net.unreachable" });
  });
});
