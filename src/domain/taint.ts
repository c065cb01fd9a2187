// What a run has seen: marks that only rise (TNT-1, TNT-2).
//
//   TA1  Marks rise and never fall in a run; they survive restarts and are inherited by what it writes.
//   TA2  What is not known to be from the operator, the subject or a colleague is external.

import { z } from "zod";
import type { PersonKey } from "./ids.ts";
import { type Person, PersonKeySchema } from "./person.ts";

export const TaintMarks = z.object({
  /** Where words of strangers came from: hosts, servers, people, files. Sorted, at most `mostSources`. */
  external: z.array(z.string()),
  /** Whose private matters were seen. Sorted. */
  private: z.array(PersonKeySchema),
});
export type TaintMarks = z.infer<typeof TaintMarks>;

const mostSources = 50;

export const untainted: TaintMarks = { external: [], private: [] };

/** Of a file that is in no version, or was changed since: nobody knows who wrote it (TA2). */
export const unknownFile = externalMarks("file of unknown origin");

export function externalMarks(...sources: readonly string[]): TaintMarks {
  return { external: [...new Set(sources)].toSorted(), private: [] };
}

export function privateMarks(owner: PersonKey): TaintMarks {
  return { external: [], private: [owner] };
}

/** Of what somebody wrote or sent: colleagues are no strangers; guests, other companies' people and bots are (TA2). */
export function authorMarks(author: Pick<Person, "key" | "kind">): TaintMarks {
  return author.kind === "member" ? untainted : strangerMarks(author.key);
}

export function strangerMarks(key: PersonKey): TaintMarks {
  return externalMarks(`person ${key}`);
}

/** Of what a program handed over in somebody's name: whose words it passes on, nobody knows. */
export function programMarks(program: string): TaintMarks {
  return externalMarks(`program ${program}`);
}

/** Both together (TA1). */
export function raised(marks: TaintMarks, more: TaintMarks): TaintMarks {
  if (!rises(marks, more)) return marks;
  return {
    external: merged(marks.external, more.external, mostSources),
    private: merged(marks.private, more.private),
  };
}

export function allRaised(all: Iterable<TaintMarks | undefined>): TaintMarks {
  let marks = untainted;
  for (const more of all) if (more) marks = raised(marks, more);
  return marks;
}

/** Whether `more` says anything that `marks` don't. */
export function rises(marks: TaintMarks, more: TaintMarks): boolean {
  const room = marks.external.length < mostSources;
  return (
    (room && more.external.some((source) => !marks.external.includes(source))) ||
    more.private.some((owner) => !marks.private.includes(owner))
  );
}

export function isTainted(marks: TaintMarks): boolean {
  return marks.external.length > 0;
}

export function isMarked(marks: TaintMarks): boolean {
  return isTainted(marks) || marks.private.length > 0;
}

/** As they stand in an audit event. */
export function taintWords({ external, private: owners }: TaintMarks): string[] {
  return [...external.map((source) => `external:${source}`), ...owners.map((owner) => `private:${owner}`)];
}

/** What was there stays, whatever comes (TA1). */
function merged<T extends string>(
  one: readonly T[],
  other: readonly T[],
  most = Number.POSITIVE_INFINITY,
): T[] {
  return [...new Set([...one, ...other])].slice(0, most).toSorted();
}
