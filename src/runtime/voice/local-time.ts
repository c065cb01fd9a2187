// Times in words, for the person who reads them.

/** `14:07 GMT+1`: in the zone of the person it is about, in UTC where that is unknown or not a zone. */
export function clockTime(ms: number, timeZone: string | undefined): string {
  const options = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" } as const;
  const date = new Date(ms);
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: timeZone ?? "UTC" }).format(date);
  } catch {
    // a platform told a zone that this machine's tables don't have
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(date);
  }
}
