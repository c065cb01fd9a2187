// Where the gateway decides: one transaction per decision, and after its commit the bells and hints that follow from it.
//
//   G1  Nothing is rung, hinted or delivered before the decision is committed; losing all of that loses no work (I7).
//   G2  Bells come first: somebody waits for the run. Logs, traces and delivery take their time after that.

import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Bell, Hint } from "../domain/bell.ts";
import type { PersonKey, RunId } from "../domain/ids.ts";
import type { Utterance } from "../domain/outbox.ts";
import type { ConsentDeps } from "../grants/consent-deps.ts";
import type { QuietHours } from "../domain/quiet-hours.ts";
import type { Run } from "../domain/run.ts";
import type { Queue } from "../queue/contract.ts";
import type { Store, Tx, WriteHow } from "../store/contract.ts";
import type { Noted } from "./noted.ts";

/** Where `reader` finds the page of a run; undefined where they could not say there who they are. */
export type DetailsAt = (run: RunId, reader: PersonKey) => string | undefined;

/** What a decision works with. Only inside `Desk.decide`. */
export interface Decision {
  readonly tx: Tx;
  readonly now: number;
  /** Puts it in the outbox; the same key twice is said once. */
  say(utterance: Utterance): Promise<void>;
  /** Has the run looked at as it is now, after the commit. `priority` is what lies ahead of it, if the caller knows. */
  ring(run: Rung, priority?: number): Promise<void>;
  /** Promises the run's next word, so that the supervisor speaks up if it does not come (I13). */
  promise(run: RunId): Promise<void>;
  hint(hint: Hint): void;
  /** When people are to be left alone; absent where they never are. */
  readonly quietHours?: QuietHours;
  /** Where people's accounts are connected; absent where they can't be. */
  readonly accounts?: ConsentDeps | undefined;
  readonly detailsAt?: DetailsAt;
  /** Shown after the commit in logs, traces and measures. */
  note(what: Noted): void;
}

/** What a bell says of a run, and whose turn that is. */
type Rung = Pick<Run, "id" | "segment" | "tenant" | "subject">;

export interface Desk {
  decide<T>(fn: (decision: Decision) => Promise<T>): Promise<T>;
  /**
   * For what somebody is to be answered: resolves when the decision is committed, whatever becomes of its bells; `carriedOut`
   * never rejects for them.
   */
  commit<T>(fn: (decision: Decision) => Promise<T>): Promise<Committed<T>>;
  read<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface Committed<T> {
  readonly result: T;
  readonly carriedOut: Promise<void>;
}

export interface DeskDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly failpoint: Failpoints;
  readonly log: Logger;
  /** Called after a commit that had something to say. */
  readonly kick: () => void;
  /** How long a run may be silent. */
  readonly checkInMs: number;
  readonly quietHours?: QuietHours | undefined;
  /** Asked when it is needed: consents are decided on this desk as well. */
  readonly accounts?: () => ConsentDeps | undefined;
  readonly detailsAt?: DetailsAt | undefined;
  /** Told of what was decided, after its commit. */
  readonly noted?: (what: Noted) => void;
}

interface Aftermath {
  said: boolean;
  readonly bells: Map<RunId, Bell>;
  readonly hints: Hint[];
  readonly notes: Noted[];
}

export function createDesk(deps: DeskDeps): Desk {
  const made = async <T>(fn: (d: Decision) => Promise<T>, how?: WriteHow): Promise<Committed<T>> => {
    const now = deps.clock.now();
    const { result, after } = await deps.store.write(async (tx) => {
      const after: Aftermath = { said: false, bells: new Map(), hints: [], notes: [] };
      const result = await fn(decisionOn(tx, now, after, deps));
      await deps.failpoint("decision.in-commit");
      return { result, after };
    }, how);
    if (after.notes.some(isDecided)) await deps.failpoint("approval.decided");
    await deps.failpoint("intake.after-route");
    return { result, carriedOut: carryOut(deps, after) };
  };
  return {
    read: (fn) => deps.store.read(fn),
    commit: (fn) => made(fn, { awaited: true }),
    async decide(fn) {
      const { result, carriedOut } = await made(fn);
      await carriedOut;
      return result;
    },
  };
}

function isDecided(what: Noted): boolean {
  return what.kind === "approval" && (what.outcome === "approved" || what.outcome === "denied");
}

function decisionOn(tx: Tx, now: number, after: Aftermath, deps: DeskDeps): Decision {
  const { checkInMs, quietHours, detailsAt } = deps;
  return {
    tx,
    now,
    get accounts() {
      return deps.accounts?.();
    },
    ...(quietHours ? { quietHours } : {}),
    ...(detailsAt ? { detailsAt } : {}),
    async say(utterance) {
      if (await tx.outbox.add(utterance, now)) after.said = true;
    },
    async ring(run, priority) {
      const ahead = priority ?? (await tx.runs.priority(run.tenant, run.subject));
      after.bells.set(run.id, { run: run.id, segment: run.segment, priority: ahead });
    },
    promise: (run) => tx.runs.promise(run, now + checkInMs),
    hint: (hint) => void after.hints.push(hint),
    note: (what) => void after.notes.push(what),
  };
}

async function carryOut(deps: DeskDeps, after: Aftermath): Promise<void> {
  const rung = ringAll(deps, after.bells.values()); // G2
  if (after.said) {
    deps.kick();
    deps.queue.hint({ kind: "outbox" });
  }
  for (const what of after.notes) deps.noted?.(what);
  for (const hint of after.hints) deps.queue.hint(hint);
  await rung;
}

/** Never rejects. */
async function ringAll(deps: DeskDeps, bells: Iterable<Bell>): Promise<void> {
  for (const bell of bells) {
    try {
      await deps.queue.ring(bell);
      await deps.failpoint("queue.after-ring");
    } catch (error) {
      deps.log.warn("A bell could not be rung; the sweeper will ring it", {
        run: bell.run,
        error: errorText(error),
      });
    }
  }
}
