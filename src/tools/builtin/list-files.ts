import { z } from "zod";
import type { FileEntry } from "../../workspace/contract.ts";
import { quoted } from "../../workspace/errors.ts";
import { sizeText } from "../../workspace/usage.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import { defineTool, type Tool } from "../contract.ts";
import { isInOwnFolder } from "../own-folder.ts";

const maxEntries = 200;
const maxBytes = 7_000;

export const listFiles: Tool = defineTool({
  name: "list_files",
  description:
    "Lists what is in a folder of the workspace, with sizes; folders end in a slash. " +
    "Files that people sent are in inbox/. .deputy/ (your notes and transcripts) is listed only when it is named.",
  effect: "read",
  repeat: "read",
  origin: "workspace",
  input: z.object({
    path: z
      .string()
      .optional()
      .describe("The folder, relative to the workspace; the whole workspace when absent"),
    depth: z
      .number()
      .int()
      .min(1)
      .max(20)
      .optional()
      .describe("How many levels of folders to show; 2 when absent"),
  }),
  run: ({ path = "", depth = 2 }, { workspace }) =>
    asToolFailure(async () => {
      const named = await workspace.stat(path);
      if (named.kind === "file")
        return { kind: "result", content: lineOf(named), saw: { files: [named.path] } };
      const hidden = !isInOwnFolder(path);
      const all = await workspace.list(path, depth);
      const entries = hidden ? all.filter((entry) => !isInOwnFolder(entry.path)) : all;
      const files = entries.filter(({ kind }) => kind === "file").map((entry) => entry.path);
      return { kind: "result", content: listing(path, entries), saw: { files } };
    }),
});

function listing(path: string, entries: readonly FileEntry[]): string {
  const folder = path === "" || path === "." ? "The workspace" : quoted(path);
  if (entries.length === 0) return `${folder} is empty.`;
  const lines: string[] = [];
  let bytes = 0;
  for (const entry of entries.slice(0, maxEntries)) {
    const line = lineOf(entry);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > maxBytes) break;
    lines.push(line);
  }
  const more = entries.length - lines.length;
  const files = entries.filter((entry) => entry.kind === "file").length;
  const counts = `[${counted(files, "file")}, ${counted(entries.length - files, "folder")}]`;
  const rest = more === 0 ? "" : `… and ${more} more: name a folder to see what is in it.\n`;
  return `${lines.join("\n")}\n${rest}${counts}`;
}

function lineOf(entry: FileEntry): string {
  return entry.kind === "folder" ? `${entry.path}/` : `${entry.path}  ${sizeText(entry.sizeBytes)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
