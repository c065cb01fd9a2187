// The estimate of `tokens.ts` for text that is all ASCII, in one pass: every step of a run is counted before the next one, and
// most of what is counted is ASCII.
//
//   A1  The number that tokenx gives with the rules in `tokens.ts`: test/model/ascii-tokens.test.ts compares the two.

const [other, blank, newline, digit, lower, upper, quote, mark] = [0, 1, 2, 3, 4, 5, 6, 7];

const classes = Uint8Array.from({ length: 128 }, (_, code) => classOf(String.fromCharCode(code)));

function classOf(character: string): number {
  if (character === "\n") return newline;
  if (/\s/.test(character)) return blank;
  if (/\d/.test(character)) return digit;
  if (/[a-z]/.test(character)) return lower;
  if (/[A-Z]/.test(character)) return upper;
  if (character === "'") return quote; // does not end a word
  return /[!-~]/.test(character) ? mark : other;
}

/** Of ASCII text only. */
export function countAscii(text: string): number {
  let tokens = 0;
  let at = 0;
  while (at < text.length) {
    const kind = classAt(text, at);
    const end = isBlank(kind)
      ? endOfBlanks(text, at)
      : kind === mark
        ? endOfMarks(text, at)
        : endOfWord(text, at);
    if (isBlank(kind)) tokens += blankTokens(text, at, end);
    else tokens += kind === mark ? Math.ceil((end - at) / 2.5) : wordTokens(text, at, end);
    at = end;
  }
  return tokens;
}

function classAt(text: string, at: number): number {
  return classes[text.charCodeAt(at)] ?? other;
}

function isBlank(kind: number): boolean {
  return kind === blank || kind === newline;
}

function endOfBlanks(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && isBlank(classAt(text, at))) at += 1;
  return at;
}

function endOfMarks(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && classAt(text, at) === mark) at += 1;
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const kind = classAt(text, at);
    if (isBlank(kind) || kind === mark) break;
    at += 1;
  }
  return at;
}

/** Blanks are free, unless they are an indentation, an empty line, or the end of a line that no mark ends. */
function blankTokens(text: string, from: number, end: number): number {
  const line = text.indexOf("\n", from);
  if (line < 0 || line >= end) return 0;
  if (line < end - 1) return 1;
  return from > 0 && classAt(text, from - 1) === mark ? 0 : 1;
}

function wordTokens(text: string, from: number, end: number): number {
  const length = end - from;
  let seen = 0;
  let mixed = false;
  let before = other;
  for (let at = from; at < end; at += 1) {
    const kind = classAt(text, at);
    seen |= 1 << kind;
    mixed ||= isMix(before, kind);
    before = kind;
  }
  return Math.ceil(length / charactersPerToken(seen, mixed && (seen & (1 << other)) === 0, length));
}

/** `seen` has a bit for each class of character in the word. */
function charactersPerToken(seen: number, mixed: boolean, length: number): number {
  if (seen === 1 << digit) return 2.2;
  if (mixed) return 1.3;
  if (seen === 1 << upper && length >= 4) return 4;
  if (seen === 1 << quote) return 2.5;
  if (length <= 3 || (seen === 1 << lower && length <= 8)) return length;
  return 7;
}

function isMix(one: number, next: number): boolean {
  return (one === digit && isLetter(next)) || (isLetter(one) && next === digit);
}

function isLetter(kind: number): boolean {
  return kind === lower || kind === upper;
}
