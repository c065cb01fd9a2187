// What people read when a run fails: a sentence per code, never an error's own message (style 6.4).

import { canGoOnAfter } from "../../domain/going-on.ts";

const sentences: Readonly<Record<string, string>> = {
  "model.unauthorized":
    "the model service refused our key. Whoever runs Deputy has to check `OPENAI_API_KEY`.",
  "model.unknown_model":
    "the model that I am set up with isn't known to the model service. Whoever runs Deputy has to check `DEPUTY_MODEL`.",
  "model.refused_request":
    "the model service did not accept my request. Whoever runs Deputy finds the reason in the log.",
  "model.rate_limited": "the model service kept telling me to slow down, and I gave up after many tries.",
  "model.quota_exceeded":
    "our account at the model service has used up its quota. Whoever runs Deputy has to add credit there, or raise its limit.",
  "model.unavailable":
    "the model service could not be reached for a long time, and I gave up after many tries.",
  "model.timeout": "the model service did not answer in time, again and again.",
  "model.context_overflow": "the material is larger than the model can take in, even after I condensed it.",
  "model.too_large": "the model sent an answer far too large to use.",
  "model.nonsense": "the model kept sending answers that I could not read.",
  "model.empty": "the model gave an empty answer three times in a row.",
  "model.refusal": "the model declined to do this.",
  "run.looping": "I kept repeating the same act without getting on, so I stopped myself.",
  "run.poison": "working on this made my process fail several times in a row, so I stopped trying.",
  "run.corrupt": "my record of this work is damaged and can't be read.",
  "workspace.disk_full": "the disk of the machine I work on is full.",
  "store.unavailable": "my database could not be written.",
};

const bug = "something went wrong inside Deputy. The details are in its log.";

/** The sentence for `code`: what went wrong, in the user's words. */
export function apology(code: string): string {
  return sentences[code] ?? bug;
}

/** The whole text of a failed run. `progress` is what is done and kept. */
export function failureText(code: string, progress: string, detail?: string): string {
  return [
    `I could not finish this: ${apology(code)}`,
    detail,
    progress,
    canGoOnAfter(code)
      ? "Files made so far are kept. “Go on” takes it up where it ended, and does nothing twice; “Start over” begins anew with them."
      : "Files made so far are kept. “Start over” begins anew with them.",
  ]
    .filter((part) => part !== undefined && part !== "")
    .join("\n\n");
}

/** Marked at top and bottom, so that half an answer is never taken for a whole one (ux c.6). */
export function interruptedText(text: string): string {
  return `**Interrupted, this is incomplete.**\n\n${text}\n\n**Interrupted, this is incomplete.**`;
}

/** The words of a run that was told to finish and could not put it together itself. */
export function outOfBudgetText(lastWords: string, progress: string): string {
  return ["The budget of this run is used up; this is what I have.", lastWords, progress]
    .filter((part) => part !== "")
    .join("\n\n");
}
