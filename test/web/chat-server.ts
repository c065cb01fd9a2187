// The web server with a local chat behind it, on a free port of loopback and a private folder.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { createIds } from "../../src/base/ids.ts";
import { type Logger, silentLogger } from "../../src/base/logger.ts";
import type { ChatPlatform, Receive } from "../../src/chat/contract.ts";
import { createLocalChat } from "../../src/chat/local/local-chat.ts";
import type { LocalRoom } from "../../src/chat/local/room.ts";
import type { Web, WebChat, WebDeps } from "../../src/web/contract.ts";
import { createWeb } from "../../src/web/web.ts";

export interface ChatServer {
  readonly url: string;
  readonly web: Web;
  readonly platform: ChatPlatform;
  readonly room: LocalRoom;
  /** Opens a link and returns the cookie that it gives. */
  readonly login: () => Promise<string>;
  /** A request as the page sends it: with cookie and origin. */
  readonly send: (method: string, path: string, body?: unknown) => Promise<Response>;
  close(): Promise<void>;
}

export interface ChatServerOptions {
  readonly receive?: Receive;
  readonly chat?: Omit<WebChat, "room">;
  readonly deps?: Partial<WebDeps>;
  readonly clock?: Clock;
  readonly log?: Logger;
}

export async function startChatServer(options: ChatServerOptions = {}): Promise<ChatServer> {
  const { receive = async () => undefined, clock = systemClock, log = silentLogger } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-web-"));
  const ids = createIds(() => clock.now());
  const { platform, room } = await createLocalChat({ folder, clock, ids, log, agentName: "deputy" });
  await platform.start(receive);
  const web = createWeb({
    listen: { host: "127.0.0.1", port: 0 },
    clock,
    log,
    ready: async () => ({ ok: true, checks: {} }),
    chat: { room, ...options.chat },
    ...options.deps,
  });
  const { url } = await web.start();
  let cookie: string | undefined;
  const login = async (): Promise<string> => {
    const response = await fetch(web.chatLink(), { redirect: "manual" });
    return response.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  };
  return {
    url,
    web,
    platform,
    room,
    login,
    async send(method, at, body) {
      cookie ??= await login();
      const headers: Record<string, string> = { cookie, origin: url };
      if (body === undefined || body instanceof FormData) {
        return fetch(`${url}${at}`, { method, headers, ...(body !== undefined && { body }) });
      }
      headers["content-type"] = "application/json";
      return fetch(`${url}${at}`, { method, headers, body: JSON.stringify(body) });
    },
    async close() {
      await web.stop();
      await platform.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
