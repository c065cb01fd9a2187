// What reaches a run while it is there: read at the next safe point, in order.

import type { PersonKey, RunId } from "./ids.ts";
import type { InboundFile } from "./inbound.ts";

/** `steer` is from somebody who may steer; `overheard` is data with its author's name on it (I10). */
export type MailKind = "steer" | "overheard";

export interface Mail {
  readonly run: RunId;
  readonly seq: number;
  readonly kind: MailKind;
  readonly from: PersonKey;
  readonly fromName: string;
  readonly text: string;
  readonly files: readonly InboundFile[];
  /** The platform's message id, for the reaction that says it was taken in. */
  readonly messageId: string;
  readonly sentAt: number;
  /** The model step that read it first. */
  readonly consumedBy?: number;
}
