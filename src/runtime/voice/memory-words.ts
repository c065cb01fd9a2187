// What is said about what is remembered.

import type { Memory } from "../../domain/memory.ts";

/** `person`: of whoever asks. `channel`: of the channel that is asked in. */
export type MemoryPlace = "person" | "channel";

/** A message of this many characters fits every platform. */
const mostCharacters = 2_500;
const mostQuoted = 3;

/** `facts` are all there are, oldest first; shown are the newest, or those up to number `upTo`. */
export function remembered(place: MemoryPlace, facts: readonly Memory[], upTo = facts.length): string {
  if (facts.length === 0) return nothing[place];
  const last = Math.min(Math.max(1, upTo), facts.length);
  const lines = newestThatFit(facts.slice(0, last));
  const first = last - lines.length + 1;
  return [
    `${heads[place]} (${facts.length === 1 ? "one fact" : `${facts.length} facts`}):`,
    ...(first > 1 ? [`… and ${first - 1} before these: \`memory ${first - 1}\` shows them.`] : []),
    ...lines,
    ...(last < facts.length ? [`… and ${facts.length - last} after these: \`memory\` shows them.`] : []),
    "",
    "`forget 2` erases the second, `forget everything` all of it.",
  ].join("\n");
}

const heads = {
  person: "This is what I remember about you",
  channel: "This is what I remember about this channel",
};
const nothing = {
  person:
    "I don't remember anything about you. What I keep from our direct messages you can see and erase with `memory`.",
  channel: "I don't remember anything about this channel.",
};

function newestThatFit(facts: readonly Memory[]): string[] {
  let room = mostCharacters;
  const lines: string[] = [];
  for (const [place, { fact, createdAt }] of [...facts.entries()].toReversed()) {
    const line = `${place + 1}. ${oneLine(fact)} (${new Date(createdAt).toISOString().slice(0, 10)})`;
    room -= line.length + 1;
    if (room < 0 && lines.length > 0) break;
    lines.unshift(line);
  }
  return lines;
}

/** `left`: how many facts remain. */
export function forgotten(gone: readonly Memory[], left: number): string {
  const quoted = gone.slice(0, mostQuoted).map(({ fact }) => `• ${oneLine(fact)}`);
  const more = gone.length - quoted.length;
  return [
    gone.length === 1 ? "Forgotten:" : `Forgotten, ${gone.length} facts:`,
    ...quoted,
    ...(more > 0 ? [`… and ${more} more.`] : []),
    ...(left > 0
      ? ["The others have new numbers now: `memory` shows them."]
      : ["There is nothing more that I remember here."]),
  ].join("\n");
}

export function notThere(place: MemoryPlace, count: number): string {
  if (count === 0) return nothing[place];
  return `There is nothing under that number; nothing was erased. \`memory\` shows the ${count === 1 ? "one fact" : `${count} facts`} with their numbers.`;
}

export const onlyManagersForget =
  "Only my managers can erase what I remember about a channel. What I remember about you, you can erase yourself: write `memory` to me directly.";

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}
