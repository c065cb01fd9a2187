// What goes wrong on demand: faults for the next calls of a method, methods that are switched off.

import type { FakeFault } from "../types.ts";

export interface Faults {
  add(method: string, fault: FakeFault, times: number): void;
  /** Takes the fault of this call, if there is one left. */
  take(method: string): FakeFault | undefined;
  clear(): void;
  switchOff(method: string, error: string): void;
  switchOn(method: string): void;
  /** The error that a method answers that is switched off. */
  offAs(method: string): string | undefined;
  /** Resolves when hanging calls are let go. */
  released(): Promise<void>;
}

export function createFaults(): Faults {
  const left = new Map<string, FakeFault[]>();
  const off = new Map<string, string>();
  let letGo: (() => void)[] = [];
  return {
    add(method, fault, times) {
      const more = Array.from({ length: times }, () => fault);
      left.set(method, [...(left.get(method) ?? []), ...more]);
    },
    take: (method) => left.get(method)?.shift(),
    clear() {
      left.clear();
      for (const release of letGo) release();
      letGo = [];
    },
    switchOff: (method, error) => void off.set(method, error),
    switchOn: (method) => void off.delete(method),
    offAs: (method) => off.get(method),
    released: () => new Promise((resolve) => void letGo.push(resolve)),
  };
}
