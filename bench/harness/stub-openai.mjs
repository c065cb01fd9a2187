// A model server that answers at once, in a process of its own: a tool call per turn, then text. Speaks the Responses API, streamed
// and whole. The turn is counted in the request's bytes, without parsing them, so that long histories cost it little.

import { fork } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

/** `turns` tool calls before the text that ends the run. */
export async function startStub() {
  const child = fork(fileURLToPath(import.meta.url), ["serve"], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const port = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`The stub server ended: ${code}`)));
  });
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async setTurns(turns) {
      child.send({ turns });
      await new Promise((resolve) => child.once("message", resolve));
    },
    close: () => child.disconnect(),
  };
}

const answered = Buffer.from('"function_call_output"');
const streamed = Buffer.from('"stream":true');

function serve() {
  let turns = 0;
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces);
      sendAnswer(response, body.includes(streamed), answerAt(count(body, answered), turns));
    });
  });
  server.keepAliveTimeout = 600_000;
  process.on("message", (message) => {
    turns = message.turns;
    process.send("set");
  });
  process.on("disconnect", () => process.exit());
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

function count(body, needle) {
  let found = 0;
  for (let at = body.indexOf(needle); at >= 0; at = body.indexOf(needle, at + needle.length)) found += 1;
  return found;
}

function answerAt(done, turns) {
  return answerOf(done < turns ? { done, name: "look", args: { at: done } } : { done });
}

/** A call of the tool `name`, or words where there is none. */
export function answerOf({ done, name, args }) {
  const item =
    name === undefined
      ? {
          id: `msg_${done}`,
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "Everything is looked at.", annotations: [], logprobs: [] }],
        }
      : {
          id: `fc_${done}`,
          type: "function_call",
          status: "completed",
          call_id: `call_${done}`,
          name,
          arguments: JSON.stringify(args),
        };
  return {
    id: `resp_${done}`,
    object: "response",
    created_at: 1_700_000_000,
    status: "completed",
    model: "stub",
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    output: [item],
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 110,
    },
  };
}

export function sendAnswer(response, streams, answer) {
  if (streams) stream(response, answer);
  else whole(response, answer);
}

function whole(response, answer) {
  const body = JSON.stringify(answer);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function stream(response, answer) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(eventsOf(answer).map(sse).join(""));
}

function eventsOf(answer) {
  const [item] = answer.output;
  const at = { item_id: item.id, output_index: 0 };
  const inside =
    item.type === "function_call"
      ? [
          { type: "response.function_call_arguments.delta", ...at, delta: item.arguments },
          { type: "response.function_call_arguments.done", ...at, arguments: item.arguments },
        ]
      : [
          { type: "response.output_text.delta", ...at, content_index: 0, delta: item.content[0].text },
          { type: "response.output_text.done", ...at, content_index: 0, text: item.content[0].text },
        ];
  return [
    { type: "response.created", response: { ...answer, status: "in_progress", output: [], usage: null } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress" } },
    ...inside,
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: answer },
  ];
}

function sse(event, place) {
  return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: place })}\n\n`;
}

if (process.argv[2] === "serve" && process.send) serve();
