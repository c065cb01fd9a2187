import { setImmediate as nextTurn } from "node:timers/promises";
import picomatch from "picomatch";
import { RE2JS, RE2JSException } from "re2js";
import { z } from "zod";
import { errorText } from "../../base/errors.ts";
import type { FileEntry } from "../../workspace/contract.ts";
import { WorkspaceError } from "../../workspace/errors.ts";
import { readLines, type TextLine } from "../../workspace/text-lines.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import { defineTool, type Tool, type ToolContext, ToolFailure } from "../contract.ts";
import { isInOwnFolder } from "../own-folder.ts";

const maxHits = 100;
const maxResultBytes = 7_000;
const shownChars = 240;
/** Longer lines are searched in parts. */
const maxLineChars = 100_000;
/** After so many characters the process turns to other work: a pattern can be slow, and a file large. */
const charsPerTurn = 16_384;
const maxMs = 20_000;

export const searchFiles: Tool = defineTool({
  name: "search_files",
  description:
    "Finds the lines that match a regular expression (RE2 syntax, case-sensitive unless it begins with (?i)) in the text files of the workspace. " +
    `Each hit comes as path:line: text, up to ${maxHits} of them. Binary files are passed over; .deputy/ is searched only when it is named.`,
  effect: "read",
  repeat: "read",
  origin: "workspace",
  input: z.object({
    pattern: z.string().min(1).max(1_000).describe("The regular expression to look for within a line"),
    path: z.string().optional().describe("The folder or file to search; the whole workspace when absent"),
    glob: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Which files to search, such as *.csv or reports/**/*.md; all when absent"),
  }),
  run: ({ pattern, path = "", glob }, context) =>
    asToolFailure(async () => {
      const search = createSearch(compiled(pattern), context);
      const wanted = fileFilter(path, glob);
      for await (const entry of context.workspace.walk(path)) {
        if (search.isOver()) break;
        if (wanted(entry.path)) await search.file(entry);
      }
      return { kind: "result", content: search.report(), saw: { files: search.hitFiles() } };
    }),
});

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new ToolFailure(
      `The pattern is not a regular expression: ${errorText(error)}. Look-around and back-references are not available; put a backslash before characters that are meant literally.`,
      error,
    );
  }
}

function fileFilter(path: string, glob: string | undefined): (file: string) => boolean {
  const hidden = !isInOwnFolder(path);
  const matches = globMatcher(glob?.replace(/^\.?\//, ""));
  const inside = path === "" ? "" : `${path}/`;
  return (file) => {
    if (hidden && isInOwnFolder(file)) return false;
    return matches(file) || (inside !== "" && file.startsWith(inside) && matches(file.slice(inside.length)));
  };
}

function globMatcher(glob: string | undefined): (path: string) => boolean {
  if (glob === undefined) return () => true;
  if (glob === "") throw new ToolFailure("The glob names no file. Give one like *.csv, or leave it out.");
  // A glob without a slash is about names, in whatever folder.
  return picomatch(glob, { dot: true, noextglob: true, basename: !glob.includes("/") });
}

interface Search {
  file(entry: FileEntry): Promise<void>;
  /** Enough was found, or it took too long. */
  isOver(): boolean;
  report(): string;
  /** Those that the report shows anything of. */
  hitFiles(): string[];
}

function createSearch(pattern: RE2JS, { workspace, signal, now }: ToolContext): Search {
  const startedAt = now();
  const hits: string[] = [];
  const hitFiles = new Set<string>();
  let bytes = 0;
  let files = 0;
  let binaries = 0;
  let chars = 0;
  const isFull = (): boolean => hits.length >= maxHits || bytes > maxResultBytes;
  const isLate = (): boolean => now() - startedAt > maxMs;
  const judge = (path: string, line: TextLine): void => {
    const matcher = pattern.matcher(line.text);
    if (!matcher.find()) return;
    const hit = `${path}:${line.number}: ${around(line.text, matcher.start(), matcher.end())}`;
    bytes += Buffer.byteLength(hit) + 1;
    if (bytes > maxResultBytes) return;
    hits.push(hit);
    hitFiles.add(path);
  };
  const searchLines = async (path: string, lines: readonly TextLine[]): Promise<void> => {
    for (const line of lines) {
      if (isFull() || isLate()) return;
      judge(path, line);
      chars += line.text.length + 1;
      if (chars < charsPerTurn) continue;
      chars = 0;
      await nextTurn();
      signal.throwIfAborted();
    }
  };
  return {
    isOver: () => isFull() || isLate(),
    hitFiles: () => [...hitFiles],
    async file(entry) {
      const batches = await textOf(entry.path, workspace);
      if (batches === undefined) {
        binaries += 1;
        return;
      }
      files += 1;
      for await (const lines of batches) {
        if (isFull() || isLate()) return;
        await searchLines(entry.path, lines);
      }
    },
    report() {
      const where = `${files} ${files === 1 ? "file" : "files"}`;
      const skipped = binaries === 0 ? "" : `, ${binaries} not searched because they are not text`;
      const late = isLate() ? "; it took too long and was stopped: narrow it with path or glob" : "";
      if (hits.length === 0) return `No line matches in ${where}${skipped}${late}.`;
      const full = isFull() ? "; there may be more: narrow it with pattern, path or glob" : "";
      return `${hits.join("\n")}\n[${hits.length} ${hits.length === 1 ? "hit" : "hits"} in ${where}${skipped}${full}${late}]`;
    },
  };
}

/** `undefined` for what can't be searched: binaries, and files that went or became odd meanwhile. */
async function textOf(
  path: string,
  workspace: ToolContext["workspace"],
): Promise<AsyncIterable<readonly TextLine[]> | undefined> {
  try {
    return (await readLines(workspace, path, maxLineChars)).batches;
  } catch (error) {
    if (error instanceof WorkspaceError && error.code !== "workspace.closed") return undefined;
    throw error;
  }
}

/** The match with what is around it. */
function around(text: string, start: number, end: number): string {
  if (text.length <= shownChars) return text.trim();
  const room = Math.max(0, shownChars - (end - start));
  const from = Math.max(0, Math.min(start - Math.floor(room / 2), text.length - shownChars));
  const to = from + shownChars;
  const shown = text.slice(from, to).toWellFormed().trim();
  return `${from > 0 ? "…" : ""}${shown}${to < text.length ? "…" : ""}`;
}
