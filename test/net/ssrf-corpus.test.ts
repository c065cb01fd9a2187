// Every way of writing an address that is not public, through every way out (EGR-1, A19).

import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { Resolve } from "../../src/net/addresses.ts";
import type { Denied } from "../../src/net/contract.ts";
import { createGuard } from "../../src/net/guard.ts";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { createWhatwgFetch } from "../../src/net/whatwg-fetch.ts";
import { literals, namesTo, redirectsTo } from "./ssrf-addresses.ts";

function waysOut(resolve?: Resolve, allow: readonly string[] = []) {
  const denials: Denied[] = [];
  const setup = {
    allow,
    clock: systemClock,
    onDenied: (denied: Denied) => denials.push(denied),
    ...(resolve ? { resolve } : {}),
  };
  const limits = { redirect: "follow", maxBytes: 1000 } as const;
  const request = createGuardedRequest(setup);
  const page = createGuardedFetch(setup);
  const whatwg = createWhatwgFetch(request, limits);
  const guard = createGuard(setup);
  const ways: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
    page: (url) => page(url, { maxBytes: 1000, signal: new AbortController().signal }),
    post: (url) => request(url, { ...limits, method: "POST", body: "x" }),
    whatwg: (url) => whatwg(url, { method: "POST", body: new URLSearchParams({ a: "b" }) }),
    tunnel: async (url) => guard.addressesOf(guard.check(url)),
  };
  return { ways, denials };
}

const blocked = { code: "net.blocked", message: expect.stringContaining("not on the public internet") };

describe("net: SSRF corpus", () => {
  it.each(literals)("EGR-1: no way out leads to %s: %s", async (_kind, host) => {
    const { ways, denials } = waysOut();

    for (const way of Object.values(ways))
      await expect(way(`https://${host}/x`)).rejects.toMatchObject(blocked);

    expect(denials).toHaveLength(3);
  });

  it.each(namesTo)("EGR-1: no way out leads to a name that means %s", async (_kind, addresses) => {
    const { ways, denials } = waysOut(() =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))),
    );

    for (const way of Object.values(ways))
      await expect(way("https://127.harmless.example/")).rejects.toMatchObject(blocked);

    expect(denials.map(({ host }) => host)).toEqual(Array(3).fill("127.harmless.example"));
  });

  it.each(redirectsTo)("EGR-1: a redirect of any kind to %s is not followed", async (location) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(Number(request.url?.slice(1)), { location }).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const { ways } = waysOut(undefined, [host]);

    for (const status of [301, 302, 303, 307, 308])
      for (const way of [ways["page"], ways["post"], ways["whatwg"]])
        await expect(way?.(`http://${host}/${status}`)).rejects.toMatchObject({
          code: expect.stringMatching(/^net\.(blocked|bad_url)$/),
        });

    expect(asked).toHaveLength(15);
    server.close();
    await once(server, "close");
  });

  it.each([
    "http://example.com/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "https://example.com:0/",
  ])("EGR-1: refuses %s", async (url) => {
    const { ways, denials } = waysOut(() => Promise.reject(new Error("looked up")));

    for (const way of Object.values(ways))
      await expect(way(url)).rejects.toMatchObject({ code: "net.blocked" });

    expect(denials).toHaveLength(3);
  });

  it.each([
    "https://user:pass@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "data:,x",
    "//",
    "",
  ])("EGR-1: takes %j for no address at all", async (url) => {
    const { ways } = waysOut(() => Promise.reject(new Error("looked up")));

    for (const way of Object.values(ways))
      await expect(way(url)).rejects.toMatchObject({ code: "net.bad_url" });
  });
});
