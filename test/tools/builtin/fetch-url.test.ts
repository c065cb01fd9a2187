import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchUrl } from "../../../src/tools/builtin/fetch-url.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type Answer, type LoopbackServer, startLoopbackServer } from "../../net/loopback-server.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

describe("tools/builtin/fetch-url", () => {
  let server: LoopbackServer;
  let answer: Answer;
  let world: FileToolWorld;

  beforeEach(async () => {
    answer = (_request, response) => response.end();
    server = await startLoopbackServer((request, response) => answer(request, response));
    world = await openFileToolWorld({ allow: [`localhost:${server.port}`] });
  });

  afterEach(async () => {
    await world.close();
    await server.close();
  });

  toolContract(fetchUrl, {
    valid: { url: "http://127.0.0.1:8080/", max_bytes: 100 },
    open: async () => {
      const opened = await openFileToolWorld();
      const page = {
        url: "http://127.0.0.1:8080/",
        status: 200,
        contentType: "text/plain",
        body: Buffer.from("x"),
        truncated: false,
      };
      const fetch: typeof opened.context.fetch = (url, options) =>
        url === page.url ? Promise.resolve(page) : opened.context.fetch(url, options);
      return { ...opened, context: { ...opened.context, fetch } };
    },
  });

  const answering = (body: Buffer | string, contentType: string, status = 200): void => {
    answer = (_request, response) => response.writeHead(status, { "content-type": contentType }).end(body);
  };

  it("gives a page as text under its address, status and size", async () => {
    answering("<h1>Prices</h1><p>12 €</p>", "text/html; charset=utf-8");

    expect(await world.call(fetchUrl, { url: `${server.origin}/p` })).toEqual({
      text: `${server.origin}/p (HTTP 200, text/html; charset=utf-8, 28 bytes)\n\nPrices\n\n12 €`,
      isError: false,
    });
  });

  it("tells the address where redirects ended", async () => {
    answer = (request, response) =>
      request.path === "/a" ? response.writeHead(302, { location: "/b" }).end() : response.end("there");

    expect((await world.call(fetchUrl, { url: `${server.origin}/a` })).text).toMatch(
      new RegExp(`^${server.origin}/b \\(HTTP 200, no content type, 5 bytes\\)\\n\\nthere$`),
    );
  });

  it("takes an error status for a result, marked as one", async () => {
    answering("no such page", "text/plain", 404);

    expect(await world.call(fetchUrl, { url: server.origin })).toEqual({
      text: expect.stringMatching(/HTTP 404.*\n\nno such page$/s),
      isError: true,
    });
  });

  it("says when it was cut off", async () => {
    answering("x".repeat(5000), "text/plain");

    const { text } = await world.call(fetchUrl, { url: server.origin, max_bytes: 1000 });

    expect(text).toContain("1000 bytes; cut off after 1000 bytes, there is more)");
    expect(text).toMatch(/\n\nx{1000}$/);
  });

  it("saves a binary and tells where; the same one twice is one file", async () => {
    const png = Buffer.from("\x89PNG\r\n\x1a\n\x00", "latin1");
    answering(png, "image/png");

    const { text } = await world.call(fetchUrl, { url: `${server.origin}/logo` });
    await world.call(fetchUrl, { url: `${server.origin}/logo` });

    const [, path = ""] = /saved as "(downloads\/logo-[0-9a-f]{8}\.png)"/.exec(text) ?? [];
    expect(await world.workspace.read(path, 0, 100)).toEqual(png);
    expect(await world.workspace.list("downloads", 1)).toHaveLength(1);
  });

  it("does not save half a binary", async () => {
    answering(Buffer.alloc(5000), "application/octet-stream");

    const { text } = await world.call(fetchUrl, { url: server.origin, max_bytes: 1000 });

    expect(text).toContain("was cut off, so it was not saved");
    expect(await world.workspace.list("", 9)).toEqual([]);
  });

  it("says when there is nothing", async () => {
    expect((await world.call(fetchUrl, { url: server.origin })).text).toMatch(/\n\nThe answer is empty\.$/);
    answering("<script>render()</script>", "text/html");
    expect((await world.call(fetchUrl, { url: server.origin })).text).toMatch(
      /\n\nThere is no text on it\.$/,
    );
  });

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost:1/",
    "file:///etc/passwd",
    "not a url",
  ])("EGR-1: refuses %s with a sentence", async (url) => {
    const { text, isError } = await world.call(fetchUrl, { url });

    expect(isError).toBe(true);
    expect(text.length).toBeGreaterThan(20);
  });
});
