// What a server shows of a tool, and the pin of that (MCP-5).
//
//   DF1  The pin covers everything that the model, people or we go by: server, name, title, description, both schemas, annotations
//        and execution hints, in one canonical form. A change of any letter is another pin.
//   DF2  What is too large or broken is not shown to anybody: it has a sentence instead.

import { z } from "zod";
import { canonicalDigest, canonicalJson } from "../../domain/canonical-json.ts";
import { parseJson } from "../../base/json.ts";

const mostBytes = 64 * 1024;

const Schema = z.looseObject({ type: z.literal("object") });

const Definition = z.object({
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: Schema,
  outputSchema: z.looseObject({}).optional(),
  annotations: z.looseObject({}).optional(),
  execution: z.looseObject({}).optional(),
});
export type ToolDefinition = z.infer<typeof Definition>;

export type Shown =
  | { readonly kind: "definition"; readonly definition: ToolDefinition }
  | { readonly kind: "problem"; readonly problem: string };

/** Of one entry of `tools/list`. */
export function readDefinition(entry: unknown): Shown {
  const bytes = Buffer.byteLength(JSON.stringify(entry) ?? "");
  if (bytes > mostBytes) {
    return { kind: "problem", problem: `a definition of ${bytes} bytes, of which ${mostBytes} are taken` };
  }
  const read = Definition.safeParse(entry);
  if (read.success) return { kind: "definition", definition: read.data };
  const where = read.error.issues[0]?.path.join(".") ?? "";
  return { kind: "problem", problem: `a definition that MCP does not know (${where.slice(0, 100)})` };
}

/** Of the text that a row keeps. */
export function storedDefinition(text: string): ToolDefinition | undefined {
  const read = Definition.safeParse(parseJson(text)?.value);
  return read.success ? read.data : undefined;
}

export function definitionText(definition: ToolDefinition): string {
  return canonicalJson(definition);
}

/** DF1. */
export function pinOf(server: string, definition: ToolDefinition): string {
  return canonicalDigest("deputy-mcp-tool-v1\n", { server, ...definition });
}
