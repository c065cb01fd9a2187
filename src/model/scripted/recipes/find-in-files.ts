// Finds and counts: a word in files, the lines of a file, the files.

import { finish, type Move, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import { lastAct, type Story } from "../story.ts";
import { listResult, type Match, readResult, searchResult } from "../tool-results.ts";

type Wanted =
  | { readonly kind: "lines"; readonly path: string; readonly rows: boolean }
  | { readonly kind: "files" }
  | { readonly kind: "word"; readonly word: string; readonly path: string | undefined };

const shownMatches = 8;
const shownFiles = 10;

const lineCount =
  /\bhow many (lines|rows)\b(?! (?:mention|contain|have|say|with)\b).*?\bin\s+["“']?([^\s"”'?]+)/i;
const fileCount = /\bhow many files\b(?! (?:mention|contain|have|say|with)\b)/i;
const wordForms: readonly RegExp[] = [
  /\b(?:which|what) (?:files?|lines?) (?:mentions?|contains?|says?|haves?|has)\s+(.+)$/i,
  /\bhow many (?:lines|rows|files) (?:mention|contain|say|have)\s+(.+)$/i,
  /\bhow (?:many times|often) (?:does|do|is|are)\s+(.+?)\s+(?:appear|occur|mentioned|named|come up|stand)\b.*$/i,
  /\bhow many\s+(.+?)(?:\s+(?:are|is)(?: there)?)?\s+(?=in\s)/i,
  /^\s*(?:please\s+)?(?:find|search(?: for)?|look for|count|grep)\s+(.+)$/i,
  /\bwhere is\s+(.+?)\s+mentioned\b/i,
];

export const findInFiles: Recipe = {
  name: "find or count in files",
  fits: (story) => wantedOf(story) !== undefined,
  next: (story) => {
    const wanted = wantedOf(story);
    if (!wanted) return finish("I could not tell what to look for.");
    if (wanted.kind === "lines") return countLines(story, wanted);
    return wanted.kind === "files" ? countFiles(story) : findWord(story, wanted);
  },
};

function wantedOf(story: Story): Wanted | undefined {
  const { request } = story;
  const lines = lineCount.exec(request);
  if (lines)
    return { kind: "lines", path: knownPath(story, lines[2] ?? ""), rows: /rows/i.test(lines[1] ?? "") };
  if (fileCount.test(request)) return { kind: "files" };
  const phrase = wordForms.map((form) => form.exec(request)?.[1]).find((found) => found !== undefined);
  if (phrase === undefined) return undefined;
  const path = /\bin\s+["“']?([\w./-]+\.\w{1,5})\b/i.exec(request)?.[1];
  const word = wordOf(phrase);
  if (word === "") return undefined;
  return { kind: "word", word, path: path === undefined ? undefined : knownPath(story, path) };
}

/** What is in quotes, else the phrase without the place and the small words around it. */
function wordOf(phrase: string): string {
  const quoted = /["“']([^"”']+)["”']/.exec(phrase)?.[1];
  if (quoted !== undefined) return quoted.trim();
  return phrase
    .replace(
      /\s+in\s+(?:the\s+|my\s+|all\s+|any\s+)?(?:files?|folder|workspace|inbox|[\w./-]+\.\w{1,5})\b.*$/i,
      "",
    )
    .replace(/^(?:the (?:word|text|name|phrase)|lines? with|all|every|mentions? of)\s+/i, "")
    .replace(/[?.!]+$/, "")
    .trim();
}

function knownPath({ files }: Story, said: string): string {
  const name = said.replace(/[?.,!]+$/, "");
  return files.find((file) => file === name) ?? files.find((file) => file.endsWith(`/${name}`)) ?? name;
}

function countLines(story: Story, { path, rows }: Extract<Wanted, { kind: "lines" }>): Move {
  const act = lastAct(story, "read_file");
  if (!act) return move("", ["read_file", { path }]);
  const result = readResult(act.result);
  if (result.kind === "failed") return finish(`I could not read ${path}: ${result.problem}`);
  const total = result.kind === "empty" ? 0 : result.total;
  const table = rows && /\.(?:csv|tsv)$/i.test(path);
  if (!table) return finish(`${path} has ${total} lines.`);
  return finish(`${path} has ${Math.max(0, total - 1)} rows below its header (${total} lines).`);
}

function countFiles(story: Story): Move {
  const act = lastAct(story, "list_files");
  if (!act) return move("", ["list_files", { depth: 5 }]);
  const listed = listResult(act.result);
  if (listed.kind === "failed") return finish(`I could not count the files: ${listed.problem}`);
  return finish(`There ${listed.files === 1 ? "is 1 file" : `are ${listed.files} files`} in the workspace.`);
}

function findWord(story: Story, { word, path }: Extract<Wanted, { kind: "word" }>): Move {
  const act = lastAct(story, "search_files");
  if (!act) {
    const pattern = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return move("", ["search_files", { pattern, ...(path === undefined ? {} : { path }) }]);
  }
  const where = path ?? "the files";
  const found = searchResult(act.result);
  if (found.kind === "failed") return finish(`I could not search ${where}: ${found.problem}`);
  if (found.matches.length === 0) return finish(`Nothing in ${where} mentions “${word}”.`);
  return finish(wordReport(word, found.matches, found.more));
}

function wordReport(word: string, matches: readonly Match[], more: boolean): string {
  const files = new Map<string, number>();
  for (const { path } of matches) files.set(path, (files.get(path) ?? 0) + 1);
  const least = more ? "At least " : "";
  const head = `${least}${matches.length} ${matches.length === 1 ? "line mentions" : "lines mention"} “${word}”, in ${files.size} ${files.size === 1 ? "file" : "files"}.`;
  const perFile = [...files].slice(0, shownFiles).map(([path, count]) => `- ${path}: ${count}`);
  const examples = matches
    .slice(0, shownMatches)
    .map(({ path, line, text }) => `- ${path}:${line}: ${text.trim().slice(0, 120)}`);
  return [head, perFile.join("\n"), `The first of them:\n${examples.join("\n")}`].join("\n\n");
}
