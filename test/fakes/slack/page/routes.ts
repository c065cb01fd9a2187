// The page for developers: its files, its state as JSON, a stream that says when to look again, and what people do there.

import { readFile } from "node:fs/promises";
import type http from "node:http";
import { readAll } from "../api/answer.ts";
import { ids } from "../ids.ts";
import { parsed, shapeOf, shapesOf, textOf } from "../shape.ts";
import type { Hub } from "../state/hub.ts";
import type { Clickable, FakeSlack, PersonDriver, Shape } from "../types.ts";

const assets: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "blocks.js": "text/javascript; charset=utf-8",
  "text.js": "text/javascript; charset=utf-8",
};

export async function answerPage(
  slack: FakeSlack,
  hub: Hub,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", hub.world.url).pathname;
  const name = path === "/" ? "index.html" : path.slice(1);
  const type = assets[name];
  if (type !== undefined) {
    const content = await readFile(new URL(name, import.meta.url));
    response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
    response.end(content);
  } else if (path === "/page/state") json(response, 200, stateFor(hub));
  else if (path === "/page/changes") follow(hub, response);
  else if (path === "/page/act" && request.method === "POST") await takeAct(slack, hub, request, response);
  else json(response, 404, { error: `The fake Slack has nothing at ${path}` });
}

function json(response: http.ServerResponse, status: number, value: Shape): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function stateFor({ world, calls, deliver }: Hub): Shape {
  const now = world.clock.now();
  return {
    ids,
    people: [...world.people.values()],
    channels: [...world.channels.values()].map((channel) => ({
      ...channel,
      members: [...channel.members],
      messages: channel.messages
        .filter((one) => !one.deleted)
        .map((one) => ({
          ...one,
          files: one.files.map(({ id, name: file, title, content }) => ({
            id,
            name: file,
            title,
            size: content.length,
          })),
        })),
    })),
    ephemerals: world.ephemerals.filter((one) => !one.deleted && one.shown),
    modals: world.views.filter((one) => one.open),
    homes: [...world.homes.values()],
    sessions: [...world.sessions.values()],
    lines: [...world.assistantLines]
      .filter(([, line]) => now - line.at < 120_000)
      .map(([at, { text }]) => ({ at, text })),
    prompts: Object.fromEntries(world.prompts),
    calls: calls.slice(-12).toReversed(),
    undelivered: deliver.log.filter((one) => one.state !== "acknowledged").length,
  };
}

/** One line per change; changes of one turn become one. */
function follow({ world }: Hub, response: http.ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("data: changed\n\n");
  let due = false;
  const stop = world.onChange(() => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      response.write("data: changed\n\n");
    });
  });
  response.on("close", stop);
}

async function takeAct(
  slack: FakeSlack,
  hub: Hub,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const origin = request.headers.origin;
  const own = origin === undefined || origin === `http://${request.headers.host ?? ""}`;
  const act = shapeOf(parsed((await readAll(request)).toString()));
  if (!own) return json(response, 403, { error: "Only this page may act" });
  try {
    const person = slack.person(textOf(act["person"]) ?? ids.ana);
    await carryOut(slack, person, act);
    json(response, 200, { ok: true });
  } catch (error) {
    json(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

type Act = (act: Shape, person: PersonDriver, slack: FakeSlack) => Promise<unknown>;

const acts: Readonly<Record<string, Act>> = {
  says: (act, person) => {
    const thread = textOf(act["thread"]);
    const files = shapesOf(act["files"]).map((file) => ({
      name: textOf(file["name"]) ?? "file",
      content: Buffer.from(textOf(file["base64"]) ?? "", "base64"),
    }));
    return person.says(place(act), text(act), { files, ...(thread === undefined ? {} : { thread }) });
  },
  clicks: (act, person, slack) => person.clicks(target(act, slack), textOf(act["button"]) ?? ""),
  picks: (act, person, slack) =>
    person.picks(target(act, slack), textOf(act["menu"]) ?? "", textOf(act["option"]) ?? ""),
  submits: (act, person) =>
    person.submitsModal(
      Object.fromEntries(
        Object.entries(shapeOf(act["values"])).map(([name, value]) => [name, String(value)]),
      ),
    ),
  closes: (_, person) => person.closesModal(),
  home: (_, person) => person.opensHome(),
  messages: (_, person) => person.opensMessages(),
  slash: (act, person) => person.slash(textOf(act["command"]) ?? "", text(act), place(act)),
  shortcut: (act, person, slack) => {
    const message = slack.message(place(act), textOf(act["ts"]) ?? "");
    if (!message) throw new Error("That message is gone");
    return person.shortcut(message, textOf(act["callback"]) ?? "");
  },
  stops: (act, person) => {
    const thread = textOf(act["thread"]) ?? "";
    return person.stops({ channel: place(act), ts: thread, thread_ts: thread });
  },
};

function carryOut(slack: FakeSlack, person: PersonDriver, act: Shape): Promise<unknown> {
  const does = acts[textOf(act["act"]) ?? ""];
  if (!does) throw new Error("The page asked for something unknown");
  return does(act, person, slack);
}

function place(act: Shape): string {
  return textOf(act["channel"]) ?? "";
}

function text(act: Shape): string {
  return textOf(act["text"]) ?? "";
}

/** What the button stands on: a message, a private note, a modal or a home page. */
function target(act: Shape, slack: FakeSlack): Clickable {
  const ts = textOf(act["ts"]);
  const view = textOf(act["view"]);
  const found: Clickable | undefined =
    view === undefined
      ? (slack.message(place(act), ts ?? "") ?? slack.ephemerals.find((one) => one.ts === ts))
      : [...slack.views, ...slack.homes.values()].find((one) => one.id === view);
  if (!found) throw new Error("That message is gone");
  return found;
}
