// What of an answer of the model is meant for people, while it is still being written.
//
//   AS1  Only what is known to be the answer: the summary of `finish` where that is the first call, or a text that the model's service
//        says is the last word. Any other text may be said on the way to a call, and is shown to nobody.
//   AS2  No more than a message will show of it: what is too long goes on in a file (ending.ts).
//   AS3  An extra (M4): nothing of it is stored, and what is journalled is what `generate` resolved with.

import type { GenerateOptions } from "../model/contract.ts";
import { headOf } from "./ending.ts";
import { textSoFar } from "./open-arguments.ts";

type Hearing = Required<Pick<GenerateOptions, "onText" | "onCall">>;

/** `show` gets the beginning of the answer, each time longer than before. */
export function hearAnswer(show: (text: string) => void): Hearing {
  let shown = 0;
  /** All is shown that a message will show (AS2): the rest need not be listened to. */
  let full = false;
  let text = "";
  let isAnswer = true;
  let summary = "";
  const tell = (answer: string): void => {
    const begun = answer.trimStart();
    const head = headOf(begun);
    full = head.length < begun.length;
    if (head.length <= shown) return;
    shown = head.length;
    show(head);
  };
  return {
    onText(delta, meant) {
      isAnswer &&= meant === "answer";
      if (!isAnswer || full) return;
      text += delta;
      tell(text);
    },
    onCall({ place, name, delta }) {
      if (place > 0 || name !== "finish" || full) return;
      summary += delta;
      tell(textSoFar(summary, "summary") ?? "");
    },
  };
}
