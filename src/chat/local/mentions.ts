// Who is spoken to in a text: `@deputy`, `@bo`. What stands in code, in an address or in a longer word is no mention.

import type { PersonKey } from "../../domain/ids.ts";
import { localPeople } from "./cast.ts";

export interface Mentions {
  /** The text without the agent's own mention. */
  readonly text: string;
  readonly mentionsAgent: boolean;
  readonly mentions: readonly PersonKey[];
}

const code = "```[\\s\\S]*?(?:```|$)|`[^`\\n]*`";

export function parseMentions(text: string, agentName: string): Mentions {
  const prose = text.replace(new RegExp(code, "gu"), " ");
  return {
    text: withoutMention(text, agentName).trim(),
    mentionsAgent: mentioned(prose, agentName),
    mentions: localPeople.filter(({ id }) => mentioned(prose, id)).map(({ key }) => key),
  };
}

function mentioned(prose: string, name: string): boolean {
  return new RegExp(mention(name), "iu").test(prose);
}

/** At the start of a line a comma or colon goes with it; elsewhere the space before it does. */
function withoutMention(text: string, name: string): string {
  const parts = new RegExp(
    `(${code})|(^|\\n)[ \\t]*${mention(name)}[,:]?[ \\t]*|[ \\t]*${mention(name)}`,
    "giu",
  );
  return text.replace(parts, (_, kept?: string, lineStart?: string) => kept ?? lineStart ?? "");
}

function mention(name: string): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return `(?<![\\w@.])@${escaped}(?![\\w-]|\\.\\w)`;
}
