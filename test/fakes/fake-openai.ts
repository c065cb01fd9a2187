// A model server on loopback that speaks Chat Completions and Responses, streamed and whole, as OpenAI does: it checks
// requests strictly and answers 400 in OpenAI's words when they are wrong. What it answers is set per request.

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { problemOf } from "./fake-openai-rules.ts";
import { chatBody, chatEvents, responsesBody, responsesEvents } from "./fake-openai-wire.ts";

interface FakeCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface FakeUsage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface FakeAnswer {
  readonly kind: "answer";
  /** Pieces of text, each an event of its own. */
  readonly text?: readonly string[];
  readonly calls?: readonly FakeCall[];
  readonly refusal?: string;
  readonly end?: "stop" | "length" | "content_filter";
  readonly usage?: FakeUsage | undefined;
  /** It is not given before this. */
  readonly after?: Promise<void>;
  /** Of a streamed answer: after so many of its events it falls silent until then. */
  readonly pause?: { readonly events: number; readonly until: Promise<void> };
  /** What the service says that the text is meant as; only the Responses API can say it. */
  readonly phase?: "commentary" | "final_answer";
  /** Answers with one JSON body although a stream was asked for. */
  readonly whole?: boolean;
}

export type FakeReply =
  | FakeAnswer
  /** An HTTP answer as it is. */
  | {
      readonly kind: "raw";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** Accepts the request and says nothing. */
  | { readonly kind: "silence" }
  /** Sends `events` of the answer, then says nothing more, drops the connection, or ends as if that were all. */
  | {
      readonly kind: "part";
      readonly events: number;
      readonly next: "stall" | "drop" | "end";
      readonly answer: FakeAnswer;
    }
  /** Sends the answer one byte per turn of the event loop. */
  | { readonly kind: "drip"; readonly answer: FakeAnswer }
  /** Sends `bytes` of one endless line. */
  | { readonly kind: "flood"; readonly bytes: number; readonly status?: number }
  /** Repeats one event until `bytes` are sent. */
  | { readonly kind: "babble"; readonly bytes: number }
  /** These texts as the data of the stream. */
  | { readonly kind: "events"; readonly data: readonly string[] };

interface FakeRequest {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  /** Sentence of the 400 that it got, if it was wrong. */
  readonly problem: string | undefined;
}

export interface FakeOpenAi {
  readonly baseUrl: string;
  /** Every request, refused ones included. */
  readonly requests: FakeRequest[];
  /** Requests whose connection the client ended before the answer was complete. */
  abandoned(): number;
  /** Replies for the next requests, in order. Without one, the answer is "ok". */
  reply(...replies: readonly FakeReply[]): void;
  /**
   * Replies for the next requests whose messages hold `mark`, in order: for tests with several conversations. Where several
   * marks stand in the messages it is the one that comes first: what is asked stands before what was done elsewhere.
   */
  replyTo(mark: string, ...replies: readonly FakeReply[]): void;
  /** Answers what no reply was set for; nothing leaves it to `otherwise`. */
  answerBy(rule: (body: Readonly<Record<string, unknown>>) => FakeReply | undefined): void;
  /** What every request gets that no reply is left for, instead of "ok". */
  otherwise(reply: FakeReply): void;
  /** A rule beyond the usual ones: the sentence of the 400, or nothing. */
  refuseIf(rule: (body: Readonly<Record<string, unknown>>) => string | undefined): void;
  close(): Promise<void>;
}

export const fakeKey = "sk-test-4f9a1c7e2b";

export async function startFakeOpenAi(): Promise<FakeOpenAi> {
  const requests: FakeRequest[] = [];
  const replies: FakeReply[] = [];
  const marked = new Map<string, FakeReply[]>();
  let fallback: FakeReply = { kind: "answer", text: ["ok"] };
  const rules: ((body: Readonly<Record<string, unknown>>) => string | undefined)[] = [];
  let answerBy: (body: Readonly<Record<string, unknown>>) => FakeReply | undefined = () => undefined;
  let abandoned = 0;

  const firstMark = (body: Readonly<Record<string, unknown>>): string | undefined => {
    const text = messagesOf(body);
    const places = [...marked]
      .filter(([, left]) => left.length > 0)
      .map(([mark]) => ({ mark, at: text.indexOf(mark) }))
      .filter(({ at }) => at >= 0);
    return places.toSorted((a, b) => a.at - b.at)[0]?.mark;
  };
  const server = http.createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) abandoned += 1;
    });
    void answer(request, response);
  });
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const body = await readJson(request);
    const refusal = problemOf(request, body);
    const extra = rules.map((rule) => rule(body)).find((sentence) => sentence !== undefined);
    const problem = refusal ?? (extra ? { status: 400, message: extra } : undefined);
    requests.push({ path: request.url ?? "", headers: request.headers, body, problem: problem?.message });
    if (problem) return refuse(response, problem);
    const own = marked.get(firstMark(body) ?? "");
    await send(response, own?.shift() ?? replies.shift() ?? answerBy(body) ?? fallback, {
      responses: request.url?.endsWith("/responses") === true,
      stream: body["stream"] === true,
    });
  };

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    abandoned: () => abandoned,
    reply: (...more) => void replies.push(...more),
    replyTo: (mark, ...more) => void marked.set(mark, [...(marked.get(mark) ?? []), ...more]),
    answerBy: (rule) => void (answerBy = rule),
    otherwise: (reply) => void (fallback = reply),
    refuseIf: (rule) => void rules.push(rule),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Asked {
  readonly responses: boolean;
  readonly stream: boolean;
}

