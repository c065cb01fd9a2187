// The words that are understood without the model: a verb is the whole message, or it is not a verb.

export type Verb =
  | { readonly verb: "stop" | "status" | "why" | "help" | "mute" | "unmute" }
  | { readonly verb: "connect" | "disconnect"; readonly connection: string };

const words: Readonly<Record<string, Verb>> = {
  stop: { verb: "stop" },
  cancel: { verb: "stop" },
  status: { verb: "status" },
  why: { verb: "why" },
  help: { verb: "help" },
  "!mute": { verb: "mute" },
  "!unmute": { verb: "unmute" },
};

const longestVerb = 100;

/** `Stop`, `stop!`, ` WHY? ` are verbs; `stop the newsletter` and `why is it red?` are requests. */
export function parseVerb(text: string): Verb | undefined {
  if (text.length > longestVerb) return undefined;
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[\s.!?…]+$/u, "");
  const word = Object.hasOwn(words, plain) ? words[plain] : undefined;
  if (word) return word;
  const account = /^(connect|disconnect)\s+([a-z0-9][a-z0-9_-]*)$/u.exec(plain);
  if (!account) return undefined;
  return { verb: account[1] === "connect" ? "connect" : "disconnect", connection: account[2] ?? "" };
}
