// Writes down what it is told, word for word.

import { finish, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import { type Story, textArg } from "../story.ts";
import { writeProblem } from "../tool-results.ts";

const order =
  /^\s*(?:please\s+)?(?:write|make|take|save|create)\s+(?:me\s+)?(?:down\s+)?(?:a\s+)?(?:short\s+)?(?:note|memo)\b(?:\s+(?:that\s+)?(?:says|saying|about))?\s*[:,–-]?\s*([\s\S]+)$/i;

export const writeNote: Recipe = {
  name: "write a note",
  fits: ({ request }) => order.test(request),
  next: (story) => {
    const text = (order.exec(story.request)?.[1] ?? "").trim();
    const content = noteOf(text, story);
    const path = `notes/${slugOf(text)}.md`;
    const written = story.acts.findLast((act) => act.name === "write_file" && textArg(act, "path") === path);
    if (!written || textArg(written, "content") !== content) {
      return move("Writing the note.", ["write_file", { path, content }]);
    }
    const problem = writeProblem(written.result);
    if (problem !== undefined) return finish(`The note could not be written: ${problem}`);
    return finish(`The note is in ${path}.\n\n> ${text.slice(0, 500).replaceAll("\n", "\n> ")}`, [path]);
  },
};

function noteOf(text: string, { steering, startedAt }: Story): string {
  const day = startedAt === undefined ? [] : [new Date(startedAt).toISOString().slice(0, 10)];
  return [`# ${titleOf(text)}`, ...day, text, ...steering.map((more) => `Added: ${more}`)]
    .join("\n\n")
    .concat("\n");
}

function titleOf(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return line.length > 60 ? `${line.slice(0, 60).toWellFormed()}…` : line;
}

/** Letters and digits of the first words; never empty. */
function slugOf(text: string): string {
  const words = text
    .normalize("NFKD")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.slice(0, 6).join("-").slice(0, 50) ?? "note";
}
