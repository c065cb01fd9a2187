// A text among the arguments of a call that is still being written: what of it is there.
//
//   OA1  What it gives only grows, and is the beginning of what the whole arguments will say.
//   OA2  Whatever the model writes, it costs one look at each character and throws nothing.

const blank = /\s/;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

interface Read {
  readonly text: string;
  /** After its closing quote; undefined where that is not there yet. */
  readonly end: number | undefined;
}

/** The text under `key` of the object that `json` begins; undefined where it has not begun. */
export function textSoFar(json: string, key: string): string | undefined {
  let at = skipBlank(json, 0);
  if (json[at] !== "{") return undefined;
  at += 1;
  for (;;) {
    at = skipBlank(json, at);
    const name = readText(json, at);
    if (name?.end === undefined) return undefined;
    at = skipBlank(json, name.end);
    if (json[at] !== ":") return undefined;
    at = skipBlank(json, at + 1);
    if (name.text === key) return wellFormed(readText(json, at)?.text);
    const next = afterValue(json, at);
    if (next === undefined || json[next] !== ",") return undefined;
    at = next + 1;
  }
}

/** Without the first half of a character whose second half is still to come. */
function wellFormed(text: string | undefined): string | undefined {
  return text?.replace(/[\ud800-\udbff]$/, "");
}

function skipBlank(json: string, from: number): number {
  let at = from;
  while (at < json.length && blank.test(json.charAt(at))) at += 1;
  return at;
}

function readText(json: string, from: number): Read | undefined {
  if (json[from] !== '"') return undefined;
  let text = "";
  for (let at = from + 1; at < json.length; at += 1) {
    const sign = json.charAt(at);
    if (sign === '"') return { text, end: at + 1 };
    if (sign !== "\\") {
      text += sign;
      continue;
    }
    const code = json.charAt(at + 1);
    if (code === "u") {
      const hex = json.slice(at + 2, at + 6);
      if (!/^[0-9a-f]{4}$/i.test(hex)) break;
      text += String.fromCharCode(Number.parseInt(hex, 16));
      at += 5;
    } else {
      const meant = escapes[code];
      if (meant === undefined) break;
      text += meant;
      at += 1;
    }
  }
  return { text, end: undefined };
}

/** The place after a value, at the sign that follows it; undefined where its end is not there yet. */
function afterValue(json: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < json.length; at += 1) {
    const sign = json.charAt(at);
    if (sign === '"') {
      const end = readText(json, at)?.end;
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (depth === 0 && ",}".includes(sign)) return at;
    else depth += depthOf(sign);
  }
  return undefined;
}

function depthOf(sign: string): number {
  if ("{[".includes(sign)) return 1;
  return "}]".includes(sign) ? -1 : 0;
}
