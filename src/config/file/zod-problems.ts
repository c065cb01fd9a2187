// Zod's findings about the configuration file, one sentence each with its key path.

import type { z } from "zod";
import { nearestName } from "../nearest-name.ts";
import { pathKey } from "./interpolate.ts";
import { knownKeysPrefix, shown } from "./values.ts";
import type { FilePath } from "./yaml-source.ts";

export interface FileProblem {
  readonly path: FilePath;
  readonly message: string;
}

export function zodProblems(error: z.ZodError): readonly FileProblem[] {
  return error.issues.flatMap((issue): FileProblem[] => {
    if (issue.code === "unrecognized_keys" && issue.message.startsWith(knownKeysPrefix)) {
      const known = issue.message.slice(knownKeysPrefix.length).split(",");
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, known) }));
    }
    return [{ path: issue.path, message: `${issue.message}.` }];
  });
}

/** The problem with `${NAME}` in place of what came through it. `given` is what was checked. */
export function withTemplate(
  problem: FileProblem,
  given: unknown,
  templates: ReadonlyMap<string, string>,
): FileProblem {
  const template = templates.get(pathKey(problem.path));
  if (template === undefined) return problem;
  const value = at(given, problem.path);
  const withoutPrefix = typeof value === "string" ? value.replace(/^group:/, "") : value;
  const message = problem.message
    .replaceAll(shown(value), template)
    .replaceAll(shown(withoutPrefix), template);
  return { path: problem.path, message };
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `there is no such key; did you mean ${nearest}?`;
  return `there is no such key; known here: ${known.join(", ")}.`;
}

function at(value: unknown, path: FilePath): unknown {
  let inner = value;
  for (const segment of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, segment)) return undefined;
    inner = Object.entries(inner).find(([key]) => key === String(segment))?.[1];
  }
  return inner;
}

/** `agents[0].budget.usd`. */
export function pathText(path: FilePath): string {
  return path
    .map((segment, at) =>
      typeof segment === "number" ? `[${segment}]` : `${at === 0 ? "" : "."}${String(segment)}`,
    )
    .join("");
}
