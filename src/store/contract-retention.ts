// What leaves when nobody has worked on it for long enough: workspaces, their versions, and the blobs that nothing else refers to.
//
//   RN1  A workspace is idle when none of the conversations that share it has a run that is not over, or one that ended, a message or a
//        version since `before`. It leaves only while it is.
//   RN2  What has left is in no listing and no `latest`. Its rows stay until its blobs are dealt with.
//   RN3  Whatever else needs a blob has its name in what `versionsKept` and `textsKept` give: read in that order and to their ends,
//        they miss nothing that was committed before.

import type { TenantId } from "../domain/ids.ts";

export interface IdleWorkspace {
  readonly tenant: TenantId;
  readonly workspace: string;
}

export interface LeavingWorkspace extends IdleWorkspace {
  /** What `setAside` and `forget` know it by. */
  readonly name: string;
  /** Since when its blobs are set aside. */
  readonly asideAt: number | undefined;
  readonly digests: readonly string[];
}

export interface KeptVersion {
  readonly workspace: string;
  readonly seq: number;
  readonly digest: string;
  /** Of all its files together. */
  readonly sizeBytes: number;
}

/** In the order in which they are to be read: what is withheld is posted, and never the other way round. */
export const keptTexts = ["withheld", "outbox", "steps"] as const;
export type KeptTexts = (typeof keptTexts)[number];

export interface TextPage {
  readonly texts: readonly string[];
  /** Where it goes on; absent at the end. */
  readonly next: string | undefined;
}

export interface RetentionRepository {
  /** By name, those after `after` (RN1, but for what is looked at when they leave). */
  idle(before: number, after: string, limit: number): Promise<IdleWorkspace[]>;
  /** How many versions left; none where it is idle no more (RN1). */
  letGo(workspace: string, before: number, now: number): Promise<number>;
  leaving(limit: number): Promise<LeavingWorkspace[]>;
  setAside(name: string, at: number): Promise<void>;
  forget(name: string): Promise<void>;
  /** Versions that have not left, by workspace and number, after `after`. */
  versionsKept(
    after: Pick<KeptVersion, "workspace" | "seq"> | undefined,
    limit: number,
  ): Promise<KeptVersion[]>;
  /** Texts that may name blobs. What was posted or withheld before `before`, and is done with, holds none. */
  textsKept(of: KeptTexts, before: number, after: string): Promise<TextPage>;
}
