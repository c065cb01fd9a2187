// The door of the Web API: reads a call, checks token, scope and limits, and lets the method answer.

import type http from "node:http";
import { isShape, parsed, textOf } from "../shape.ts";
import type { Hub } from "../state/hub.ts";
import type { Team } from "../state/world.ts";
import type { Shape } from "../types.ts";
import { agentMethods } from "./agent-methods.ts";
import { type Answer, answerLogged, bearer, readAll, tooMany } from "./answer.ts";
import { chatMethods } from "./chat-methods.ts";
import { conversationMethods } from "./conversation-methods.ts";
import { fileMethods } from "./file-methods.ts";
import { type Method, SlackRefusal } from "./method.ts";
import { viewMethods } from "./view-methods.ts";

const methods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...viewMethods,
  ...agentMethods,
};

/** Arguments that are JSON inside a form, and what Slack says where they are not. */
const jsonArguments: Readonly<Record<string, string>> = {
  blocks: "invalid_blocks_format",
  metadata: "invalid_metadata_format",
  attachments: "invalid_attachments",
  view: "invalid_arguments",
  files: "invalid_arguments",
  prompts: "invalid_arguments",
  loading_messages: "invalid_arguments",
  message: "invalid_arguments",
};

interface Wish {
  readonly name: string;
  readonly args: Shape;
  readonly token: string | undefined;
  readonly team: Team | undefined;
  readonly problem: string | undefined;
}

export async function answerCall(
  hub: Hub,
  name: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const raw = await readAll(request);
  const { args: all, problem } = argumentsOf(raw, request.headers["content-type"] ?? "");
  const { token: inBody, ...args } = all;
  const token = bearer(request) ?? textOf(inBody);
  const team = [...hub.world.teams.values()].find((one) => one.botToken === token);
  await answerLogged(hub, { method: name, args, team: team?.id, response }, async () => ({
    headers: {
      "x-oauth-scopes": (hub.options.scopes ?? []).join(","),
      "x-slack-req-id": hub.world.nextId("req"),
    },
    ...(await carryOut(hub, { name, args, token, team, problem })),
  }));
}

async function carryOut(hub: Hub, wish: Wish): Promise<Answer> {
  try {
    const off = hub.faults.offAs(wish.name);
    if (off !== undefined) throw new SlackRefusal(off);
    const method = methods[wish.name];
    if (!method) throw new SlackRefusal("unknown_method", { req_method: wish.name });
    const team = teamFor(hub, method, wish);
    if (wish.problem !== undefined) throw new SlackRefusal(wish.problem);
    const seconds = method.limit && hub.limits.take(wish.name, placeOf(method, wish, team), method.limit);
    if (seconds !== undefined) return tooMany(seconds);
    const result = await method.run({ hub, world: hub.world, team, args: wish.args });
    return { status: 200, body: { ok: true, ...result } };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    return { status: 200, body: { ok: false, error: error.error, ...error.more } };
  }
}

function placeOf(method: Method, { args }: Wish, team: Team): string {
  return method.perChannel ? (textOf(args["channel"]) ?? "") : team.id;
}

/** The team whose token was shown, or the refusal that a wrong one gets. */
function teamFor(hub: Hub, method: Method, { token, team }: Wish): Team {
  const [first] = hub.world.teams.values();
  if (!first) throw new Error("The fake Slack has no team");
  if (method.token === "none") return team ?? first;
  if (token === undefined) throw new SlackRefusal("not_authed");
  const ofApp = token === hub.secrets.app;
  if (ofApp && method.token === "app") return first;
  if (!ofApp && !team) throw new SlackRefusal("invalid_auth");
  if (!team || method.token === "app") throw new SlackRefusal("not_allowed_token_type");
  refuseWithoutRight(hub, method, team);
  return team;
}

function refuseWithoutRight(hub: Hub, method: Method, team: Team): void {
  if (team.state === "revoked") throw new SlackRefusal("token_revoked");
  if (team.state === "uninstalled") throw new SlackRefusal("account_inactive");
  const scopes = hub.options.scopes ?? [];
  if (method.scope === undefined || scopes.includes(method.scope)) return;
  throw new SlackRefusal("missing_scope", { needed: method.scope, provided: scopes.join(",") });
}

function argumentsOf(
  raw: Buffer,
  type: string,
): { readonly args: Shape; readonly problem?: string | undefined } {
  const text = raw.toString();
  if (type.startsWith("application/json")) {
    const value = parsed(text);
    return isShape(value) ? { args: value } : { args: {}, problem: "invalid_json" };
  }
  const args: Record<string, unknown> = {};
  let problem: string | undefined;
  for (const [name, value] of new URLSearchParams(text)) {
    const refusal = jsonArguments[name];
    args[name] = refusal === undefined ? value : parsed(value);
    if (refusal !== undefined && args[name] === undefined) problem ??= refusal;
  }
  return { args, problem };
}
