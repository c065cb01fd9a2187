// The words that are understood without the model: a verb is the whole message, or it is not a verb.

export type Verb =
  | { readonly verb: "stop" | "status" | "why" | "help" | "mute" | "unmute" }
  | { readonly verb: "schedules" | "accounts" }
  | { readonly verb: "connect" | "disconnect"; readonly connection: string }
  | { readonly verb: "link"; readonly code?: string }
  | { readonly verb: "unlink" }
  | MemoryVerb;

export type MemoryVerb =
  /** `upTo`: the last number to show. */
  | { readonly verb: "memory"; readonly upTo?: number }
  | { readonly verb: "forget"; readonly which: readonly number[] | "everything" };

const words: Readonly<Record<string, Verb>> = {
  stop: { verb: "stop" },
  cancel: { verb: "stop" },
  status: { verb: "status" },
  why: { verb: "why" },
  help: { verb: "help" },
  schedules: { verb: "schedules" },
  accounts: { verb: "accounts" },
  unlink: { verb: "unlink" },
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
  const memory = parseMemory(plain);
  if (memory) return memory;
  const link = /^link(?:\s+([a-z0-9]{5}-?[a-z0-9]{5}))?$/u.exec(plain);
  if (link) return { verb: "link", ...(link[1] === undefined ? {} : { code: link[1] }) };
  const account = /^(connect|disconnect)\s+([a-z0-9][a-z0-9_-]*)$/u.exec(plain);
  if (!account) return undefined;
  return { verb: account[1] === "connect" ? "connect" : "disconnect", connection: account[2] ?? "" };
}

/** `forget it` and `memory of the server` are for the model. */
function parseMemory(plain: string): MemoryVerb | undefined {
  const shown = /^memory(?:\s+(\d{1,4}))?$/u.exec(plain);
  if (shown) return { verb: "memory", ...(shown[1] === undefined ? {} : { upTo: Number(shown[1]) }) };
  const [, which] = /^forget\s+(everything|\d{1,4}(?:(?:\s*,\s*|\s+)\d{1,4})*)$/u.exec(plain) ?? [];
  if (which === undefined) return undefined;
  return { verb: "forget", which: which === "everything" ? which : which.split(/[\s,]+/u).map(Number) };
}
