// Work that must be over before what it works on is given back.

export interface Gate {
  /** Runs `act`, unless the gate is shut: then `refused` is thrown. */
  pass<T>(act: () => Promise<T>): Promise<T>;
  /** Lets nothing more in and resolves when what is inside has settled. */
  shut(): Promise<void>;
}

export function createGate(refused: () => Error): Gate {
  let inside = 0;
  let isShut = false;
  let emptied: () => void = () => undefined;
  const empty = new Promise<void>((resolve) => {
    emptied = resolve;
  });
  return {
    async pass(act) {
      if (isShut) throw refused();
      inside += 1;
      try {
        return await act();
      } finally {
        inside -= 1;
        if (isShut && inside === 0) emptied();
      }
    },
    async shut() {
      isShut = true;
      if (inside === 0) emptied();
      await empty;
    },
  };
}
