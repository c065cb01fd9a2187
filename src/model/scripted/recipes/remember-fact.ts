// Keeps a fact for later runs.

import { finish, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import { lastAct } from "../story.ts";
import { firstLine } from "../tool-results.ts";

const order = /^\s*(?:please\s+)?(?:remember|keep in mind|note for later)\s*(?:that|:)?\s+(\S[\s\S]*)$/i;

export const rememberFact: Recipe = {
  name: "remember a fact",
  fits: ({ request }) => order.test(request),
  next: (story) => {
    const fact = (order.exec(story.request)?.[1] ?? "").trim().slice(0, 500);
    const kept = lastAct(story, "remember");
    if (!kept) return move("", ["remember", { fact }]);
    if (/^remembered/i.test(kept.result)) return finish(`I will remember: ${fact}`);
    return finish(`I could not remember that: ${firstLine(kept.result)}`);
  },
};
