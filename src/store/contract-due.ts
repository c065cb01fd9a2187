// Whether there is something to do about rows that are looked at each second, of several kinds at once.
//
//   DU1  Of a kind that is not named the scan behind it finds nothing at that time. Of one that is named it may find nothing, too.

/**
 * `wake`: runs whose time to go on has come. `expire` and `nudge`: waits. `work`: runs that are not waiting and not over. `checkpoint`:
 * events that no checkpoint is of, or checkpoints that are in no anchor file. `brake`: brakes that are pulled. `trouble`: troubles that
 * are told, or runs whose last try failed. `consent`, `outlived`, `undestroyed`: as the scans of that name. `say`: what is unsent.
 */
export type DueKind =
  | "wake"
  | "expire"
  | "nudge"
  | "work"
  | "checkpoint"
  | "brake"
  | "trouble"
  | "consent"
  | "outlived"
  | "undestroyed"
  | "say";

export interface DueRepository {
  /** One statement, however many kinds. */
  among(kinds: readonly DueKind[], now: number): Promise<ReadonlySet<DueKind>>;
}
