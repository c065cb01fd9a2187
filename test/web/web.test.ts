import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { type LogFields, type Logger, silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Readiness, Web, WebDeps } from "../../src/web/contract.ts";
import { createWeb } from "../../src/web/web.ts";
import { createGate } from "../fakes/gate.ts";
import { type ChatServer, startChatServer } from "./chat-server.ts";
import { rawRequest } from "./raw-request.ts";

describe("web/web", () => {
  const opened: Web[] = [];
  const servers: ChatServer[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((web) => web.stop()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const make = (deps: Partial<WebDeps> = {}): Web => {
    const web = createWeb({
      listen: { host: "127.0.0.1", port: 0 },
      clock: systemClock,
      log: silentLogger,
      ready: async () => ({ ok: true, checks: {} }),
      ...deps,
    });
    opened.push(web);
    return web;
  };
  const start = async (deps: Partial<WebDeps> = {}): Promise<string> => (await make(deps).start()).url;
  const chat = async (deps: Partial<WebDeps> = {}): Promise<ChatServer> => {
    const server = await startChatServer({ deps });
    servers.push(server);
    return server;
  };

  describe("health", () => {
    it("says that the process lives, whatever else is the matter", async () => {
      const url = await start({ ready: async () => ({ ok: false, checks: {} }) });

      expect((await fetch(`${url}/healthz`)).status).toBe(200);
    });

    it.each([
      [{ ok: true, checks: { store: "ok" } }, 200],
      [{ ok: false, checks: { store: "no answer" } }, 503],
    ] satisfies [Readiness, number][])("is ready when its parts are: %j", async (readiness, status) => {
      const url = await start({ ready: async () => readiness });

      const response = await fetch(`${url}/readyz`);

      expect(response.status).toBe(status);
      expect(await response.json()).toEqual(readiness);
    });

    it("tells strangers no detail", async () => {
      const url = await start({ ready: async () => ({ ok: true, checks: { store: "pg at db1" } }) });

      const proxied = await rawRequest(`${url}/readyz`, { "x-forwarded-for": "203.0.113.9" });
      const rebound = await rawRequest(`${url}/readyz`, { host: "evil.example" });

      expect(proxied.text).toBe('{"ok":true}');
      expect(rebound.text).toBe('{"ok":true}');
    });

    it("is not ready once it is stopping", async () => {
      const [heard, gate] = [createGate(), createGate()];
      const handler = async (): Promise<Response> => {
        heard.open();
        await gate.opened;
        return new Response("late");
      };
      const web = make({ mounts: [{ path: "/slow", handler }] });
      const { url } = await web.start();
      const agent = { connection: "keep-alive" };
      const slow = rawRequest(`${url}/slow`, agent);
      await heard.opened;
      expect((await fetch(`${url}/readyz`)).status).toBe(200);

      const stopping = web.stop();
      gate.open();
      const [answer] = await Promise.all([slow, stopping]);

      expect(answer.text).toBe("late");
      await expect(fetch(`${url}/readyz`)).rejects.toThrow("fetch failed");
    });
  });

  describe("metrics", () => {
    const text = async (): Promise<string> => "runs_total 3\n";

    it("are for this machine when there is no token", async () => {
      const url = await start({ metrics: { text } });

      const here = await fetch(`${url}/metrics`);

      expect(here.status).toBe(200);
      expect(here.headers.get("content-type")).toContain("text/plain");
      expect(await here.text()).toBe("runs_total 3\n");
    });

    it.each([
      { "x-forwarded-for": "203.0.113.9" },
      { forwarded: "for=203.0.113.9" },
      { host: "evil.example" },
    ])("are not for others when there is no token: %j", async (headers) => {
      const url = await start({ metrics: { text } });

      expect((await rawRequest(`${url}/metrics`, headers)).status).toBe(403);
    });

    it("are for whoever has the token when there is one", async () => {
      const url = await start({ metrics: { text, token: new Secret("s3cret") } });

      const right = await fetch(`${url}/metrics`, { headers: { authorization: "Bearer s3cret" } });
      const wrong = await fetch(`${url}/metrics`, { headers: { authorization: "Bearer s3creT" } });
      const none = await fetch(`${url}/metrics`);

      expect([right.status, wrong.status, none.status]).toEqual([200, 403, 403]);
    });

    it("are not there when nobody keeps them", async () => {
      expect((await fetch(`${await start()}/metrics`)).status).toBe(404);
    });
  });

  describe("doors of other parts", () => {
    it("get the body byte for byte, so that signatures can be checked", async () => {
      const body = Buffer.from([0x7b, 0xff, 0x00, 0x0d, 0x0a, 0xc3, 0x28]);
      const sign = (bytes: Uint8Array): string => createHmac("sha256", "key").update(bytes).digest("hex");
      const url = await start({
        mounts: [
          {
            path: "/slack/events",
            handler: async (request) => {
              const bytes = new Uint8Array(await request.arrayBuffer());
              return new Response(String(sign(bytes) === request.headers.get("x-signature")));
            },
          },
        ],
      });

      const response = await fetch(`${url}/slack/events`, {
        method: "POST",
        body,
        headers: { "x-signature": sign(body), "content-type": "application/json" },
      });

      expect(await response.text()).toBe("true");
    });

    it("may take a part of the path", async () => {
      const handler = async (request: Request): Promise<Response> =>
        new Response(new URL(request.url).pathname);
      const url = await start({ mounts: [{ path: "/oauth/callback/:connection", handler }] });

      expect(await (await fetch(`${url}/oauth/callback/mail`)).text()).toBe("/oauth/callback/mail");
    });

    it("CON-3: fail without a link that is one person's in the log", async () => {
      const errors: (LogFields | undefined)[] = [];
      const log: Logger = { ...silentLogger, error: (_said, fields) => void errors.push(fields) };
      const path = "/chat/connect/a-link-for-one-person";
      const url = await start({ log, mounts: [{ path, handler: () => Promise.reject(new Error("boom")) }] });
      await fetch(`${url}${path}`);

      expect(errors).toMatchObject([{ path: "/chat/connect/:link" }]);
    });

    it("fail with a plain sentence, and the log says where", async () => {
      const errors: [string, LogFields | undefined][] = [];
      const log: Logger = { ...silentLogger, error: (said, fields) => void errors.push([said, fields]) };
      const url = await start({
        log,
        mounts: [{ path: "/door", handler: () => Promise.reject(new Error("boom")) }],
      });

      const response = await fetch(`${url}/door`);

      expect(response.status).toBe(500);
      expect(await response.text()).toBe("Something went wrong inside Deputy. The log says what.\n");
      expect(errors).toEqual([
        ["a web request failed", { path: "/door", code: "unforeseen", reason: "boom" }],
      ]);
    });
  });

  it.each(["/", "/nothing", "/chat", "/chat/state"])(
    "answers %s with a plain sentence where nothing is",
    async (path) => {
      const response = await fetch(`${await start()}${path}`);

      expect(response.status).toBe(404);
      expect(await response.text()).toBe("There is nothing at this address.\n");
    },
  );

  describe("listening", () => {
    it.each(["0.0.0.0", "::", "192.0.2.1"])("I14: refuses %s while the local chat is on", async (host) => {
      const starting = chat({ listen: { host, port: 0 } });

      await expect(starting).rejects.toMatchObject({ code: "web.refused_host" });
      await expect(starting).rejects.toThrow(/with the local chat on.*Set HOST=127\.0\.0\.1/);
    });

    it("takes any address where the operator wants the chat open", async () => {
      const server = await startChatServer({
        chat: { openToNetwork: true },
        deps: { listen: { host: "0.0.0.0", port: 0 } },
      });
      servers.push(server);

      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    });

    it("takes any address without the chat", async () => {
      expect(await start({ listen: { host: "0.0.0.0", port: 0 } })).toMatch(/^http:\/\/127\.0\.0\.1:/);
    });

    it("I14: says that the port is taken, and what to do", async () => {
      const port = Number(new URL(await start()).port);

      const second = make({ listen: { host: "127.0.0.1", port } }).start();

      await expect(second).rejects.toMatchObject({ code: "web.port_taken", facts: { port } });
      await expect(second).rejects.toThrow("set PORT to another one");
    });

    it("I14: says that an address is not of this machine", async () => {
      const starting = make({ listen: { host: "192.0.2.1", port: 0 } }).start();

      await expect(starting).rejects.toMatchObject({ code: "web.cannot_listen" });
    });
  });

  it("ends event streams when it stops", async () => {
    const server = await chat();
    const events = await server.send("GET", "/chat/events?as=ana");
    const read = events.text();

    await server.web.stop();

    expect(await read).toContain("retry: 1000");
  });
});
