// What a check of `deputy doctor` says (design 7).

/** What one look came to; where and what was looked at is said by who looked. */
export type Finding = Pick<Check, "status" | "observed"> & { readonly fix?: string };

export interface Check {
  readonly id: string;
  readonly group: string;
  readonly status: "pass" | "warn" | "fail" | "skip";
  readonly observed: string;
  readonly fix: string;
}
