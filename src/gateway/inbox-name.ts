// Names of files that arrive by chat, as names of files in `inbox/`.

import { createHash } from "node:crypto";

const maxBytes = 150;
/** Of a name that is looked at: of a longer one its end, which says what kind of file it is. */
const mostLooked = 500;

/** A plain file name: its last part where it is a path, no control or reserved characters, not hidden, not too long. Never empty. */
export function safeName(name: string): string {
  const last =
    name
      .slice(-mostLooked)
      .split(/[/\\]/u)
      .findLast((part) => part !== "") ?? "";
  const plain = last
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\uFFFD:*?"<>|]+/gu, "_")
    .replace(/^[.\s]+/u, "_")
    .replace(/[.\s]+$/u, "");
  if (plain === "" || plain === "_") return "file";
  const { stem, ending } = parts(plain);
  return `${cut(stem, maxBytes - Buffer.byteLength(ending))}${ending}`;
}

/** Where another file has the name already: the same file always gets the same second name. */
export function secondName(name: string, fileId: string): string {
  const { stem, ending } = parts(name);
  return `${stem}-${createHash("sha256").update(fileId).digest("hex").slice(0, 6)}${ending}`;
}

function parts(name: string): { readonly stem: string; readonly ending: string } {
  const found = /^(.+?)(\.[\p{L}\p{N}]{1,10}(?:\.[\p{L}\p{N}]{1,5})?)$/u.exec(name);
  return { stem: found?.[1] ?? name, ending: found?.[2] ?? "" };
}

function cut(text: string, bytes: number): string {
  let kept = "";
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > bytes) break;
    kept += character;
  }
  return kept;
}
