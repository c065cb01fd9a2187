// The words of a text that is still being written, as far as they are whole: nothing that follows can become part of one.

/** Of scripts that put no spaces between words: each letter is as good as a word. */
const unspaced = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u3000-\u303f\uff01-\uff0f`;
const lastWord = /\S*$/u;
const lastSpacedWord = new RegExp(`[^\\s${unspaced}]*$`, "u");
/** In an address letters of any script are part of one word. */
const addressSign = /[.:/@]/;

/** Where a word may end. */
export const wordEnd = new RegExp(`\\s+|(?<=[${unspaced}])`, "gu");

export function wholeWords(text: string): string {
  const word = lastWord.exec(text)?.[0] ?? "";
  const part = addressSign.test(word) ? word : (lastSpacedWord.exec(word)?.[0] ?? "");
  return text.slice(0, text.length - part.length).trimEnd();
}
