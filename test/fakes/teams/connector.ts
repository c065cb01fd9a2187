// The fake's HTTP side: OpenID metadata and keys, the login service (entra.ts has people's side of it), the connector (v3), and a place for files.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { pause } from "../../../src/base/abort.ts";
import type { Clock } from "../../../src/base/clock.ts";
import { parseJson } from "../../../src/base/json.ts";
import {
  cast,
  type FakeActivity,
  type FakeCall,
  type FakeFault,
  type FaultAt,
  type Json,
  personalChat,
  teamsIds,
} from "./state.ts";
import type { Entra } from "./entra.ts";
import { type FakeStream, streamInfoOf, takePiece } from "./streams.ts";
import { issuer, type Keys } from "./tokens.ts";

export interface ConnectorState {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly entra: Entra;
  readonly password: string;
  readonly conversations: Set<string>;
  /** Who is in none of them any more. */
  readonly left: Set<string>;
  readonly activities: FakeActivity[];
  readonly calls: FakeCall[];
  readonly files: Map<string, Buffer>;
  readonly streams: FakeStream[];
  readonly faults: { readonly at: FaultAt; readonly fault: FakeFault }[];
  tokensGiven: number;
  /** What the roster says of somebody otherwise than usual. */
  readonly described: Map<string, Json>;
  changed(): void;
}

interface Call {
  readonly state: ConnectorState;
  readonly method: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly raw: Buffer;
  readonly body: Json;
  readonly cookie: string;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: Buffer;
  readonly lost?: boolean;
  readonly slowMs?: number;
}

/** Teams takes 28 KB. */
const mostBytes = 28_000;

