// The one message about a trouble that several runs of a place have: the model service is away (ux c.7).

import type { Run } from "../../domain/run.ts";

const mostNamed = 5;

export function modelAway(runs: readonly Run[]): string {
  const [only] = runs;
  if (only && runs.length === 1) {
    return `The model service isn't answering. Nothing is lost: I keep trying, and go on with “${titleOf(only)}” as soon as it does.`;
  }
  const rest = runs.length - mostNamed;
  return [
    `The model service isn't answering. ${runs.length} pieces of work here wait for it. Nothing is lost: I keep trying, and they go on by themselves.`,
    ...runs.slice(0, mostNamed).map((run) => `• “${titleOf(run)}”, for ${run.subjectName}`),
    ...(rest > 0 ? [`• and ${rest} more`] : []),
  ].join("\n");
}

/** `failed`: how many of them were given up meanwhile. */
export function modelBack(when: string, failed: number): string {
  if (failed === 0) return `The model service answers again (${when}). What waited for it goes on.`;
  const some = failed === 1 ? "One piece of work was" : `${failed} pieces of work were`;
  return `The trouble with the model service is over here (${when}). ${some} given up meanwhile; “Go on” under each result takes it up where it ended.`;
}

function titleOf(run: Run): string {
  return run.plan?.title ?? run.title;
}
