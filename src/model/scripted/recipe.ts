// A recipe: one kind of request that the scripted model carries out.

import type { Move } from "./move.ts";
import type { Story } from "./story.ts";

export interface Recipe {
  readonly name: string;
  /** A pure function of the request's words and its files. */
  fits(story: Story): boolean;
  /** The next move: a pure function of what has happened so far. */
  next(story: Story): Move;
}
