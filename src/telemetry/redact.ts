// Takes secrets out of text: the live ones by value in every usual encoding (RED-2), others by their look (RED-3).
//
// Owns: the registry of live secrets. Does not own: where it is applied (logs here; model input, tool results and
// chat output above).
//
//   X1  No form of a registered secret passes, wherever it stands in the text.
//   X2  The cost does not grow with the number of secrets: one pass over the text.
//   X3  What `settled` gives of a text that goes on can't become part of a secret by what follows it.

import type { Secret } from "../base/secret.ts";
import { wholeWords, wordEnd } from "../base/whole-words.ts";
import { secretForms } from "./secret-forms.ts";
import { hidePatterns, openPattern } from "./secret-patterns.ts";

export interface Redactor {
  /** From now on no form of it passes. Twice is once; values under six characters are too short to look for. */
  readonly add: (secret: Secret) => void;
  /** For secrets that are no longer live. As often as it was added. */
  readonly remove: (secret: Secret) => void;
  /** The text without secrets. Unchanged (the same string) if there are none. */
  readonly scrub: (text: string) => string;
  /** Of the registered ones only: for long texts, and where what merely looks like a secret may be somebody's own matter. */
  readonly scrubKnown: (text: string) => string;
  /** Stands for what is looked for: another object once that is more. What was clean until then may not be clean any more. */
  readonly live: () => object;
  /** The beginning of a text that is still being written, as far as it can be judged already (X3): it ends with a word. */
  readonly settled: (text: string) => string;
}

/** What stands in place of something that looks like a credential. */
export const patternMark = "[redacted]";

const window = 6;
const slots = 1 << 20;

interface Form {
  readonly text: string;
  readonly mark: string;
}

/** Forms by the hash of their first characters, longest first; `filter` says in one look that a hash has none. */
interface Index {
  readonly filter: Uint8Array;
  readonly forms: Map<number, Form[]>;
  /** Those of several words: a word may be the beginning of one. */
  readonly spaced: Set<string>;
}

export function createRedactor(secrets: readonly Secret[] = []): Redactor {
  /** How often each value was added. */
  const times = new Map<string, number>();
  const index: Index = { filter: new Uint8Array(slots), forms: new Map(), spaced: new Set() };
  let live = {};
  const add = (secret: Secret): void => {
    const value = secret.reveal();
    const before = times.get(value) ?? 0;
    times.set(value, before + 1);
    if (before > 0) return;
    live = {};
    for (const text of secretForms(value)) insert(index, { text, mark: secret.toString() });
  };
  const remove = (secret: Secret): void => {
    const value = secret.reveal();
    const before = times.get(value) ?? 0;
    if (before > 1) times.set(value, before - 1);
    if (before !== 1) return;
    times.delete(value);
    for (const text of secretForms(value)) drop(index, { text, mark: secret.toString() });
  };
  for (const secret of secrets) add(secret);
  const scrubKnown = (text: string): string => hideKnown(text, index);
  return {
    add,
    remove,
    scrubKnown,
    live: () => live,
    scrub: (text) => hidePatterns(scrubKnown(text), patternMark),
    settled: (text) => settledPart(text, index),
  };
}

/** Everything that looks like a secret is one word, but for keys in blocks and live secrets of several words. */
function settledPart(text: string, { spaced }: Index): string {
  const words = wholeWords(text);
  const begun = [...spaced]
    .flatMap(begins)
    .filter((start) => words.endsWith(start))
    .map((start) => words.length - start.length);
  return words.slice(0, Math.min(words.length, openPattern(words), ...begun)).trimEnd();
}

/** What of a secret stands there when its next word is still to come. */
function begins(form: string): string[] {
  return [...form.matchAll(wordEnd)].map(({ index }) => form.slice(0, index)).filter((start) => start !== "");
}

function insert(index: Index, form: Form): void {
  const hash = hashAt(form.text, 0);
  const bucket = index.forms.get(hash) ?? [];
  const shorter = bucket.findIndex(({ text }) => text.length < form.text.length);
  bucket.splice(shorter === -1 ? bucket.length : shorter, 0, form);
  index.forms.set(hash, bucket);
  index.filter[hash] = 1;
  if (begins(form.text).length > 0) index.spaced.add(form.text);
}

function drop(index: Index, form: Form): void {
  const hash = hashAt(form.text, 0);
  const bucket = index.forms.get(hash) ?? [];
  const at = bucket.findIndex(({ text, mark }) => text === form.text && mark === form.mark);
  if (at !== -1) bucket.splice(at, 1);
  index.spaced.delete(form.text);
  if (bucket.length > 0) return;
  index.forms.delete(hash);
  index.filter[hash] = 0;
}

function hideKnown(text: string, index: Index): string {
  if (index.forms.size === 0) return text;
  let out = "";
  let kept = 0;
  let sum = sumAt(text, 0);
  for (let at = 0; at + window <= text.length; at += 1) {
    if (at > 0) sum = moved(sum, text.charCodeAt(at - 1), text.charCodeAt(at + window - 1));
    const hash = slotOf(sum);
    if (index.filter[hash] === 0) continue;
    const form = index.forms.get(hash)?.find((candidate) => text.startsWith(candidate.text, at));
    if (form === undefined) continue;
    out += text.slice(kept, at) + form.mark;
    kept = at + form.text.length;
    at = kept - 1;
    sum = sumAt(text, at);
  }
  return kept === 0 ? text : out + text.slice(kept);
}

const factor = 0x01000193;
/** What the first character of a window counts for. */
const ofFirst = Array.from({ length: window - 1 }).reduce((power: number) => Math.imul(power, factor), 1);

/** The window's characters as digits of a number, so that the next window's sum is made from it by two of them. */
function sumAt(text: string, at: number): number {
  let sum = 0;
  for (let i = at; i < at + window; i += 1) sum = (Math.imul(sum, factor) + text.charCodeAt(i)) | 0;
  return sum;
}

function moved(sum: number, gone: number, come: number): number {
  return (Math.imul(sum - Math.imul(gone, ofFirst), factor) + come) | 0;
}

function slotOf(sum: number): number {
  return (sum ^ (sum >>> 20)) & (slots - 1);
}

function hashAt(text: string, at: number): number {
  return slotOf(sumAt(text, at));
}
