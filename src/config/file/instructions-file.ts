// `instructions` of an agent: a text, or the name of a file with the text.

import { resolve } from "node:path";
import type { ConfigFile } from "../config-file-schema.ts";
import { pathKey } from "./interpolate.ts";
import { readTextFile } from "./text-file.ts";
import type { FileProblem } from "./zod-problems.ts";

const maxBytes = 64 * 1024;

export interface WithInstructions {
  readonly settings: ConfigFile;
  readonly templates: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
}

/** Puts texts where files were named. `templates` gains what stood there. */
export function readInstructions(
  settings: ConfigFile,
  folder: string,
  templates: ReadonlyMap<string, string>,
): WithInstructions {
  const problems: FileProblem[] = [];
  const stood = new Map(templates);
  const agents = settings.agents.map((agent, at) => {
    if (!isFileName(agent.instructions)) return agent;
    const path = ["agents", at, "instructions"];
    const source = readTextFile(resolve(folder, agent.instructions), maxBytes);
    if (source.kind !== "text") {
      const problem = source.kind === "absent" ? "does not exist." : source.problem;
      problems.push({
        path,
        message: `the file ${stood.get(pathKey(path)) ?? agent.instructions} ${problem}`,
      });
      return agent;
    }
    if (!stood.has(pathKey(path))) stood.set(pathKey(path), agent.instructions);
    return { ...agent, instructions: source.text.replaceAll("\r\n", "\n").trim() };
  });
  return { settings: { ...settings, agents }, templates: stood, problems };
}

/** `./x`, `../x`, `/x`, or a single word that ends in .md or .txt. */
function isFileName(instructions: string): boolean {
  return /^(\.{1,2})?\/\S+$/.test(instructions) || /^\S+\.(md|txt)$/.test(instructions);
}