async function readJson(request: http.IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString() || "{}");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object in any request that we get; the rules check the rest
  return value as Record<string, unknown>;
}

/** The conversation as JSON text, without the standing instructions. */
export function messagesOf(body: Readonly<Record<string, unknown>>): string {
  const messages = body["messages"] ?? body["input"];
  return JSON.stringify(Array.isArray(messages) ? messages.filter((one) => one?.role !== "system") : []);
}

function refuse(
  response: http.ServerResponse,
  problem: { readonly status: number; readonly message: string },
): void {
  response.writeHead(problem.status, { "content-type": "application/json", "x-request-id": "req_refused" });
  response.end(
    JSON.stringify({
      error: { message: problem.message, type: "invalid_request_error", param: null, code: null },
    }),
  );
}

async function send(response: http.ServerResponse, reply: FakeReply, asked: Asked): Promise<void> {
  switch (reply.kind) {
    case "answer":
      return sendAnswer(response, reply, asked);
    case "raw":
      response.writeHead(reply.status, reply.headers ?? { "content-type": "application/json" });
      response.end(reply.body);
      return;
    case "silence":
      return;
    case "part":
      return sendPart(response, reply, eventsOf(reply.answer, asked));
    case "drip":
      return drip(response, eventsOf(reply.answer, asked).join(""));
    case "flood":
      return flood(response, reply.bytes, {
        status: reply.status ?? 200,
        piece: Buffer.alloc(1_000_000, "x"),
      });
    case "babble": {
      const event = eventsOf({ kind: "answer", text: ["word ".repeat(10_000)] }, asked)[1] ?? "";
      return flood(response, reply.bytes, { status: 200, piece: Buffer.from(event) });
    }
    case "events":
      openStream(response).end(reply.data.map((data) => `data: ${data}\n\n`).join(""));
      return;
    default:
      return reply satisfies never;
  }
}

async function sendAnswer(response: http.ServerResponse, answer: FakeAnswer, asked: Asked): Promise<void> {
  await answer.after;
  if (asked.stream && !answer.whole) {
    const events = eventsOf(answer, asked);
    const open = openStream(response);
    if (answer.pause) {
      open.write(events.splice(0, answer.pause.events).join(""));
      await answer.pause.until;
    }
    open.end(events.join(""));
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(asked.responses ? responsesBody(answer) : chatBody(answer)));
}

function eventsOf(answer: FakeAnswer, asked: Asked): string[] {
  return asked.responses ? responsesEvents(answer) : chatEvents(answer);
}

function sendPart(
  response: http.ServerResponse,
  { events, next }: { readonly events: number; readonly next: "stall" | "drop" | "end" },
  all: readonly string[],
): void {
  const text = all.slice(0, events).join("");
  if (next === "end") openStream(response).end(text);
  else openStream(response).write(text, () => next === "drop" && response.destroy());
}

function openStream(response: http.ServerResponse): http.ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
}

async function drip(response: http.ServerResponse, text: string): Promise<void> {
  openStream(response);
  for (const byte of Buffer.from(text)) {
    response.write(Buffer.of(byte));
    await turn();
  }
  response.end();
}

async function flood(
  response: http.ServerResponse,
  bytes: number,
  { status, piece }: { readonly status: number; readonly piece: Buffer },
): Promise<void> {
  response.writeHead(status, { "content-type": "text/event-stream" });
  for (let sent = 0; sent < bytes && !response.destroyed; sent += piece.length) {
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

/** Resolves when more can be written, or nobody reads any more. */
function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