export async function startConnector(
  state: ConnectorState,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void answer(state, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fake has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  state: ConnectorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = await callOf(state, request);
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? ""}`);
  const reply = authorised(call, request) ? await route(call, url) : refusal(401, "Unauthorized");
  if (reply.slowMs !== undefined) await pause(state.clock, reply.slowMs);
  const { method, parts, body } = call;
  const path = url.pathname + url.search;
  state.calls.push({ method, path, body: parts[0] === "files" ? undefined : body, status: reply.status });
  state.changed();
  if (reply.lost) return void response.destroy();
  response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
  response.end(reply.raw ?? (reply.body === undefined ? "" : JSON.stringify(reply.body)));
}

async function callOf(state: ConnectorState, request: IncomingMessage): Promise<Call> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  const raw = Buffer.concat(pieces);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const value = parseJson(raw.toString())?.value;
  const body = typeof value === "object" && value !== null ? { ...value } : {};
  const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const cookie = request.headers.cookie ?? "";
  return { state, method: request.method ?? "GET", parts, query: url.searchParams, raw, body, cookie };
}

function authorised({ parts, state }: Call, request: IncomingMessage): boolean {
  if (parts[0] !== "emea") return true;
  return request.headers.authorization === `Bearer app-token-${state.tokensGiven}`;
}

async function route(call: Call, url: URL): Promise<Reply> {
  const [first = ""] = call.parts;
  if (first === "openid")
    return {
      status: 200,
      body: { issuer, jwks_uri: `${url.origin}/keys`, id_token_signing_alg_values_supported: ["RS256"] },
    };
  if (first === "keys") {
    const fault = takeFault(call.state, "keys");
    if (fault?.kind === "status") return { status: fault.status };
    return { status: 200, body: call.state.keys.jwks, ...slowed(fault) };
  }
  if (first === "login") {
    const { parts, query, raw, cookie, state } = call;
    const form = new URLSearchParams(raw.toString());
    const asked = { origin: url.origin, parts: parts.slice(1), query, cookie, form };
    return (await state.entra.answer(asked)) ?? login(call);
  }
  if (first === "files") return files(call);
  return first === "emea" ? connector({ ...call, parts: call.parts.slice(2) }) : { status: 404 };
}

function login({ state, raw, parts }: Call): Reply {
  const fault = takeFault(state, "token");
  if (fault?.kind === "status") return { status: fault.status, body: { error: "temporarily_unavailable" } };
  const form = new URLSearchParams(raw.toString());
  const good =
    parts[1] === teamsIds.tenant &&
    form.get("client_id") === teamsIds.app &&
    form.get("client_secret") === state.password &&
    form.get("scope") === "https://api.botframework.com/.default";
  if (!good) return { status: 401, body: { error: "invalid_client" } };
  state.tokensGiven += 1;
  return {
    status: 200,
    body: { token_type: "Bearer", expires_in: 3600, access_token: `app-token-${state.tokensGiven}` },
  };
}

function files({ state, method, parts, raw }: Call): Reply {
  const name = parts.slice(1).join("/");
  if (method === "PUT") {
    const fault = takeFault(state, "upload");
    if (fault?.kind === "status") return { status: fault.status };
    state.files.set(name, raw);
    return { status: 201, body: {} };
  }
  const fault = takeFault(state, "download");
  if (fault) return faulty(fault);
  const content = state.files.get(name);
  return content === undefined
    ? { status: 404 }
    : { status: 200, raw: content, headers: { "content-type": "application/octet-stream" } };
}

function connector(call: Call): Reply {
  const { method, parts } = call;
  const [resource, id = ""] = parts;
  if (resource !== "conversations") return { status: 404 };
  return id === "" && method === "POST" ? openChat(call) : inConversation(call, id);
}

function inConversation(call: Call, id: string): Reply {
  const { method, parts, state } = call;
  const [, , kind, activity, more] = parts;
  if (!state.conversations.has(id.split(";")[0] ?? "")) return refusal(404, "ConversationNotFound");
  if (kind === "pagedmembers") return everybody(call);
  if (kind === "members") return member(call, activity ?? "");
  if (kind !== "activities") return { status: 404 };
  if (activity === undefined || (method === "POST" && more === undefined)) return post(call, id);
  return more === "reactions" ? react(call) : change(call, activity);
}

function activityOf({ state, parts }: Call): FakeActivity | undefined {
  return state.activities.find((one) => one.id === parts[3] && !one.deleted);
}

function react(call: Call): Reply {
  const emoji = call.parts[5];
  const fault = takeFault(call.state, "reaction");
  if (fault?.kind === "status") return refusal(fault.status, fault.code ?? "");
  const found = activityOf(call);
  if (found && emoji !== undefined && !found.reactions.includes(emoji)) found.reactions.push(emoji);
  return { status: 200, body: {} };
}

function change(call: Call, activity: string): Reply {
  const fault = takeFault(call.state, "edit");
  if (fault) return faulty(fault);
  const found = activityOf(call);
  if (!found) return refusal(404, "ActivityNotFoundInConversation");
  if (call.method === "DELETE") found.deleted = true;
  else found.edits.push(call.body);
  return { status: 200, body: { id: activity } };
}

function openChat({ state, body }: Call): Reply {
  const fault = takeFault(state, "open");
  if (fault) return faulty(fault);
  const members = Array.isArray(body["members"]) ? body["members"] : [];
  const wanted: unknown = members[0]?.id;
  const person = cast.find(({ id, aadObjectId }) => id === wanted || aadObjectId === wanted);
  if (!person) return refusal(403, "BotNotInConversationRoster");
  const id = personalChat(person.aadObjectId);
  state.conversations.add(id);
  return { status: 201, body: { id } };
}

function everybody(call: Call): Reply {
  const replies = cast.map(({ id }) => member(call, id));
  return {
    status: 200,
    body: { members: replies.flatMap(({ status, body }) => (status === 200 ? [body] : [])) },
  };
}

function member({ state }: Call, id: string): Reply {
  const fault = takeFault(state, "member");
  if (fault && fault.kind !== "slow") return faulty(fault);
  const person = cast.find((one) => one.id === id || one.aadObjectId === id);
  if (!person || state.left.has(person.aadObjectId)) return refusal(404, "MemberNotFoundInConversation");
  return {
    status: 200,
    ...slowed(fault),
    body: {
      ...person,
      tenantId: teamsIds.tenant,
      userRole: person.guest ? "guest" : "user",
      userPrincipalName: `${person.name}@corp.example`,
      ...state.described.get(person.aadObjectId),
    },
  };
}

function post(call: Call, conversation: string): Reply {
  const { state, query, body, raw } = call;
  const info = streamInfoOf(body);
  if (info !== undefined) return streamed(call, conversation, info);
  const targeted = query.get("isTargetedActivity") === "true";
  const fault = takeFault(state, targeted ? "targeted" : "post");
  if (fault?.kind === "status") {
    if (fault.done) kept(state, conversation, { activity: body, targeted, lost: false });
    return faulty(fault);
  }
  if (raw.byteLength > mostBytes) return refusal(413, "MessageSizeTooBig");
  const wrong = wrongIn(body);
  if (wrong !== undefined) return { status: 400, body: { error: { code: "BadSyntax", message: wrong } } };
  if (body["type"] === "typing") return { status: 201, body: { id: "typing" } };
  return kept(state, conversation, { activity: body, targeted, lost: fault?.kind === "lost" });
}

function streamed({ state, body, raw }: Call, conversation: string, info: Json): Reply {
  const fault = takeFault(state, info["streamType"] === "final" ? "stream end" : "stream");
  if (fault?.kind === "status") return faulty(fault);
  if (raw.byteLength > mostBytes) return refusal(403, "ContentStreamNotAllowed", "Message size too large");
  const wrong = wrongIn(body);
  if (wrong !== undefined) return refusal(400, "BadSyntax", wrong);
  const taken = takePiece(state.streams, state.clock, { conversation, activity: body, info });
  const how = { lost: fault?.kind === "lost", ...slowed(fault) };
  if (taken.kind === "refused") return { ...refusal(taken.status, taken.code, taken.message), ...how };
  if (taken.kind === "shown")
    return { status: taken.first ? 201 : 202, body: taken.first ? { id: taken.id } : {}, ...how };
  const { id } = taken.stream;
  state.activities.push({ id, conversation, activity: body, reactions: [], edits: [], deleted: false });
  return { status: 202, body: {}, ...how };
}

interface Posted {
  readonly activity: Json;
  readonly targeted: boolean;
  readonly lost: boolean;
}

function kept(
  { activities }: ConnectorState,
  conversation: string,
  { activity, targeted, lost }: Posted,
): Reply {
  const id = String(1_700_000_000_000 + activities.length + 1);
  const { recipient } = activity;
  const named =
    typeof recipient === "object" && recipient !== null && "id" in recipient ? String(recipient.id) : "";
  const to = targeted ? { to: named } : {};
  activities.push({ id, conversation, activity, ...to, reactions: [], edits: [], deleted: false });
  return { status: 201, body: { id }, lost };
}

/** Teams takes one root message entity and knows cards by their version. */
function wrongIn({ entities, attachments }: Json): string | undefined {
  const roots = Array.isArray(entities)
    ? entities.filter((one) => one?.type === "https://schema.org/Message")
    : [];
  if (roots.length > 1) return "two root message entities";
  const cards = Array.isArray(attachments)
    ? attachments.filter((one) => one?.contentType === "application/vnd.microsoft.card.adaptive")
    : [];
  return cards.some(({ content }) => content?.type !== "AdaptiveCard" || content?.version !== "1.5")
    ? "no card of 1.5"
    : undefined;
}

function takeFault({ faults }: ConnectorState, at: FaultAt): FakeFault | undefined {
  const index = faults.findIndex((one) => one.at === at);
  return index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
}

function faulty(fault: FakeFault): Reply {
  if (fault.kind !== "status") return { status: 200, lost: fault.kind === "lost", ...slowed(fault) };
  const { retryAfter, location } = fault;
  const headers = {
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
    ...(location !== undefined && { location }),
  };
  return { ...refusal(fault.status, fault.code ?? ""), headers };
}

function slowed(fault: FakeFault | undefined): Pick<Reply, "slowMs"> {
  return fault?.kind === "slow" ? { slowMs: fault.ms } : {};
}

function refusal(status: number, code: string, message = "refused by the fake"): Reply {
  return { status, body: { error: { code, message } } };
}
