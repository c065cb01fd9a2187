// Where the addresses of a call come from (TNT-4, EGR-3).
//
//   PV1  Given is what the run's subject wrote in this run, or the operator set; word for word, and nothing that a model or a
//        stranger wrote.
//   PV2  What was read in strangers' words, or stands nowhere at all, is not given: a person is asked, and told where it is from.
//   PV3  A web address may be asked for by a run that read strangers' words if exactly it was given, or read outside before the run
//        wrote it itself anywhere, and its query carries no words of a private matter. What stands in files may be its own.

import { addressesIn, type Destination, destinationsIn, hostOf } from "./destinations.ts";

/** Addresses that stood in one place. */
export interface Sighting {
  readonly source: string;
  /** A stranger's own words; a file, whoever wrote it; or what the run itself wrote after it had read strangers' words. */
  readonly by: "stranger" | "file" | "run";
  /** `kind value`. */
  readonly found: readonly string[];
}

export interface Known {
  /** Words of the subject in this run, and of the operator. */
  readonly given: readonly string[];
  /** Ids that the platform vouches for: this channel, members of the organisation. */
  readonly directory: ReadonlySet<string>;
  readonly sightings: readonly Sighting[];
  /** Texts that only some may see; none where the run saw no private matter. */
  readonly privateTexts: readonly string[];
}

export const nothingKnown: Known = { given: [], directory: new Set(), sightings: [], privateTexts: [] };

export interface Provenance {
  /** Absent where the call names no destination. */
  readonly given?: boolean;
  /** For the card: one line for each that was not given. */
  readonly warnings: readonly string[];
}

/** Of what a call would do. `exactly`: it asks for a web address itself. */
export function provenanceOf(args: unknown, known: Known, exactly = false): Provenance {
  const all = destinationsIn(args);
  if (all.length === 0) return exactly ? { given: false, warnings: [] } : { warnings: [] };
  const given = givenIn(known);
  const warnings = all.flatMap((destination) =>
    exactly && destination.kind === "url"
      ? webWarning(destination, given, known)
      : warningOf(destination, given, known),
  );
  return { given: warnings.length === 0, warnings };
}

export function sightingOf(
  source: string,
  text: string,
  by: Sighting["by"] = "stranger",
): Sighting | undefined {
  const found = [...new Set(addressesIn(text).map(keyOf))].slice(0, mostSighted);
  return found.length > 0 ? { source, by, found } : undefined;
}

const mostSighted = 500;

function keyOf({ kind, value }: Pick<Destination, "kind" | "value">): string {
  return `${kind} ${value}`;
}

interface Given {
  readonly keys: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly text: string;
  readonly directory: ReadonlySet<string>;
}

function givenIn({ given, directory }: Known): Given {
  const found = given.flatMap((text) => addressesIn(text));
  const hosts = found.flatMap(({ kind, value }) => (kind === "url" ? (hostOf(value) ?? []) : []));
  return {
    keys: new Set(found.map(keyOf)),
    hosts: new Set(hosts),
    text: ` ${given.join("\n").normalize("NFKC").toLowerCase().replace(/\s+/gu, " ")} `,
    directory,
  };
}

function warningOf(destination: Destination, given: Given, known: Known): string[] {
  if (isGiven(destination, given)) return [];
  return [lineOf(destination, known)];
}

function isGiven(destination: Destination, { keys, hosts, text, directory }: Given): boolean {
  const { kind, value, shown } = destination;
  if (keys.has(keyOf(destination)) || directory.has(shown)) return true;
  if (kind === "url") return hosts.has(hostOf(value) ?? "");
  return kind === "name" && standsIn(text, value);
}

/** As far as punctuation after a word goes. */
const looked = 20;

/** As a word of its own, not as a part of another. */
function standsIn(text: string, value: string): boolean {
  const part = /[\p{L}\p{N}@_./+-]/u;
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const before = text[at - 1] ?? " ";
    const next = text.slice(at + value.length, at + value.length + looked);
    const after = next.replace(/^[.,;:!?]+(?=\s|$)/u, "")[0] ?? " ";
    if (!part.test(before) && !part.test(after)) return true;
  }
  return false;
}

/** PV3. */
function webWarning(destination: Destination, given: Given, known: Known): string[] {
  const key = keyOf(destination);
  if (given.keys.has(key)) return [];
  if (!wasRead(key, known)) return [lineOf(destination, known)];
  const leak = known.privateTexts.length > 0 && carriesPrivate(destination.value, known.privateTexts);
  return leak
    ? [`${destination.shown} carries words of a private matter to ${hostOf(destination.value)}`]
    : [];
}

/** Sightings are in the order of steps; what a run wrote comes before what was read in the same one. */
function wasRead(key: string, { sightings }: Known): boolean {
  return sightings.find(({ by, found }) => by !== "file" && found.includes(key))?.by === "stranger";
}

const shortestTelling = 5;

/** Whether a part of the query is in the texts. */
function carriesPrivate(address: string, texts: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const values = [...new URL(address).searchParams].flat();
  const parts = values.flatMap((value) => value.toLowerCase().split(/[^\p{L}\p{N}@.-]+/u));
  const told = texts.map((text) => text.toLowerCase());
  return parts.some((part) => part.length >= shortestTelling && told.some((text) => text.includes(part)));
}

function lineOf(destination: Destination, known: Known): string {
  const source = sourceOf(destination, known);
  const where = source === undefined ? "stands nowhere in what you wrote or I read" : `comes from ${source}`;
  return `${destination.shown} ${where}`;
}

function sourceOf(destination: Destination, { sightings }: Known): string | undefined {
  const wanted = keyOf(destination);
  return sightings.find(({ by, found }) => by !== "run" && found.includes(wanted))?.source;
}
