// How a shell command reads, for people who look at it and for the rule that asks where it can't be read (POL-7).
//
//   SH1  Nothing is allowed because of what is found here: what a command may do is decided by the sandbox it runs in.
//   SH2  Text that does not end what it begins (quotes, brackets, here-documents) is unreadable, whatever bash makes of it.

export type ShellReading =
  | { readonly kind: "read"; readonly programs: readonly string[]; readonly concerns: readonly string[] }
  | { readonly kind: "unreadable"; readonly why: string };

const concernsOf: readonly (readonly [programs: ReadonlySet<string>, sentence: string])[] = [
  [new Set(["rm", "rmdir", "unlink", "shred", "truncate"]), "It deletes or empties files."],
  [
    new Set(["eval", "source", ".", "sh", "bash", "dash", "zsh", "xargs"]),
    "It runs text as a further command.",
  ],
  [
    new Set([
      "curl",
      "wget",
      "ssh",
      "scp",
      "nc",
      "ncat",
      "socat",
      "ftp",
      "rsync",
      "pip",
      "pip3",
      "npm",
      "npx",
    ]),
    "It wants the network.",
  ],
  [
    new Set(["sudo", "su", "doas", "chroot", "mount", "unshare", "nsenter"]),
    "It wants more rights than it has.",
  ],
];
const decidedLater = "Which program it runs is decided while it runs.";

/** Words that are followed by a command. */
const leading = new Set([
  "if",
  "then",
  "else",
  "elif",
  "while",
  "until",
  "do",
  "{",
  "!",
  "time",
  "exec",
  "command",
]);
/** Words that take others which are no commands, up to the end of the line or `;`. */
const taking = new Set(["for", "select", "function", "case", "in"]);
const closing = new Set(["fi", "done", "esac", "}", "[[", "]]"]);

export function readShell(text: string): ShellReading {
  const reader = new ShellReader(text);
  try {
    reader.list(undefined);
  } catch (error) {
    if (error instanceof Unreadable) return { kind: "unreadable", why: error.message };
    throw error;
  }
  const programs = [...reader.programs];
  const concerns = concernsOf.filter(([which]) => programs.some((name) => which.has(baseName(name))));
  return {
    kind: "read",
    programs: programs.filter((name) => name !== ""),
    concerns: [...concerns.map(([, sentence]) => sentence), ...(programs.includes("") ? [decidedLater] : [])],
  };
}

/** Brackets within brackets; nobody writes more for others to read. */
const deepest = 100;

class Unreadable extends Error {}

function baseName(program: string): string {
  return program.split("/").at(-1) ?? program;
}

interface State {
  wantsProgram: boolean;
  /** Words up to the next separator are no commands. */
  isTaking: boolean;
}

interface Word {
  readonly text: string;
  /** A part of it is only known when it runs. */
  readonly isOpen: boolean;
  readonly isQuoted: boolean;
}

class ShellReader {
  /** "" for one that is decided later. */
  readonly programs = new Set<string>();
  readonly #text: string;
  #at = 0;
  #cases = 0;
  #backquotes = 0;
  #depth = 0;
  #hereDocuments: { end: string; stripsTabs: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Commands up to `end`, which is taken as well. */
  list(end: ")" | "`" | undefined): void {
    const state: State = { wantsProgram: true, isTaking: false };
    this.#enter();
    if (end === "`") this.#backquotes += 1;
    for (let sign = this.#text[this.#at]; sign !== end; sign = this.#text[this.#at]) {
      if (sign === undefined)
        throw new Unreadable(`a ${end === ")" ? "bracket" : "backquote"} is not closed`);
      this.#piece(sign, state);
    }
    if (end === "`") this.#backquotes -= 1;
    if (end === undefined && this.#hereDocuments.length > 0)
      throw new Unreadable("a here-document does not end");
    this.#depth -= 1;
    this.#at += 1;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > deepest) throw new Unreadable("its brackets do not end before they are too deep");
  }

  #piece(sign: string, state: State): void {
    if (sign === " " || sign === "\t") this.#at += 1;
    else if (sign === "#") this.#until("\n");
    else if ("\n;&|)".includes(sign)) this.#separator(sign, state);
    else if (sign === "(") {
      this.#at += 1;
      this.list(")");
    } else if ("<>".includes(sign)) this.#redirection();
    else this.#commandWord(state);
  }

  #separator(sign: string, state: State): void {
    this.#at += 1;
    if (sign === ")" && this.#cases === 0) throw new Unreadable("a bracket is closed that was not opened");
    if (sign === "\n") this.#skipHereDocuments();
    state.wantsProgram = true;
    // After `;;` a pattern follows, which ends with a bracket.
    state.isTaking = sign === ";" && this.#text[this.#at] === ";" && this.#cases > 0;
    if (state.isTaking) this.#at += 1;
  }

