// A value that does not print (RED-1): strings, JSON and inspection show a fingerprint only.

import { createHash } from "node:crypto";
import { inspect } from "node:util";

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Only for the code that hands it to the outside service it belongs to. */
  reveal(): string {
    return this.#value;
  }

  fingerprint(): string {
    return createHash("sha256").update(this.#value).digest("hex").slice(0, 8);
  }

  toString(): string {
    return `[secret:${this.fingerprint()}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
