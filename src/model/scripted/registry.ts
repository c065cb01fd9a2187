// What the scripted model can do: one line each. The first that fits is taken; the last fits always.

import type { Recipe } from "./recipe.ts";
import { everyWeekday } from "./recipes/every-weekday.ts";
import { explain } from "./recipes/explain.ts";
import { findInFiles } from "./recipes/find-in-files.ts";
import { prepareRenewal } from "./recipes/prepare-renewal.ts";
import { recallFacts } from "./recipes/recall-facts.ts";
import { rememberFact } from "./recipes/remember-fact.ts";
import { remindMe } from "./recipes/remind-me.ts";
import { summariseCsv } from "./recipes/summarise-csv.ts";
import { writeNote } from "./recipes/write-note.ts";

export const recipes: readonly Recipe[] = [
  remindMe,
  everyWeekday,
  prepareRenewal,
  rememberFact,
  recallFacts,
  writeNote,
  findInFiles,
  summariseCsv,
  explain,
];
