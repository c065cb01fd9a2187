// Which remembered facts a question is about: by the words they share, the rarest first, without a dictionary.
//
//   RC1  Case, accents, plurals and endings don't matter; words of scripts without spaces are matched by pairs of letters.

/** Facts that share a word with `query`, best first; the order given decides between equals. */
export function bestMatches<T extends { readonly fact: string }>(facts: readonly T[], query: string): T[] {
  const asked = askedFor(query);
  if (asked.size === 0) return [];
  const shared = facts.map(({ fact }) => sharedWords(fact, asked));
  const holders = new Map<string, number>();
  for (const { word } of shared.flat()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const rarity = (word: string): number => Math.log(1 + facts.length / (holders.get(word) ?? 1));
  return facts
    .map((fact, at) => ({
      fact,
      score: (shared[at] ?? []).reduce((sum, { word, worth }) => sum + rarity(word) * worth, 0),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ fact }) => fact);
}

/** Nothing can be found by these words: all of what there is should be shown. */
export function asksForAll(query: string): boolean {
  return wordsOf(query).length === 0;
}

interface Shared {
  /** As it was asked. */
  readonly word: string;
  readonly worth: number;
}

const sameWord = 1;
const sameBeginning = 0.5;

function sharedWords(fact: string, asked: ReadonlyMap<string, string>): Shared[] {
  const best = new Map<string, number>();
  for (const word of wordsOf(fact).flatMap((text) => [text, ...lettersOf(text)])) {
    const begins = beginningOf(word);
    const like = begins === undefined ? undefined : asked.get(begins);
    if (asked.has(word)) best.set(word, sameWord);
    else if (like !== undefined && isRelated(word, like)) best.set(like, best.get(like) ?? sameBeginning);
  }
  return [...best].map(([word, worth]) => ({ word, worth }));
}

/** Each word of the question, and each beginning of one, with the word that it stands for. */
function askedFor(query: string): Map<string, string> {
  const words = wordsOf(query);
  const telling = words.filter((word) => !common.has(word));
  const asked = new Map<string, string>();
  for (const word of telling.length > 0 ? telling : words) {
    const begins = beginningOf(word);
    if (begins !== undefined && !asked.has(begins)) asked.set(begins, word);
    asked.set(word, word);
  }
  return asked;
}

const beginning = 5;
const longestEnding = 3;

/** A key that no word has. */
function beginningOf(word: string): string | undefined {
  return word.length >= beginning && /^\p{L}+$/u.test(word) ? `${word.slice(0, beginning)}…` : undefined;
}

/** The words differ in their endings only: `faktury`, `fakturou`. */
function isRelated(a: string, b: string): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return a.length - same <= longestEnding && b.length - same <= longestEnding;
}

const unspaced = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Khmer}";
const word = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{M}\\p{N}])+`, "gu");
const isUnspaced = new RegExp(`^[${unspaced}]`, "u");

function wordsOf(text: string): string[] {
  return (plain(text).match(word) ?? []).flatMap((found) =>
    isUnspaced.test(found) ? pairsOf(found) : [singular(found)],
  );
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]+/gu, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[ßøłđæœı]/gu, (letter) => latin[letter] ?? letter);
}

const latin: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  æ: "ae",
  œ: "oe",
  ı: "i",
};

function pairsOf(text: string): string[] {
  const letters = Array.from(text);
  return letters.length === 1 ? letters : letters.slice(1).map((letter, at) => `${letters[at]}${letter}`);
}

/** Single letters of a pair, which a question of one letter asks for. */
function lettersOf(pair: string): string[] {
  return isUnspaced.test(pair) ? Array.from(pair) : [];
}

function singular(found: string): string {
  if (!/^[a-z]{4,}$/.test(found)) return found;
  if (found.endsWith("ies")) return `${found.slice(0, -3)}y`;
  if (/(?:s|x|z|ch|sh)es$/.test(found)) return found.slice(0, -2);
  return /[^siu]s$/.test(found) ? found.slice(0, -1) : found;
}

/** Words that say nothing about what a question is about. */
const common: ReadonlySet<string> = new Set(
  (
    "a about an and any are at be by did do does for from has have how i in is it its me my of on or our " +
    "that the their there this to was we were what when where which who whose why will with you your"
  ).split(" "),
);
