// Chance that can be had again: the same seed, the same numbers (mulberry32). `BENCH_SEED` sets another one.

export function chances(name) {
  const seed = process.env.BENCH_SEED ?? "1";
  let state = Array.from(`${seed} ${name}`).reduce(
    (hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 0x01000193),
    0x811c9dc5,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
