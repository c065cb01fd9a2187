// Text of a model or a stranger as people have to see it before they decide (APR-5): nothing in it hides, reorders or imitates.
//
//   VT1  Control, text-direction, zero-width and other invisible characters are shown as `\u{202e}`. So are backticks, so that
//        nothing ends the code block that it stands in.
//   VT2  A domain that is not plain ASCII is shown as it is looked up (punycode).
//   VT3  Each domain begins only where no longer one could have begun, so that a long word is looked at once.

import { domainToASCII } from "node:url";

const hidden =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u3164\u00a0\u2000-\u200a\u202f\u205f\u3000`]/gu;
const domains =
  /(?<![\p{L}\p{N}\p{M}_-])[\p{L}\p{N}\p{M}_-]+(?:[.\u3002\uff0e\uff61][\p{L}\p{N}\p{M}_-]+)+/gu;
const plain = /^[\u0020-\u007e]*$/;

/** On one line or several: line breaks stay, if `lines` says so. `prose`: backticks too, for who reads no code blocks. */
export function visible(text: string, lines: "prose" | "lines" | "line" = "line"): string {
  const wellFormed = text.toWellFormed();
  const stays = { prose: "\n\t`", lines: "\n", line: "" }[lines];
  return wellFormed
    .replace(domains, (domain) => (plain.test(domain) ? domain : domainToASCII(domain) || domain))
    .replace(hidden, (character) => (stays.includes(character) ? character : escaped(character)));
}

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
