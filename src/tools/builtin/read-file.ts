import { z } from "zod";
import { quoted } from "../../workspace/errors.ts";
import { readLines } from "../../workspace/text-lines.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import { defineTool, type Tool, type ToolContext, ToolFailure } from "../contract.ts";

/** Under the size from which a result becomes a file of its own, footer included. */
const maxBytes = 7_400;
const maxLineChars = 2_000;

export const readFile: Tool = defineTool({
  name: "read_file",
  description:
    "Reads a text file of the workspace by lines. As many lines as fit in about 7 KB come back at once; " +
    "the last line of the result says which they are and with which offset to go on. " +
    `Lines longer than ${maxLineChars} characters are broken, each part but the last ending in ↩. ` +
    "Images, archives and office documents are not text: you are told what they are.",
  effect: "read",
  repeat: "read",
  origin: "workspace",
  input: z.object({
    path: z.string().min(1).describe("The file, relative to the workspace"),
    offset: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe("The first line to read, counted from 1; 1 when absent"),
    limit: z.number().int().min(1).optional().describe("How many lines to read; as many as fit when absent"),
  }),
  run: ({ path, offset = 1, limit = Number.POSITIVE_INFINITY }, context) =>
    asToolFailure(async () => {
      const part = await readPart({ path, offset, limit }, context);
      const saw = { files: [path] };
      if (part.total === 0) return { kind: "result", content: `${quoted(path)} is empty.`, saw };
      if (offset > part.total) {
        throw new ToolFailure(
          `${quoted(path)} has only ${counted(part.total)}: line ${offset} is past its end.`,
        );
      }
      return { kind: "result", content: `${part.lines.join("\n")}\n${footer(part, offset)}`, saw };
    }),
});

interface Wanted {
  readonly path: string;
  readonly offset: number;
  readonly limit: number;
}

interface Part {
  readonly lines: readonly string[];
  /** Lines of the file, parts of broken ones counted. */
  readonly total: number;
  readonly broken: boolean;
  readonly encoding: string;
}

/** The lines that fit; the rest of the file is counted. */
async function readPart({ path, offset, limit }: Wanted, context: ToolContext): Promise<Part> {
  const { encoding, batches } = await readLines(context.workspace, path, maxLineChars);
  const lines: string[] = [];
  let total = 0;
  let bytes = 0;
  let broken = false;
  for await (const batch of batches) {
    context.signal.throwIfAborted();
    for (const line of batch) {
      total += 1;
      broken ||= line.goesOn;
      if (total < offset || lines.length >= limit || bytes > maxBytes) continue;
      const text = line.goesOn ? `${line.text}↩` : line.text;
      bytes += Buffer.byteLength(text) + 1;
      if (bytes <= maxBytes) lines.push(text);
    }
  }
  return { lines, total, broken, encoding };
}

function footer({ lines, total, broken, encoding }: Part, offset: number): string {
  const last = offset + lines.length - 1;
  const notes = [
    `lines ${offset}–${last} of ${total}`,
    ...(last < total ? [`continue with offset=${last + 1}`] : []),
    ...(broken ? ["long lines are broken at ↩ and counted in parts"] : []),
    ...(encoding === "utf-8" ? [] : [`decoded from ${encoding}`]),
  ];
  return `[${notes.join("; ")}]`;
}

function counted(lines: number): string {
  return lines === 1 ? "1 line" : `${lines} lines`;
}
