// Words of others in what Teams reads as Markdown: nothing in them calls, links or formats (OUT-1 to OUT-3).

import { withoutLinks } from "../../prose/addresses.ts";
import { fitLabel } from "../../prose/fit-text.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { Json, RenderPlace } from "./teams-message.ts";

const zeroWidthSpace = "\u200b";

/** On one line, inert wherever it stands. */
export function inert(text: string, limit: number, instead: string): string {
  return unmarked(fitLabel(text, limit, instead));
}

/** The same with its blanks as they are. */
export function unmarked(text: string): string {
  return withoutLinks(text, undefined)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_~[\]|#]/g, (sign) => `\\${sign}`)
    .replaceAll("{{", `{${zeroWidthSpace}{`)
    .replace(/^(\d+)(?=[.)])/, `$1${zeroWidthSpace}`)
    .replace(/^([-+])(?=\s)/, `$1${zeroWidthSpace}`);
}

export interface Mention {
  readonly markup: string;
  readonly entity: Json;
}

/** Calls a person whom Teams knows here; undefined where they can only be named. */
export function mention(key: PersonKey | undefined, name: string, to: RenderPlace): Mention | undefined {
  const id = key === undefined ? undefined : to.userId?.(key);
  if (id === undefined) return undefined;
  const shown = fitLabel(name, 80, "you").replace(/[<>&"]/g, "");
  const markup = `<at>${shown}</at>`;
  return { markup, entity: { type: "mention", text: markup, mentioned: { id, name: shown } } };
}

/** Times that are written in UTC, as the reader's own clock shows them; for a card only. `text` is inert already. */
export function withLocalDates(text: string): string {
  return text.replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (written, day: string, time: string) => {
    const ms = Date.parse(`${day}T${time}:00Z`);
    if (Number.isNaN(ms)) return written;
    const iso = new Date(ms).toISOString().replace(".000Z", "Z");
    return `{{DATE(${iso},SHORT)}} {{TIME(${iso})}}`;
  });
}
