// What a call brought, for the model: texts as they are, everything else as files of the workspace (MC6).
//
//   RS1  Texts are bounded; what is longer than the context bears becomes a file by the loop's own rule (A2 of the runtime).
//   RS2  Bytes never go into the context. A file is named by us, never by the server.
//   RS3  Structured content is told as well, unless a text says the very same; that it is not what the server's own schema promised
//        is told with it.

import { Buffer } from "node:buffer";
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/sdk/types.js";
import { parseJson } from "../../base/json.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { quoted } from "../../workspace/errors.ts";
import { sizeText } from "../../workspace/usage.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import type { ToolContext, ToolOutcome } from "../contract.ts";
import { downloadPath } from "../download-path.ts";

const mostCharacters = 1_000_000;
const mostFiles = 20;

export interface Came {
  /** Server and tool, for the names of files. */
  readonly server: string;
  readonly tool: string;
  readonly workspace: ToolContext["workspace"];
  /** What of structured content does not fit the schema for it. */
  readonly misfit?: ((structured: unknown) => string | undefined) | undefined;
}

/** A block as it is told, and whether a file was made of it. */
interface Told {
  readonly text: string;
  readonly wrote: boolean;
}

export async function outcomeOf(
  { content, structuredContent, isError }: Pick<CallToolResult, "content" | "structuredContent" | "isError">,
  came: Came,
): Promise<Extract<ToolOutcome, { kind: "result" }>> {
  const told: Told[] = [];
  let files = 0;
  for (const block of content) {
    const bytes = bytesOf(block);
    if (bytes && files >= mostFiles) {
      told.push(plain("(One more file was not taken: that is too many for one result.)"));
      continue;
    }
    if (bytes) files += 1;
    told.push(bytes ? await fileOf(bytes, came) : plain(textOf(block)));
  }
  const texts = told.map(({ text }) => text).filter((text) => text !== "");
  const all = [...texts, ...structuredWords(texts, { structuredContent, isError }, came)].join("\n\n");
  return {
    kind: "result",
    content: all === "" ? "The server answered with nothing." : cut(all),
    isError: isError === true,
    wrote: told.some(({ wrote }) => wrote),
    saw: { sources: [came.server] },
  };
}

/** RS3. What is nested too deep to be spelled out is not told. */
function structuredWords(
  texts: readonly string[],
  { structuredContent, isError }: Pick<CallToolResult, "structuredContent" | "isError">,
  { misfit }: Came,
): string[] {
  const words: string[] = [];
  if (structuredContent !== undefined) {
    const spelled = spelledOut(structuredContent);
    if (spelled === undefined) return ["(Its structured content was left out: it is nested too deep.)"];
    if (!texts.some((text) => spelledOut(parseJson(text)?.value) === spelled))
      words.push(JSON.stringify(structuredContent));
  }
  const problem = isError === true ? undefined : misfit?.(structuredContent);
  return problem === undefined
    ? words
    : [...words, `(This is not what the server says it returns: ${problem}.)`];
}

function spelledOut(value: unknown): string | undefined {
  try {
    return value === undefined ? undefined : canonicalJson(value);
  } catch {
    return undefined; // the stack is at its end: a stranger's nesting has no other
  }
}

function plain(text: string): Told {
  return { text, wrote: false };
}

function cut(text: string): string {
  if (text.length <= mostCharacters) return text.toWellFormed();
  return `${text.slice(0, mostCharacters).toWellFormed()}\n… (cut off: it was ${text.length} characters long)`;
}

interface Bytes {
  readonly base64: string;
  readonly mimeType: string;
  readonly what: string;
}

function bytesOf(block: ContentBlock): Bytes | undefined {
  if (block.type === "image" || block.type === "audio") {
    return { base64: block.data, mimeType: block.mimeType, what: `An ${block.type}` };
  }
  if (block.type === "resource" && "blob" in block.resource) {
    const { blob, mimeType = "application/octet-stream" } = block.resource;
    return { base64: blob, mimeType, what: "A file" };
  }
  return undefined;
}

function textOf(block: ContentBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "resource":
      return "text" in block.resource ? `${block.resource.uri}:\n${block.resource.text}` : "";
    case "resource_link":
      return `Resource ${block.uri}${block.name === "" ? "" : ` (${block.name})`}`;
    case "image":
    case "audio":
      return "";
    default:
      return block satisfies never;
  }
}

function fileOf({ base64, mimeType, what }: Bytes, { server, tool, workspace }: Came): Promise<Told> {
  return asToolFailure(async () => {
    const body = Buffer.from(base64, "base64");
    if (body.length === 0) return plain(`${what} without content.`);
    const name = tool.replaceAll(/[^A-Za-z0-9_-]+/g, "-");
    const at = { url: `https://${server}/${name}`.toLowerCase(), contentType: mimeType, body };
    const entry = await workspace.write(downloadPath(at), body);
    const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(mimeType) ? mimeType : "of unknown type";
    return {
      text: `${what} (${type}, ${sizeText(body.length)}) was saved as ${quoted(entry.path)}.`,
      wrote: true,
    };
  });
}
