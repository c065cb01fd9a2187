// What a message says, without the mark-up of Teams: mentions become names, the agent's own goes away, and so does the mark of a
// message that is quoted above it. Of a message that Teams sends in its rich form alone, the words of that; where a link leads is in the
// rich form in any case.

import { webAddress } from "../../given-addresses.ts";
import { withoutLinks } from "../../prose/addresses.ts";
import { writtenLink } from "../../prose/written-link.ts";
import type { Person } from "../../../domain/person.ts";
import type { TeamsSettings } from "../deps.ts";
import type { People } from "./people.ts";
import { linksOf, type RichLink, richForm, wordsOf } from "./rich-form.ts";
import { type Activity, Mention } from "./shapes.ts";

export interface Said {
  readonly text: string;
  readonly mentionsAgent: boolean;
  readonly mentions: Person["key"][];
}

export async function readText(people: People, settings: TeamsSettings, activity: Activity): Promise<Said> {
  const { entities = [], recipient } = activity;
  const own = new Set([`28:${settings.appId}`, settings.appId, recipient?.id]);
  const found = entities.flatMap((entity) => Mention.safeParse(entity).data ?? []);
  const others = found.filter(({ mentioned }) => !own.has(mentioned.id));
  const rich = richForm(activity);
  let text = activity.text?.trim() ? activity.text : wordsOf(rich);
  for (const { text: shown, mentioned } of found) {
    if (shown === "") continue;
    text = text.replaceAll(
      shown,
      own.has(mentioned.id) ? " " : withoutLinks(mentioned.name ?? withoutTags(shown), undefined),
    );
  }
  const keys = await Promise.all(others.map(({ mentioned }) => people.mentioned(activity, mentioned)));
  return {
    text: withAddresses(tidy(text), linksOf(rich)),
    mentionsAgent: found.length > others.length,
    mentions: [...new Set(keys)],
  };
}

/** Of a link with a label Teams puts the label alone into the words. Links come in their order: none is looked for before the last one. */
function withAddresses(text: string, links: readonly RichLink[]): string {
  let said = text;
  let from = 0;
  const placeless: string[] = [];
  for (const { address, label } of links) {
    const written = isSame(address, label) ? label : writtenLink(address, label);
    const there = said.indexOf(written, from);
    if (there >= 0) from = there + written.length;
    if (said.includes(written) || placeless.includes(written)) continue;
    const at = placeOf(label, said, from);
    if (at < 0) placeless.push(written);
    else {
      said = said.slice(0, at) + written + said.slice(at + label.length);
      from = at + written.length;
    }
  }
  return [said, ...placeless].join("\n").trim();
}

/** Where it stands as words of its own. */
function placeOf(label: string, text: string, from: number): number {
  let at = text.indexOf(label, from);
  while (at >= 0 && (isOfWord(text[at - 1]) || isOfWord(text[at + label.length])))
    at = text.indexOf(label, at + 1);
  return at;
}

function isOfWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

function isSame(address: string, label: string): boolean {
  return webAddress(label)?.href === webAddress(address)?.href;
}

function withoutTags(text: string): string {
  return text.replace(/<\/?at[^>]*>/gi, "");
}

function tidy(text: string): string {
  return withoutTags(text)
    .replace(/<quoted\b[^<>]{0,300}\/?>/gi, " ")
    .replace(/&nbsp;|\u00a0/g, " ")
    .replace(/\r\n?/g, "\n")
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .trim();
}
