// The Agents Playground sends no token: it gets in where an operator said so, on this machine, and nowhere else (VE3, T-S7).

import { afterEach, describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { listen } from "../chat/teams/teams-world.ts";
import { folderWith } from "./folder-with.ts";

let app: App | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

async function answerTo(
  options: { readonly playground: boolean },
  env: Record<string, string>,
  serviceUrl: string,
) {
  const folder = await folderWith("agents: [{ name: deputy }]\n");
  const config = loadConfig({
    env: { DEPUTY_DATA: folder, DEPUTY_LOG_LEVEL: "error", PORT: "0", DEPUTY_MODEL_API: "scripted", ...env },
    cwd: folder,
  });
  app = await startApp({ config, role: "all", log: { to: { write: () => undefined } }, ...options });
  const { port } = new URL(app.url);
  const activity = {
    type: "message",
    id: "1",
    channelId: "msteams",
    serviceUrl,
    from: { id: "user", name: "Somebody" },
    recipient: { id: "bot" },
    conversation: { id: "chat", conversationType: "personal" },
    text: "help",
  };
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(activity),
  });
  await answer.body?.cancel();
  const events = await app.edges.store.read((tx) => tx.conversations.list());
  return { status: answer.status, heard: events.length };
}

const here = "http://127.0.0.1:9/";
const registered = { TEAMS_APP_ID: "a", TEAMS_TENANT_ID: "t", TEAMS_APP_PASSWORD: "p" };

/** As the Playground listens: on a port of its own, and nobody signs in. */
async function playgroundService() {
  const said: { readonly path: string; readonly text: string; readonly token: string | null }[] = [];
  const server = await listen(async (request) => {
    const body: unknown = await request.json().catch(() => undefined);
    const text = typeof body === "object" && body !== null && "text" in body ? String(body.text) : "";
    const token = request.headers.get("authorization");
    said.push({ path: new URL(request.url).pathname, text, token });
    return Response.json({ id: `${said.length}` });
  });
  return { ...server, url: `${server.url.replace("127.0.0.1", "localhost")}/_connector`, said };
}

describe("app: the Agents Playground", () => {
  it.each([
    ["without an app", {}],
    ["with one, whose token it is not given", registered],
  ])("TH1, TK1, T-S7: is answered at the port that it names, %s", async (_what, env) => {
    const service = await playgroundService();
    try {
      await answerTo({ playground: true }, env, service.url);
      await expect
        .poll(() => service.said.find(({ text }) => text.includes("These words work by themselves")))
        .toMatchObject({ path: "/_connector/v3/conversations/chat/activities", token: null });
      expect(service.said.map(({ token }) => token).filter((token) => token !== null)).toEqual([]);
    } finally {
      await app?.stop();
      await service.close();
    }
  });

  it("T-S7: is heard without a token where it is switched on and only this machine reaches us", async () => {
    expect(await answerTo({ playground: true }, {}, here)).toEqual({ status: 200, heard: 1 });
  });

  it("is not heard where it is not switched on", async () => {
    expect(await answerTo({ playground: false }, {}, here)).toEqual({ status: 404, heard: 0 });
    await app?.stop();
    expect(await answerTo({ playground: false }, registered, here)).toEqual({ status: 401, heard: 0 });
  });

  it("is not heard where other machines reach us, whatever was switched on", async () => {
    await expect(answerTo({ playground: true }, { HOST: "0.0.0.0" }, here)).rejects.toThrow(
      /Refused to listen/,
    );
    const open = { HOST: "0.0.0.0", ...registered };
    expect(await answerTo({ playground: true }, open, here)).toEqual({ status: 401, heard: 0 });
  });

  it("is not heard with a service on another machine", async () => {
    expect(await answerTo({ playground: true }, {}, "https://smba.trafficmanager.net/emea/")).toEqual({
      status: 401,
      heard: 0,
    });
  });
});
