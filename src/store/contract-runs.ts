// Runs, as everything above the store asks for them: made, claimed, moved on, ended, watched.
//
// Owns: the shape of the questions. Does not own: transactions and fences (contract.ts, S1 to S6).

import type { Bell } from "../domain/bell.ts";
import type { Budget, Spent } from "../domain/budget.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { CutSteps } from "../domain/going-on.ts";
import type { ConversationId, PersonKey, RunId, ScheduleId, TenantId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { Lease, Run, RunMode, RunOutcome, RunState, TerminalRunState } from "../domain/run.ts";
import type { TaintMarks } from "../domain/taint.ts";
import type { TroubledRun } from "../domain/trouble.ts";

export interface NewRun {
  readonly id: RunId;
  readonly tenant: TenantId;
  readonly conversation: ConversationId;
  readonly agent: string;
  readonly subject: PersonKey;
  readonly subjectName: string;
  readonly mode: RunMode;
  readonly goal: string;
  readonly title: string;
  readonly budget: Budget;
  readonly continues?: RunId;
  readonly schedule?: ScheduleId;
  /** See `Run`. */
  readonly through?: string;
  /** What its request brings along; untainted when absent. */
  readonly taint?: TaintMarks;
  readonly now: number;
}

export interface RunPatch {
  readonly title?: string;
  readonly plan?: Plan;
  readonly opening?: string;
  readonly budget?: Budget;
  readonly contextBase?: number;
  readonly finishing?: boolean;
  readonly checkInAt?: number;
  /** All of them: marks are raised by who patches (TA1). */
  readonly taint?: TaintMarks;
}

export interface ClaimLimits {
  /** Runs with a live lease that one person may have at once. */
  readonly perPerson: number;
  readonly perTenant: number;
}

export type ClaimResult =
  | {
      readonly kind: "claimed";
      readonly run: Run;
      readonly lease: Lease;
      /** The last owner never let go: work in a fresh folder made from the last manifest. */
      readonly takenOver: boolean;
    }
  /** Not runnable, already leased, or gone: drop the bell. */
  | { readonly kind: "nothing" }
  /** Runnable, but person or tenant has its share, or another run is at work in its folder: it is rung when one ends. */
  | { readonly kind: "capped" };

export interface RunFilter {
  readonly states?: readonly RunState[];
  readonly conversation?: ConversationId;
  readonly subject?: PersonKey;
  /** The one that went on from this run's journal, if there is one. */
  readonly continues?: RunId;
  readonly limit: number;
}

/** Where a list of runs goes on: after this one. */
export interface RunMark {
  readonly createdAt: number;
  readonly id: RunId;
}

/** What might be shown to a person: `subject`'s own runs, and what `agents` do in channels with rights of their own. */
export interface RunPageQuery {
  readonly subject: PersonKey;
  readonly agents: readonly string[];
  readonly states?: readonly RunState[] | undefined;
  readonly agent?: string | undefined;
  readonly channel?: string | undefined;
  readonly after?: RunMark | undefined;
  readonly limit: number;
}

export interface PlacedRun {
  readonly run: Run;
  readonly address: ConversationAddress;
}

export interface RunOnPage {
  readonly at: RunMark;
  /** Absent where the row can't be read: the page goes on behind it. */
  readonly placed: PlacedRun | undefined;
}

export interface RunRepository {
  /**
   * Undefined if the conversation has an active run already (I3), or another run went on from `continues`: unique
   * indexes decide.
   */
  create(run: NewRun): Promise<Run | undefined>;
  /**
   * Gives `run`, which is new, the journal of `from`, which has ended: steps, mail, answers, and what its row says of the
   * work. Steps in `cut` lose their result: those that had begun are taken up as after a crash (I5), the others as if
   * they had never been started.
   */
  adopt(run: RunId, from: RunId, cut: CutSteps): Promise<void>;
  /** Locks the run's row until the transaction ends: who locks it first decides first. */
  hold(run: RunId): Promise<void>;
  find(id: RunId): Promise<Run | undefined>;
  active(conversation: ConversationId): Promise<Run | undefined>;
  /** What is not over of a person's own, in all places, newest first. */
  activeOf(subject: PersonKey, limit: number): Promise<Run[]>;
  /** Newest first. */
  list(filter: RunFilter): Promise<Run[]>;
  /** Newest first, with where each is. */
  page(query: RunPageQuery): Promise<RunOnPage[]>;
  counts(): Promise<Readonly<Partial<Record<RunState, number>>>>;

  /** What the person's tenant has ahead of this person's next run, by round-robin among its people (I3). */
  priority(tenant: TenantId, subject: PersonKey): Promise<number>;
  /**
   * Takes the run if it is `queued` (or `working` with an expired lease) and due, its bell's segment is the
   * current one, no brake holds it up and the limits allow it: raises the epoch, sets `working`, counts a barren claim where it takes over from an owner that never let go.
   * Such a run is taken again after a pause and, of several, alone (RC4 of run-claiming.ts). Raises the segment, too: the bell of a run that is taken over later has a name that no dead worker's queue job holds.
   */
  claim(
    bell: Pick<Bell, "run" | "segment">,
    owner: string,
    leaseMs: number,
    limits: ClaimLimits,
    now: number,
  ): Promise<ClaimResult>;
  /** The fence (S5). Moves the cursor from `from` to `to`, stores `spent`, clears retries and barren claims. */
  advance(lease: Lease, from: number, to: number, spent: Spent): Promise<Fenced>;
  /** Other columns of a run that the caller has fenced in this transaction. */
  patch(run: RunId, patch: RunPatch): Promise<void>;
  /** `working → waiting`, lease released, next segment. Fenced. */
  park(lease: Lease, wakeAt: number | undefined): Promise<void>;
  /** `working → queued`, lease released, next segment; `wakeAt` for back-off, with `retries` counted up. Fenced. */
  requeue(lease: Lease, wakeAt: number | undefined, retries: number): Promise<void>;
  /** Ends a run under its lease: `working → state`. Fenced. Cancels its open waits. */
  settle(lease: Lease, state: TerminalRunState, outcome: RunOutcome, now: number): Promise<void>;
  /** Ends a run that nobody works on: `queued | waiting → state`. False if it is leased or ended. Cancels waits. */
  settleIdle(run: RunId, state: TerminalRunState, outcome: RunOutcome, now: number): Promise<boolean>;
  /** `waiting → queued`, next segment, which it returns. Undefined if it was not waiting. */
  wake(run: RunId): Promise<number | undefined>;
  /** Marks a working run to be stopped. False if it is not active. */
  requestStop(run: RunId, by: PersonKey): Promise<boolean>;
  /**
   * `working → stopped` over the head of a worker that does not obey: only where a stop was asked for. What the worker
   * writes from then on is refused (I8). Cancels waits.
   */
  settleUnheard(run: RunId, outcome: RunOutcome, now: number): Promise<boolean>;

  /** Leases that are to be kept: those of `owner` among `runs` that still hold get `until`; returns their ids. */
  renew(owner: string, runs: readonly RunId[], until: number): Promise<RunId[]>;
  /** What a worker must know each second of the runs it holds. */
  watch(runs: readonly RunId[]): Promise<readonly WatchedRun[]>;
  /** Owners of live leases, for the supervisor. */
  leaseOwners(now: number): Promise<string[]>;
  /** Makes the leases of a dead owner claimable at once; returns how many. */
  expireLeases(owner: string, now: number): Promise<number>;
  /** Runs that are queued and held up, and in whose thread that has not been said: under the key `held:<run>:<brake>`. */
  heldUp(limit: number): Promise<HeldUpRun[]>;
  /**
   * Runs that could be worked on now and have no live lease, at most `perPerson` (less what is leased) of each
   * person, fair order, with their priority: what the sweeper rings.
   */
  runnable(now: number, limits: ClaimLimits, limit: number): Promise<Bell[]>;
  /** `waiting` runs whose `wakeAt` has come. */
  dueWaiting(now: number, limit: number): Promise<RunId[]>;
  /** Runs whose promise is broken: active, and `checkInAt` has passed (I13). */
  overdue(now: number, limit: number): Promise<Run[]>;
  /** Sets the next promise of a run; used by whoever spoke. */
  promise(run: RunId, checkInAt: number | undefined): Promise<void>;
  /** Active runs whose last call of the model failed, the longest there first. */
  troubled(limit: number): Promise<TroubledRun[]>;
}

export interface Fenced {
  /** A stop that was asked for before this commit: no act may begin after it. */
  readonly stopRequestedBy?: PersonKey;
}

export interface HeldUpRun {
  readonly run: RunId;
  readonly brake: string;
}

export interface WatchedRun {
  readonly run: RunId;
  readonly epoch: number;
  readonly leaseOwner?: string;
  readonly stopRequestedBy?: PersonKey;
  /** An operator holds it up (BK1). */
  readonly heldUp: boolean;
  /** Highest mailbox row. */
  readonly mail: number;
}
