// One after the other: what must not overlap within one holder.

export type Serially = <T>(act: () => Promise<T>) => Promise<T>;

/** Acts run in the order they were handed in; one that fails does not hold up the next. */
export function createSerially(): Serially {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const next = last.then(act, act);
    last = next.catch(() => undefined);
    return next;
  };
}
