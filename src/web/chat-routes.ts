// The local chat page and the data behind it. Knows the room; knows nothing of runs, models or stores.

import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Clock } from "../base/clock.ts";
import { isAppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { ChatAccess } from "./access.ts";
import { attachment } from "./attachment.ts";
import { boundedBody } from "./bounded-body.ts";
import { createAssetRoutes } from "./chat-assets.ts";
import { ourHostOnly, ourOriginOnly, pageHeaders, sessionOnly, type WebEnv } from "./chat-guard.ts";
import { chatPage, lockedPage, welcomePage } from "./chat-page.ts";
import {
  parseAs,
  parseClick,
  parseEdit,
  parsePerson,
  parseSaying,
  tooLarge,
  uploadLimits,
} from "./chat-requests.ts";
import { refusalOf } from "./chat-sentences.ts";
import { createChatViews } from "./chat-views.ts";
import type { WebChat } from "./contract.ts";
import { createEventStreams, type EventStreams } from "./event-stream.ts";

export interface ChatRoutesDeps {
  readonly chat: WebChat;
  readonly access: ChatAccess;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ChatRoutes {
  readonly routes: Hono<WebEnv>;
  readonly streams: EventStreams;
}

export function createChatRoutes({ chat, access, clock, log }: ChatRoutesDeps): ChatRoutes {
  const views = createChatViews(chat);
  const streams = createEventStreams({ room: chat.room, clock, view: views.event, viewLive: views.live });
  const routes = new Hono<WebEnv>();
  routes.use(pageHeaders, ourHostOnly(access), ourOriginOnly(access));
  routes.route("/assets", createAssetRoutes());
  addPage(routes, chat, access);
  for (const path of ["/state", "/events", "/messages", "/messages/*", "/actions", "/files/*"]) {
    routes.use(path, sessionOnly(access));
  }
  routes.get("/state", (c) => c.json(views.state(viewer(c))));
  routes.get("/events", (c) => {
    const since = Number(c.req.header("last-event-id") ?? c.req.query("since") ?? Number.NaN);
    return streams.open(viewer(c), Number.isSafeInteger(since) ? since : chat.room.seq());
  });
  addReading(routes, chat);
  addWriting(routes, chat, views.message);
  routes.onError((error, c) => {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return c.json({ error: refusal.message }, refusal.status);
    log.error("a request to the chat page failed", {
      path: c.req.path,
      code: isAppError(error) ? error.code : "unforeseen",
    });
    return c.json({ error: "Something went wrong inside Deputy. The log says what." }, 500);
  });
  return { routes, streams };
}

function viewer(c: Context<WebEnv>): PersonKey {
  return parsePerson(c.req.query("as"));
}

function addPage(routes: Hono<WebEnv>, chat: WebChat, access: ChatAccess): void {
  routes.get("/", (c) => {
    const token = c.req.query("token");
    const session = token === undefined ? undefined : access.redeem(token);
    if (session !== undefined) {
      const secure = access.isSecure(c.req.header("host"));
      setCookie(c, access.cookie, session, { httpOnly: true, sameSite: "Strict", path: "/chat", secure });
      // a page that moves on by itself: after a redirect from another site the cookie would not be sent
      return c.html(welcomePage());
    }
    if (!access.isSession(getCookie(c, access.cookie))) return c.html(lockedPage(token !== undefined), 401);
    return token === undefined ? c.html(chatPage(chat)) : c.redirect("/chat", 303);
  });
}

function addReading(routes: Hono<WebEnv>, { room }: WebChat): void {
  routes.get("/files/:id", async (c) => {
    const { file, content } = await room.fileContent(c.req.param("id"), viewer(c));
    return attachment(c, { name: file.name, content });
  });
}

function addWriting(
  routes: Hono<WebEnv>,
  { room }: WebChat,
  view: ReturnType<typeof createChatViews>["message"],
): void {
  const limit = boundedBody(uploadLimits.requestBytes, () => {
    throw tooLarge();
  });
  routes.use(limit);
  routes.post("/messages", async (c) => {
    const saying = await parseSaying(c.req.raw);
    return c.json({ message: view(await room.say(saying), saying.as) });
  });
  routes.patch("/messages/:id", async (c) => {
    const { as, text } = await parseEdit(c.req.raw);
    return c.json({ message: view(await room.edit({ as, messageId: c.req.param("id"), text }), as) });
  });
  routes.delete("/messages/:id", async (c) => {
    const { as } = await parseAs(c.req.raw);
    return c.json({ message: view(await room.remove({ as, messageId: c.req.param("id") }), as) });
  });
  routes.post("/messages/:id/retry", async (c) => {
    const { as } = await parseAs(c.req.raw);
    return c.json(await room.retry({ as, messageId: c.req.param("id") }));
  });
  routes.post("/actions", async (c) => c.json(await room.click(await parseClick(c.req.raw))));
}
