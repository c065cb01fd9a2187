// Looks up what was remembered.

import { finish, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import { lastAct } from "../story.ts";

const question =
  /^\s*(?:what do you (?:know|remember)(?: about)?|do you (?:know|remember)(?: (?:anything )?about)?|recall)\s*:?\s*([^?]*)\??\s*$/i;

export const recallFacts: Recipe = {
  name: "recall facts",
  fits: ({ request }) => question.test(request),
  next: (story) => {
    const query = (question.exec(story.request)?.[1] ?? "").trim().slice(0, 300);
    const found = lastAct(story, "recall");
    if (!found) return move("", ["recall", { query }]);
    return finish(
      `${query === "" ? "What I remember" : `What I remember about ${query}`}:\n\n${found.result.slice(0, 1_500)}`,
    );
  },
};
