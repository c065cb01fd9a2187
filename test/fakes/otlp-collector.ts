// A collector of traces on loopback: takes OTLP over HTTP as JSON, as a real one does, and can be made to fail or to be slow.

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { z } from "zod";

const Value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
});
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((list) =>
    Object.fromEntries(list.map(({ key, value }): [string, unknown] => [key, Object.values(value)[0]])),
  );
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: Attributes,
  status: z.object({ code: z.number().optional() }),
});
const Request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

export type CollectedSpan = z.infer<typeof Span>;

export interface OtlpCollector {
  readonly url: string;
  readonly spans: CollectedSpan[];
  readonly resources: Record<string, unknown>[];
  readonly requests: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[];
  /** What is answered from now on; `never` takes the request and says nothing. */
  answer(status: number | "never"): void;
  /** Also ends connections that are open. */
  close(): Promise<void>;
}

export async function startOtlpCollector(port = 0): Promise<OtlpCollector> {
  let status: number | "never" = 200;
  const collected: Pick<OtlpCollector, "spans" | "resources" | "requests"> = {
    spans: [],
    resources: [],
    requests: [],
  };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      collected.requests.push({ path: request.url ?? "", headers: request.headers, body });
      if (status === "never") return;
      if (status === 200) {
        for (const { resource, scopeSpans } of Request.parse(JSON.parse(body)).resourceSpans) {
          collected.resources.push(resource.attributes);
          collected.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
        }
      }
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The collector has no port.");
  return {
    ...collected,
    url: `http://127.0.0.1:${address.port}`,
    answer: (given) => {
      status = given;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
