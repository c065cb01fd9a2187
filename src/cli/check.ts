// What a check of `deputy doctor` says (design 7).

export interface Check {
  readonly id: string;
  readonly group: string;
  readonly status: "pass" | "warn" | "fail" | "skip";
  readonly observed: string;
  readonly fix: string;
}
