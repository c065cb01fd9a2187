// One tenant's events as they are read, in whatever order they come (AUD-5).
//
//   TC1  An event that is not what its hash says, does not follow the one before it, or comes twice or out of turn, was altered.
//        One that never comes is a gap. Both are named by sequence; the lowest is the first.
//   TC2  After the first bad event nothing is concluded from those that follow but whether a missing one comes after all.

import { type EventLine, hashOfEvent, noHash } from "../domain/audit-line.ts";
import { HashLedger } from "./hash-ledger.ts";

export type Fault = "altered" | "gap" | "signature";

export interface BadPlace {
  readonly fault: Fault;
  readonly seq: number;
  readonly why: string;
}

export class TenantChain {
  events = 0;
  /** How many payloads were erased, as the events say. */
  erased = 0;
  #hashes: HashLedger | undefined;
  /** What the first event follows. */
  #before = noHash;
  #head = noHash;
  #bad: BadPlace | undefined;
  #missing: { readonly from: number; readonly to: number } | undefined;

  /** `line` is where `event` was read from. */
  add(event: EventLine, line: string): void {
    this.events += 1;
    if (event.type === "audit.erased") this.erased += 1;
    if (this.#missing && event.seq >= this.#missing.from && event.seq <= this.#missing.to)
      this.#fail("altered", this.#missing.from, "events are not in their order");
    if (this.#bad) return; // TC2
    const { hash } = event;
    const ledger = (this.#hashes ??= this.#begin(event));
    const next = ledger.last + 1;
    if (hashOfEvent(line, event) !== hash) {
      const seq = Math.min(event.seq, next); // its number may be what was changed
      this.#fail("altered", seq, `event ${seq} is not what its hash says`);
    } else if (this.#missing) {
      return; // TC2
    } else if (event.seq > next) {
      this.#missing = { from: next, to: event.seq - 1 };
    } else if (event.seq < next) {
      this.#fail("altered", event.seq, `event ${event.seq} comes again`);
    } else if (event.prev_hash !== this.#head) {
      this.#fail("altered", event.seq, `event ${event.seq} does not follow the one before it`);
    } else {
      ledger.add(hash);
      this.#head = hash;
    }
  }

  /** What is wrong with the events alone. */
  get bad(): BadPlace | undefined {
    if (this.#bad) return this.#bad;
    const missing = this.#missing;
    if (!missing) return undefined;
    const which =
      missing.from === missing.to
        ? `event ${missing.from} is`
        : `events ${missing.from} to ${missing.to} are`;
    return { fault: "gap", seq: missing.from, why: `${which} missing` };
  }

  get first(): number {
    return this.#hashes?.first ?? 1;
  }

  /** The last event that follows from the first. */
  get last(): number {
    return this.#hashes?.last ?? 0;
  }

  get head(): string {
    return this.#head;
  }

  /** The hash at `seq`, with that before the first event; absent where it is not known. */
  hashAt(seq: number): string | undefined {
    return seq === this.first - 1 ? this.#before : this.#hashes?.at(seq);
  }

  #begin(event: EventLine): HashLedger {
    if (event.seq > 1) {
      this.#before = event.prev_hash;
      this.#head = event.prev_hash;
    }
    return new HashLedger(event.seq);
  }

  #fail(fault: Fault, seq: number, why: string): void {
    if (!this.#bad || seq < this.#bad.seq) this.#bad = { fault, seq, why };
  }
}
