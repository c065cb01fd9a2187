// Which file is meant.

import { asked } from "../answers.ts";
import { type Move, move } from "../move.ts";
import { lastAct, type Story } from "../story.ts";
import { listResult } from "../tool-results.ts";

export type Choice =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "ask"; readonly move: Move }
  | { readonly kind: "none" };

const isTable = /\.(?:csv|tsv)$/i;
const whichFile = "Which file should I summarise?";

export function tablesIn(files: readonly string[]): string[] {
  return files.filter((file) => isTable.test(file));
}

export function chooseFile(story: Story): Choice {
  const known = knownTables(story);
  const words = [story.request, ...story.steering].join("\n").toLowerCase();
  const named = known.filter((path) => words.includes(baseName(path).toLowerCase()));
  const [only, ...others] = named.length > 0 ? named : known;
  if (only === undefined) {
    const looked = lastAct(story, "list_files") !== undefined;
    return looked
      ? { kind: "none" }
      : { kind: "ask", move: move("Looking for a file.", ["list_files", { depth: 3 }]) };
  }
  if (others.length === 0) return { kind: "file", path: only };
  return chosen(story, [only, ...others]);
}

/** One question where several would do; without an answer the first. */
function chosen(story: Story, paths: readonly string[]): Choice {
  const [first = ""] = paths;
  const before = asked(story, whichFile);
  if (before.kind === "not-asked") {
    const options = paths.slice(0, 8).map((path) => baseName(path).slice(0, 75));
    return { kind: "ask", move: move("", ["ask_person", { question: whichFile, options }]) };
  }
  const answer = before.kind === "answered" ? before.answer.answer.toLowerCase() : "";
  const path = paths.find(
    (one) => answer !== "" && answer.includes(baseName(one).slice(0, 75).toLowerCase()),
  );
  return { kind: "file", path: path ?? first };
}

function knownTables(story: Story): string[] {
  const listed = story.acts.filter((act) => act.name === "list_files").map((act) => listResult(act.result));
  const paths = listed.flatMap((result) => (result.kind === "listed" ? result.paths : []));
  return tablesIn([...new Set([...story.files, ...paths])]);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
