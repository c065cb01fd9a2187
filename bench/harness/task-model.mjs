// A model server for many tasks at once: a task is a list of tool calls, found by the mark in what the person asked. The next call
// is counted in the request, so that a process that asks again after a crash gets the same answer. Speaks whole and streamed Responses.

import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { answerOf, sendAnswer } from "./stub-openai.mjs";

/** `callsOf(mark)` gives `[name, arguments]` per turn; after the last comes `finish`. A mark is `task-<letters and digits>.` */
export async function startTaskModel({ callsOf, thinkMs = 0 }) {
  const answer = async (text, response) => {
    const mark = /task-[a-z0-9]+/.exec(text)?.[0] ?? "task-none";
    const done = text.split('"function_call_output"').length - 1;
    const [name, args] = callsOf(mark)[done] ?? ["finish", { summary: `${mark} is done.`, files: [] }];
    if (thinkMs > 0) await wait(thinkMs);
    sendAnswer(response, text.includes('"stream":true'), answerOf({ done, name, args }));
  };
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => void answer(Buffer.concat(pieces).toString(), response));
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