  #commandWord(state: State): void {
    const word = this.#word();
    if (word.text === "esac" && !word.isQuoted) state.isTaking = false;
    if (!state.wantsProgram || state.isTaking) return;
    if (taking.has(word.text) && !word.isQuoted) state.isTaking = true;
    state.wantsProgram = this.#begin(word);
  }

  /** True if the next word is still a candidate for the program. */
  #begin({ text, isOpen, isQuoted }: Word): boolean {
    if (!isQuoted) {
      if (text === "case") this.#cases += 1;
      if (text === "esac" && this.#cases > 0) this.#cases -= 1;
      if (leading.has(text)) return true;
      if (closing.has(text) || taking.has(text)) return false;
    }
    if (/^[A-Za-z_]\w*\+?=/.test(text)) return true;
    this.programs.add(isOpen ? "" : text);
    return false;
  }

  #word(): Word {
    const from = this.#at;
    let whole: Word = { text: "", isOpen: false, isQuoted: false };
    for (let sign = this.#text[this.#at]; sign !== undefined; sign = this.#text[this.#at]) {
      if (" \t\n;&|()<>".includes(sign) || (sign === "`" && this.#backquotes > 0)) break;
      const { text, isOpen, isQuoted } = this.#part(sign);
      whole = {
        text: whole.text + text,
        isOpen: whole.isOpen || isOpen,
        isQuoted: whole.isQuoted || isQuoted,
      };
    }
    if (this.#at === from && this.#text[from] === "`") throw new Unreadable("a bracket is not closed");
    return whole;
  }

  #part(sign: string): Word {
    switch (sign) {
      case "\\":
        this.#at += 2;
        return { text: this.#text[this.#at - 1] ?? "", isOpen: false, isQuoted: true };
      case "'":
        return { text: this.#single(), isOpen: false, isQuoted: true };
      case '"': {
        const from = this.#at + 1;
        const isOpen = this.#double();
        return { text: isOpen ? "" : this.#text.slice(from, this.#at - 1), isOpen, isQuoted: true };
      }
      case "$":
      case "`":
        this.#expansion();
        return { text: "", isOpen: true, isQuoted: false };
      default:
        this.#at += 1;
        if (sign === "=" && this.#text[this.#at] === "(") this.#array();
        return { text: sign, isOpen: false, isQuoted: false };
    }
  }

  #array(): void {
    this.#enter();
    this.#at += 1;
    while (this.#text[this.#at] !== ")") {
      if (this.#text[this.#at] === undefined) throw new Unreadable("a bracket is not closed");
      if (" \t\n".includes(this.#text[this.#at] ?? "")) this.#at += 1;
      else if (this.#word().text === "" && "();&|<>".includes(this.#text[this.#at] ?? ";")) this.#at += 1;
    }
    this.#depth -= 1;
    this.#at += 1;
  }

  #single(): string {
    const from = this.#at + 1;
    this.#at = from;
    this.#until("'", "a quote is not closed");
    const text = this.#text.slice(from, this.#at);
    this.#at += 1;
    return text;
  }

  /** True if something in it is only known when it runs. */
  #double(): boolean {
    this.#at += 1;
    let isOpen = false;
    for (;;) {
      const sign = this.#text[this.#at];
      if (sign === undefined) throw new Unreadable("a quote is not closed");
      if (sign === '"') break;
      if (sign === "\\") this.#at += 2;
      else if (sign === "$" || sign === "`") {
        isOpen = true;
        this.#expansion();
      } else this.#at += 1;
    }
    this.#at += 1;
    return isOpen;
  }

  #expansion(): void {
    const [sign, next] = [this.#text[this.#at], this.#text[this.#at + 1]];
    this.#at += 1;
    if (sign === "`") return this.list("`");
    if (next === "(") {
      this.#at += 1;
      return this.list(")");
    }
    if (next === "'") {
      this.#single();
      return;
    }
    if (next === "{") {
      this.#until("}", "a bracket is not closed");
      this.#at += 1;
    }
  }

  #redirection(): void {
    const found = /^(?:<<(-?)(?!<)|<<<|[<>]\(|[<>]+[&|]?)/.exec(this.#text.slice(this.#at, this.#at + 8));
    const operator = found?.[0] ?? "";
    this.#at += Math.max(1, operator.length);
    if (operator.endsWith("(")) return this.list(")");
    while (" \t".includes(this.#text[this.#at] ?? "x")) this.#at += 1;
    const { text } = this.#word();
    if (operator === "<<" || operator === "<<-")
      this.#hereDocuments.push({ end: text, stripsTabs: operator === "<<-" });
  }

  #skipHereDocuments(): void {
    for (const { end, stripsTabs } of this.#hereDocuments.splice(0)) {
      let line: string | undefined;
      while ((stripsTabs ? line?.replace(/^\t+/, "") : line) !== end) {
        if (this.#at >= this.#text.length) throw new Unreadable("a here-document does not end");
        const from = this.#at;
        this.#until("\n");
        line = this.#text.slice(from, this.#at);
        this.#at += 1;
      }
    }
  }

  #until(sign: string, otherwise?: string): void {
    const found = this.#text.indexOf(sign, this.#at);
    if (found === -1 && otherwise !== undefined) throw new Unreadable(otherwise);
    this.#at = found === -1 ? this.#text.length : found;
  }
}
