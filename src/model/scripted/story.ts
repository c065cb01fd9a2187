// What the scripted model knows: the messages of one request, sorted. It remembers nothing between requests.
//
//   S1  Only the person it works for steers it; what others write in the thread is passed over (I10).

import { parseJson } from "../../base/json.ts";
import type { ModelRequest } from "../contract.ts";
import { wellFormed } from "../well-formed.ts";

/** A tool call of an earlier turn, with what came back. */
export interface Act {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: string;
}

export interface Story {
  /** The words of the request. */
  readonly request: string;
  /** Who it is for, by name. */
  readonly asker?: string;
  /** Files that were there at the start. */
  readonly files: readonly string[];
  /** Time of the start, in milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  /** Of whom it is for, where that is known. */
  readonly timeZone?: string;
  /** What was added since, in order. */
  readonly steering: readonly string[];
  /** In order; after a compaction only those since. */
  readonly acts: readonly Act[];
  /** What a compaction left; empty while there was none. */
  readonly notes: string;
  /** Names of the tools on offer. */
  readonly tools: ReadonlySet<string>;
}

const sections =
  /\n\nThis comes round by itself: |\n\n(?:Files in your workspace|Earlier in this thread|Earlier work in this thread|Other work of [^\n]*|Remembered):\n|\n\n[^\n]* is looking at |\n\nIt is now /;
const askedBy = /^(.{1,200}?) asks(?: in a direct message| on a schedule)?:\n\n/;
const steer = /^[^\n(]{1,120}? adds: /;
const notesBegin = "(The earlier part of this work left the context.";

export function toStory(request: ModelRequest): Story {
  const { turns } = wellFormed(request.messages);
  const said = turns.flatMap((turn) => (turn.role === "user" ? [turn.text] : []));
  const opening = said[0] ?? "";
  const notes = said.slice(1).findLast((text) => text.startsWith(notesBegin)) ?? "";
  const asker = askedBy.exec(opening)?.[1];
  return {
    request: requestOf(opening),
    ...(asker === undefined ? {} : { asker }),
    files: filesOf(opening),
    startedAt: timeOf(opening),
    ...zoneOf(opening),
    steering: [...steersIn(notes), ...said.slice(1).flatMap(steerOf)],
    acts: turns.flatMap((turn) =>
      turn.role === "user"
        ? []
        : turn.calls.map((call) => ({
            name: call.name,
            args: toObject(parseJson(call.arguments)?.value),
            result: call.result,
          })),
    ),
    notes,
    tools: new Set(request.tools.map((tool) => tool.name)),
  };
}

export function lastAct(story: Story, name: string): Act | undefined {
  return story.acts.findLast((act) => act.name === name);
}

/** A text argument; empty where there is none. */
export function textArg(act: Act, name: string): string {
  const value = act.args[name];
  return typeof value === "string" ? value : "";
}

function requestOf(opening: string): string {
  const [head = ""] = opening.split(sections);
  return head.replace(askedBy, "").trim();
}

function filesOf(opening: string): string[] {
  const list = /\n\nFiles in your workspace:\n((?:- .*(?:\n|$))*)/.exec(opening)?.[1] ?? "";
  return [...list.matchAll(/^- (.+) \(\d+ bytes\)$/gm)].map((match) => match[1] ?? "");
}

function timeOf(opening: string): number | undefined {
  const time = Date.parse(/It is now (\S+?)\.?(?: \([^()]*\)\.)?\s*$/.exec(opening)?.[1] ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function zoneOf(opening: string): Pick<Story, "timeZone"> {
  const timeZone = /It is now [^\n]* in ([\w+/-]+)\)\.(?: [^\n]* reads their chat in [\w-]+\.)?\s*$/.exec(
    opening,
  )?.[1];
  return timeZone === undefined ? {} : { timeZone };
}

function steerOf(text: string): string[] {
  const name = steer.exec(text)?.[0];
  return name === undefined
    ? []
    : [
        text
          .slice(name.length)
          .replace(/\nFiles: .*$/, "")
          .trim(),
      ];
}

function steersIn(notes: string): string[] {
  return [...notes.matchAll(/^- [^\n(]{1,120}? adds: (.*)$/gm)].map((match) => (match[1] ?? "").trim());
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
