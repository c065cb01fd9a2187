// Microsoft's library prints the key that a bad signature was held against. Whoever sends one would write into what an operator
// keeps of this process.

// oxlint-disable no-console -- nothing is printed here: something is kept from it

import { AsyncLocalStorage } from "node:async_hooks";

const inside = new AsyncLocalStorage<true>();
const gates = new WeakSet<typeof console.error>();

/** What `work` prints as an error is dropped; what others print meanwhile is not. */
export function unprinted<T>(work: () => Promise<T>): Promise<T> {
  const print = console.error;
  if (!gates.has(print)) {
    const gate: typeof console.error = (...words) => {
      if (inside.getStore() !== true) print(...words);
    };
    gates.add(gate);
    console.error = gate;
  }
  return inside.run(true, work);
}
