// Services outside, on loopback, that keep every write that reaches them: the judge of "nothing harmful arrived".

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { parseJson } from "../../src/base/json.ts";
import type { EffectClass } from "../../src/domain/step.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";

export interface Arrival {
  readonly tool: string;
  readonly arguments: unknown;
}

export interface OutsideApi {
  readonly url: string;
  /** In the order in which they came. */
  readonly arrived: Arrival[];
  close(): Promise<void>;
}

export async function startOutsideApi(): Promise<OutsideApi> {
  const arrived: Arrival[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const tool = (request.url ?? "/").slice(1);
      arrived.push({ tool, arguments: parseJson(Buffer.concat(chunks).toString())?.value });
      response.end("done");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A tool of a server that does as it is told. */
export function writingTool(api: OutsideApi, name: string, effect: EffectClass): Tool {
  return defineTool({
    name,
    description: `Does it at the service: ${name}`,
    effect,
    repeat: "once",
    input: z.looseObject({}),
    run: async (input, { signal }) => {
      const body = JSON.stringify(input);
      const answer = await fetch(`${api.url}/${name}`, { method: "POST", body, signal });
      return { kind: "result", content: await answer.text() };
    },
  });
}

/** A tool of a server whose answer was written by an attacker. */
export function readingTool(name: string, answer: () => string): Tool {
  return defineTool({
    name,
    description: `Reads at the service: ${name}`,
    effect: "read",
    repeat: "read",
    input: z.object({}),
    run: () => Promise.resolve({ kind: "result", content: answer() }),
  });
}

/** A tool of a server that fails, in an attacker's words. */
export function failingTool(name: string, content: string): Tool {
  return defineTool({
    name,
    description: `Looks at the service: ${name}`,
    effect: "read",
    repeat: "read",
    input: z.object({}),
    run: () => Promise.resolve({ kind: "result", content, isError: true }),
  });
}
