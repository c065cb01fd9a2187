// YAML text as plain values, with the place of every key. Refuses what is hostile or easy to get wrong.
//
//   Y1  Aliases cannot blow a small file up, and cannot refer to themselves.
//   Y2  Every problem has a line.

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

export type FilePath = readonly PropertyKey[];

interface YamlProblem {
  readonly line: number;
  readonly message: string;
}

export type YamlSource =
  | {
      readonly kind: "parsed";
      readonly value: unknown;
      /** Line of the deepest part of `path` that is there. */
      readonly lineOf: (path: FilePath) => number;
    }
  | { readonly kind: "broken"; readonly problems: readonly YamlProblem[] };

const maxAliases = 100;
const maxDepth = 32;
const maxProblems = 5;

export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const control = controlCharacter(text);
  if (control !== undefined)
    return broken([{ line: control, message: "has a control character; retype the line." }]);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const found = [...document.errors, ...document.warnings];
  const exhausted = found.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  const shownProblems = exhausted === undefined ? found.slice(0, maxProblems) : [exhausted];
  if (shownProblems.length > 0) {
    return broken(
      shownProblems.map(({ code, message, pos }) => {
        const line = lines.linePos(pos[0]).line;
        return { line, message: explained(code, message, text.split(/\r?\n/)[line - 1] ?? "") };
      }),
    );
  }
  return toValue(document, lines);
}

function toValue(document: Document.Parsed, lines: LineCounter): YamlSource {
  const start = document.contents === null ? 1 : lines.linePos(document.contents.range[0]).line;
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    if (isDeeperThan(value, maxDepth)) return broken([{ line: start, message: "is nested too deeply." }]);
    return { kind: "parsed", value, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    const message =
      error instanceof Error && error.message.startsWith("Unresolved alias") ? error.message : undefined;
    return broken([{ line: start, message: `${message ?? "repeats itself too often through aliases"}.` }]);
  }
}

function broken(problems: readonly YamlProblem[]): YamlSource {
  return { kind: "broken", problems };
}

function explained(code: string, message: string, line: string): string {
  if (code === "RESOURCE_EXHAUSTION") return "is nested too deeply.";
  if (code === "TAB_AS_INDENT") return "is indented with a tab; use spaces.";
  if (code === "MULTIPLE_DOCS") return "starts a second document; the file is one document.";
  if (code === "DUPLICATE_KEY") return "repeats a key; each key stands once in its block.";
  if (line.includes("${")) return `is not YAML: ${message}. Put \${NAME} in quotes.`;
  return `is not YAML: ${message}.`;
}

/** The line of the first character that has no place in a text file. */
function controlCharacter(text: string): number | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  const at = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  return at === -1 ? undefined : text.slice(0, at).split("\n").length;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: FilePath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const segment of path) {
    const step = stepInto(document, node, segment);
    if (step === undefined) break;
    node = step.node;
    offset = step.offset ?? offset;
  }
  return lines.linePos(offset).line;
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function stepInto(document: Document.Parsed, from: unknown, segment: PropertyKey): Step | undefined {
  const node = isAlias(from) ? from.resolve(document) : from;
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { node: item, offset: offsetOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(segment));
  return pair && { node: pair.value, offset: offsetOf(pair.key) };
}

function offsetOf(node: unknown): number | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed nodes have a range; made ones have none
  return (node as Partial<Node> | null)?.range?.[0];
}
