// Anything else: what this model is, what it can do, and how to get a better one.

import { finish } from "../move.ts";
import type { Recipe } from "../recipe.ts";

const abilities = [
  "Summarise a CSV file: attach it and write “Summarise this”. Add “by product”, “only EMEA” or “before discounts” if you like.",
  "Find or count in files: “find invoice in the files”, “how many lines are in inbox/a.csv”, “which files mention Bo”.",
  "Write a note: “write a note: buy paper on Friday”.",
  "Remind you: “remind me in 10 minutes to call Bo”.",
  "Do one of these again and again: “every weekday at 9, find invoice in the files”.",
  "Keep facts: “remember that the fiscal year starts in July”, “what do you know about the fiscal year?”",
];

const help = /^\s*(?:help|hi|hello|hey|what can you do\??|who are you\??)[\s!.?]*$/i;

export const explain: Recipe = {
  name: "explain what it can do",
  fits: () => true,
  next: ({ request }) =>
    finish(
      [
        help.test(request)
          ? "I am Deputy's built-in scripted model: I follow a few fixed recipes, with real tools and real results."
          : "I can't do this: I am Deputy's built-in scripted model and know a few fixed recipes only. Nothing was done.",
        `What I can do:\n${abilities.map((ability) => `- ${ability}`).join("\n")}`,
        "For anything else, set `OPENAI_API_KEY` (or `OPENAI_BASE_URL` for a compatible server) and start Deputy again.",
      ].join("\n\n"),
    ),
};
