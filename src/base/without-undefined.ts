/** The members that are there: what may be left out must not be there as `undefined`. */
export function withoutUndefined<T extends object>(values: T): WithoutUndefined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- entries of the same object
  return Object.fromEntries(entries) as WithoutUndefined<T>;
}

type WithoutUndefined<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & { [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined> };
