// Clocks, and the way back to us (OPS-4): asked of servers on loopback.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callbackCheck, clockCheck } from "../../src/cli/doctor-reach.ts";
import { type Config, loadConfig } from "../../src/config/load-config.ts";
import { type ConnectWorld, openConnectWorld } from "../web/connect-world.ts";

describe("cli/doctor-reach", () => {
  let folder: string;
  const servers: Server[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-doctor-"));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, "close");
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const serving = async (answer: RequestListener): Promise<string> => {
    const server = createServer((request, response) => {
      response.setHeader("connection", "close");
      answer(request, response);
    }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  };
  const configFor = (env: Record<string, string>): Config =>
    loadConfig({ env: { DEPUTY_DATA: folder, ...env }, cwd: folder });
  const slackAt = async (offMs: number): Promise<Config> => {
    const api = await serving((_request, response) => {
      response.setHeader("date", new Date(Date.now() + offMs).toUTCString());
      response.writeHead(404).end();
    });
    return configFor({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "s", SLACK_API_URL: `${api}/api/` });
  };

  describe("the clock", () => {
    it.each([
      [0, "pass"],
      [60_000, "warn"],
      [-600_000, "fail"],
    ] as const)("OPS-4: %d ms from the platform's is a %s", async (offMs, status) => {
      expect(await clockCheck(await slackAt(offMs), false)).toMatchObject({
        status,
        observed: expect.stringContaining("from Slack"),
      });
    });

    it("asks nobody outside when it may not, and has nothing to agree with then", async () => {
      expect(await clockCheck(await slackAt(-600_000), true)).toMatchObject({ status: "pass" });
    });
  });

  describe("the callback", () => {
    let at: ConnectWorld;
    beforeAll(async () => {
      at = await openConnectWorld();
    });
    afterAll(() => at.close());

    it("OPS-4: leads here where our own page answers, whatever stands in front", async () => {
      const proxy = await serving((request, response) => {
        void fetch(`${at.base}${request.url}`).then(async (answer) => {
          response.writeHead(answer.status).end(await answer.text());
        });
      });
      expect(await callbackCheck(configFor({ DEPUTY_PUBLIC_URL: proxy }), false)).toEqual({
        status: "pass",
        observed: `${proxy} leads here`,
      });
    });

    it("OPS-4: fails where somebody else answers, a proxy that does not pass the path on", async () => {
      const proxy = await serving((_request, response) => void response.writeHead(404).end("no such page"));
      expect(await callbackCheck(configFor({ DEPUTY_PUBLIC_URL: proxy }), false)).toMatchObject({
        status: "fail",
        observed: expect.stringContaining("HTTP 404"),
      });
    });

    it("warns where it can't be reached from here, and says nothing where nothing runs", async () => {
      const nowhere = await serving(() => undefined);
      for (const server of servers.splice(0)) server.close();
      const port = new URL(at.base).port;
      const running = configFor({ DEPUTY_PUBLIC_URL: nowhere, PORT: port });
      expect((await callbackCheck(running, false)).status).toBe("warn");
      const stopped = configFor({ DEPUTY_PUBLIC_URL: nowhere, PORT: new URL(nowhere).port });
      expect((await callbackCheck(stopped, false)).status).toBe("skip");
      expect((await callbackCheck(running, true)).status).toBe("skip");
    });
  });
});
