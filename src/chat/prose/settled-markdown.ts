// How much of an answer that is still being written can be shown already: what is shown of it stays as it is, whatever follows.
//
//   SE1  Blocks that have ended are shown whole; of the paragraph that is being written, its plain words. A list, a table or a
//        block of code is shown when it is over, since what comes can change how its beginning is drawn.
//   SE2  It is a guess where Markdown lets later lines change earlier ones (a heading underlined, an address named at the end).
//        Whoever shows words that can't be taken back compares what comes with what is there.

import { Marked, type Token } from "marked";
import { wholeWords } from "../../base/whole-words.ts";
import { splitAtAddresses } from "./addresses.ts";
import { known } from "./safe-inline.ts";

const marked = new Marked({ gfm: true });
/** Where something other than plain words may begin. */
const special = /[*_~`[\]<>!\\|&#=@]|^\s*\d/m;

/** The beginning of `text`, as it was written. */
export function settledMarkdown(text: string): string {
  const tokens = tokensOf(text).map(known);
  const last = tokens.findLastIndex(({ type }) => type !== "space");
  const open = tokens[last];
  if (open === undefined) return "";
  const whole = tokens.slice(0, last).map(({ raw }) => raw);
  const isOver = /\n\s*\n$/.test(text) && open.type !== "list" && open.type !== "code";
  const plain = open.type === "paragraph" ? plainStart(open.raw) : "";
  return [...whole, isOver ? open.raw : plain].join("").trimEnd();
}

function tokensOf(text: string): readonly Token[] {
  try {
    return marked.lexer(text);
  } catch {
    return []; // nested beyond what the parser takes
  }
}

/** Up to the first sign that may format something or lead somewhere, to the end of a word. */
function plainStart(paragraph: string): string {
  const sign = paragraph.search(special);
  const [first] = splitAtAddresses(paragraph);
  const plain = first === undefined || first.isAddress ? 0 : first.text.length;
  const words = paragraph.slice(0, Math.min(sign < 0 ? paragraph.length : sign, plain));
  return words === paragraph ? words : wholeWords(words);
}
