// What an operator holds up (OPS-1), and whom an installation no longer serves (OPS-2).
//
//   BK1  A brake is a row while it is pulled. New acts under it end within five seconds, in every process; what runs is parked or
//        stopped, nothing is lost.

import type { Run } from "./run.ts";

export const brakeKinds = ["all", "tenant", "agent", "person", "tool"] as const;
export type BrakeKind = (typeof brakeKinds)[number];

export interface Brake {
  readonly id: string;
  readonly kind: BrakeKind;
  /** Of an agent, tenant, person or tool; empty for `all`. */
  readonly name: string;
  /** A person key, `cli:<os user>`, or `system`. */
  readonly pulledBy: string;
  readonly pulledAt: number;
}

/** Is the run held up as a whole? A tool's brake is for its calls. */
export function holdsUp(
  { kind, name }: Brake,
  { agent, tenant, subject }: Pick<Run, "agent" | "tenant" | "subject">,
): boolean {
  switch (kind) {
    case "all":
      return true;
    case "agent":
      return name === agent;
    case "tenant":
      return name === tenant;
    case "person":
      return name === subject;
    case "tool":
      return false;
    default:
      return kind satisfies never;
  }
}
