// The hashes of one tenant's events in order, for the checkpoints that come after them: 32 bytes an event.

const bytesEach = 32;

export class HashLedger {
  /** Sequence of the first event. */
  readonly first: number;
  #bytes: Buffer;
  #count = 0;

  constructor(first: number) {
    this.first = first;
    this.#bytes = Buffer.alloc(1_024 * bytesEach);
  }

  get last(): number {
    return this.first + this.#count - 1;
  }

  /** The hash of the next event, in hex. */
  add(hash: string): void {
    const at = this.#count * bytesEach;
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(at)]);
    this.#bytes.write(hash, at, "hex");
    this.#count += 1;
  }

  /** Absent where the event is not there. */
  at(seq: number): string | undefined {
    if (seq < this.first || seq > this.last) return undefined;
    const from = (seq - this.first) * bytesEach;
    return this.#bytes.toString("hex", from, from + bytesEach);
  }
}
