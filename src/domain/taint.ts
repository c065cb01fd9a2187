// What a run has seen: marks that only rise (TNT-1, TNT-2).
//
//   TA1  Marks rise and never fall in a run; they survive restarts and are inherited by what it writes.
//   TA2  What is not known to be from the operator, the subject or a colleague is external.

import { z } from "zod";
import { PersonKeySchema } from "./person.ts";

export const TaintMarks = z.object({
  /** Where words of strangers came from: hosts, servers, files. Sorted, at most `mostSources`. */
  external: z.array(z.string()),
  /** Whose private matters were seen. Sorted. */
  private: z.array(PersonKeySchema),
});
export type TaintMarks = z.infer<typeof TaintMarks>;

const mostSources = 50;

export const untainted: TaintMarks = { external: [], private: [] };

/** Both together (TA1). */
export function raised(marks: TaintMarks, more: TaintMarks): TaintMarks {
  return {
    external: merged(marks.external, more.external).slice(0, mostSources),
    private: merged(marks.private, more.private),
  };
}

export function isTainted(marks: TaintMarks): boolean {
  return marks.external.length > 0;
}

/** As they stand in an audit event. */
export function taintWords({ external, private: owners }: TaintMarks): string[] {
  return [...external.map((source) => `external:${source}`), ...owners.map((owner) => `private:${owner}`)];
}

function merged<T extends string>(one: readonly T[], other: readonly T[]): T[] {
  return [...new Set([...one, ...other])].toSorted();
}
