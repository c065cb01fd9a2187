// A clock that all processes of the machine share.

/** Nanoseconds. */
export function machineNow() {
  return process.hrtime.bigint();
}

export function msBetween(from, to) {
  return Number(to - from) / 1e6;
}
