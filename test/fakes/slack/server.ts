// The one HTTP server of the fake Slack: sends each path to its door.

import http from "node:http";
import { type Answer, answerLogged, readAll } from "./api/answer.ts";
import { giveFile, takeUpload } from "./api/file-doors.ts";
import { answerCall } from "./api/web-api.ts";
import type { SocketRoute } from "./delivery/socket-route.ts";
import { answerPage } from "./page/routes.ts";
import { useResponseUrl } from "./people/responses.ts";
import { parsed, shapeOf } from "./shape.ts";
import type { Hub } from "./state/hub.ts";
import type { FakeSlack } from "./types.ts";

interface Visit {
  readonly second: string;
  readonly third: string;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

type Door = (visit: Visit) => Promise<void>;

export function createServer(hub: Hub, sockets: SocketRoute, slack: () => FakeSlack): http.Server {
  const doors: Readonly<Record<string, Door>> = {
    api: async ({ second, request, response }) => {
      if (second === "apps.connections.open" && sockets.down) response.destroy();
      else await answerCall(hub, second, request, response);
    },
    upload: ({ third, request, response }) => takeUpload(hub, third, request, response),
    "files-pri": ({ second, request, response }) =>
      giveFile(hub, second.split("-").at(-1) ?? "", request, response),
    actions: ({ third, request, response }) => answerResponseUrl(hub, third, request, response),
    oauth: ({ request, response }) => authorise(request, response),
    signin: ({ response }) => signIn(response),
  };
  const route = (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const [, first = "", second = "", third = ""] = new URL(request.url ?? "/", "http://fake").pathname.split(
      "/",
    );
    const door = doors[first];
    return door ? door({ second, third, request, response }) : answerPage(slack(), hub, request, response);
  };
  const server = http.createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      response.destroy();
      hub.trouble.push(error);
      hub.world.changed();
    });
  });
  server.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head));
  return server;
}

async function answerResponseUrl(
  hub: Hub,
  id: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const body = parsed((await readAll(request)).toString());
  await answerLogged(hub, { method: "response_url", args: shapeOf(body), response }, (): Answer => {
    const error = useResponseUrl(hub, id, body);
    return error === undefined ? { status: 200, body: "ok" } : { status: 404, body: { ok: false, error } };
  });
}

/** Consents at once, for the team that `team` names. */
async function authorise(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url ?? "/", "http://fake");
  const back = new URL(searchParams.get("redirect_uri") ?? "http://127.0.0.1/");
  back.searchParams.set("code", `code-${searchParams.get("team") ?? "T0FAKE"}`);
  back.searchParams.set("state", searchParams.get("state") ?? "");
  response.writeHead(302, { location: back.href });
  response.end();
}

async function signIn(response: http.ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end("<!doctype html><title>Sign in</title>Sign in to your workspace");
}
