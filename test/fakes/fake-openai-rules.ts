// What the fake model server refuses, as OpenAI does: a key that is missing, malformed tools, results and calls that
// don't belong together, roles that don't exist.

import type http from "node:http";
import { z } from "zod";

interface Problem {
  readonly status: number;
  readonly message: string;
}

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "does not match '^[a-zA-Z0-9_-]{1,64}$'");
const jsonObject = z.string().refine((text) => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false; // what the rule says
  }
}, "is not a JSON object");
const parameters = z.looseObject({ type: z.literal("object") });

const ChatBody = z.strictObject({
  model: z.string().min(1),
  messages: z
    .array(
      z.discriminatedUnion("role", [
        z.strictObject({ role: z.literal("system"), content: z.string() }),
        z.strictObject({ role: z.literal("user"), content: z.string() }),
        z.strictObject({
          role: z.literal("assistant"),
          content: z.string().nullable(),
          tool_calls: z
            .array(
              z.strictObject({
                id: z.string().min(1),
                type: z.literal("function"),
                function: z.strictObject({ name, arguments: jsonObject }),
              }),
            )
            .min(1)
            .optional(),
        }),
        z.strictObject({ role: z.literal("tool"), tool_call_id: z.string().min(1), content: z.string() }),
      ]),
    )
    .min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        function: z.strictObject({ name, description: z.string(), parameters }),
      }),
    )
    .min(1)
    .max(128)
    .optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
  max_completion_tokens: z.number().int().positive().optional(),
  max_tokens: z.number().int().positive().optional(),
});

const ResponsesBody = z.strictObject({
  model: z.string().min(1),
  instructions: z.string(),
  input: z
    .array(
      z.union([
        z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string() }),
        z.strictObject({
          type: z.literal("function_call"),
          call_id: z.string().min(1),
          name,
          arguments: jsonObject,
        }),
        z.strictObject({
          type: z.literal("function_call_output"),
          call_id: z.string().min(1),
          output: z.string(),
        }),
      ]),
    )
    .min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        name,
        description: z.string(),
        parameters,
        strict: z.boolean(),
      }),
    )
    .min(1)
    .max(128)
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_output_tokens: z.number().int().min(16).optional(),
  store: z.literal(false),
  stream: z.boolean().optional(),
});

export function problemOf(request: http.IncomingMessage, body: unknown): Problem | undefined {
  if (request.method !== "POST") return { status: 405, message: "Method not allowed" };
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? "")) {
    return { status: 401, message: "You didn't provide an API key." };
  }
  if (request.url === "/v1/chat/completions") return invalid(ChatBody, body, chatPairing);
  if (request.url === "/v1/responses") return invalid(ResponsesBody, body, responsesPairing);
  return { status: 404, message: `Invalid URL (POST ${request.url ?? ""})` };
}

function invalid<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  pairing: (body: z.infer<Schema>) => string | undefined,
): Problem | undefined {
  const parsed = schema.safeParse(body);
  const message = parsed.success ? pairing(parsed.data) : z.prettifyError(parsed.error);
  return message ? { status: 400, message } : undefined;
}

function chatPairing({ messages }: z.infer<typeof ChatBody>): string | undefined {
  let open = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id)) {
        return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
      }
      continue;
    }
    if (open.size > 0) return unanswered(open);
    if (message.role === "assistant") open = new Set(message.tool_calls?.map((call) => call.id));
  }
  return open.size > 0 ? unanswered(open) : undefined;
}

function responsesPairing({ input }: z.infer<typeof ResponsesBody>): string | undefined {
  const open = new Set<string>();
  for (const item of input) {
    if (!("type" in item)) {
      if (open.size > 0) return unanswered(open);
    } else if (item.type === "function_call") {
      if (open.has(item.call_id)) return `Duplicate call id ${item.call_id}.`;
      open.add(item.call_id);
    } else if (!open.delete(item.call_id)) {
      return `No tool call found for function call output with call_id ${item.call_id}.`;
    }
  }
  return open.size > 0 ? unanswered(open) : undefined;
}

function unanswered(open: ReadonlySet<string>): string {
  return `No tool output found for function call ${[...open].join(", ")}.`;
}
