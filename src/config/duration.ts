// Durations as people write them: `90s`, `30m`, `24h`, or a plain number in the unit of the setting's name.

const durationUnits = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  /** 365 days. */
  y: 365 * 86_400_000,
} as const;
export type DurationUnit = keyof typeof durationUnits;

/** Milliseconds, or `undefined` if `text` is no duration. Without `plainUnit` a bare number is none. */
export function parseDuration(text: string, plainUnit?: DurationUnit): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d|w|y)?$/.exec(text.trim().toLowerCase());
  const unit = match?.[2] ?? plainUnit;
  if (match === null || !isUnit(unit)) return undefined;
  const ms = Math.round(Number(match[1]) * durationUnits[unit]);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** `90000` as `90s`: the largest unit that divides it. */
export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    if (ms !== 0 && ms % durationUnits[unit] === 0) return `${ms / durationUnits[unit]}${unit}`;
  }
  return `${ms}ms`;
}

function isUnit(unit: string | undefined): unit is DurationUnit {
  return unit !== undefined && unit in durationUnits;
}
