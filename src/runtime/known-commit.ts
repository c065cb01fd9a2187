// A step's commit whose fate is not known is looked up at once (store/in-doubt.ts): whether it took effect.
//
// Without this the run would stand still until its lease runs out, and whoever takes it over would find acts begun that never
// ran: an act that may not be repeated would be put to a person for nothing.
//
//   KC1  The rows tell whether it took effect: the run is still this lease's, and what the commit began or ended is there.
//        It is asked under the run's lock, so that a transaction that the server has not ended yet is waited for.
//   KC2  What took effect is not written again; what did not is. Were it still on its way somewhere, both have the same fence
//        (S5), and one of them writes.
//   KC3  Where the rows can't be read it is tried for as long as the lease is held, with pauses, and no longer.
//   KC4  What lets go of a run (suspended, failed) took effect where the lease is not held any more.

import { pause } from "../base/abort.ts";
import type { Lease, Run, TerminalRunState } from "../domain/run.ts";
import type { StepIntent, Tx } from "../store/contract.ts";
import { LeaseLost } from "../store/errors.ts";
import { committed } from "../store/in-doubt.ts";
import type { RuntimeDeps } from "./deps.ts";
import type { Work } from "./work.ts";

/** Of what was to be committed: what tells whether it was. */
interface Change {
  readonly after:
    | { readonly kind: "start"; readonly intents: readonly StepIntent[] }
    | { readonly kind: "park" | "requeue" }
    | { readonly kind: "settle"; readonly state: TerminalRunState };
  readonly results: readonly { readonly n: number }[];
  readonly back: readonly number[];
  readonly begins: readonly { readonly n: number }[];
}

/** `attempt` reports what it is about to commit before it does. */
export function knownCommit<T extends { readonly change: Change }>(
  { store, world }: Pick<RuntimeDeps, "store" | "world">,
  work: Work,
  attempt: (about: (made: T) => void) => Promise<T>,
): Promise<T> {
  return committed<T>({
    attempt,
    tookEffect: ({ change }) => store.write((tx) => tookEffect(tx, work, change)),
    mayGoOn: () => isOurs(work),
    pause: (ms) => pause(world.clock, ms, work.control.abandon),
    doubted: (error) =>
      world.log.warn("It is not known whether a step was committed; its rows are looked at", { error }),
  });
}

/** Under a lease, what lets go of it (KC4), or is the same when it is written twice. */
export async function knownWrite(
  { store, world }: Pick<RuntimeDeps, "store" | "world">,
  lease: Lease,
  write: (tx: Tx) => Promise<void>,
): Promise<void> {
  await committed<Lease>({
    async attempt(about) {
      about(lease);
      await store.write(write);
      return lease;
    },
    tookEffect: () => store.write(async (tx) => !(await isHeld(tx, lease))),
    mayGoOn: () => true, // the fence (I8) ends it
    pause: (ms) => pause(world.clock, ms),
    doubted: (error) =>
      world.log.warn("It is not known whether a run was changed; its row is looked at", { error }),
  });
}

async function isHeld(tx: Tx, { run: id, epoch, owner }: Lease): Promise<boolean> {
  await tx.runs.hold(id);
  const run = await tx.runs.find(id);
  return run?.state === "working" && run.epoch === epoch && run.leaseOwner === owner;
}

/** KC3. */
function isOurs({ control }: Work): boolean {
  return !control.abandon.aborted && control.stillMine?.() !== false;
}

/** KC1. Throws `LeaseLost` where the run is somebody else's by now, or ended by somebody else. */
async function tookEffect(tx: Tx, { run: before, lease }: Work, change: Change): Promise<boolean> {
  await tx.runs.hold(lease.run);
  const run = await tx.runs.find(lease.run);
  if (run?.epoch !== lease.epoch) throw new LeaseLost(lease);
  const isHeld = run.state === "working" && run.leaseOwner === lease.owner;
  if (change.after.kind === "start") {
    if (!isHeld) throw new LeaseLost(lease);
    const [intent] = change.after.intents;
    return intent ? hasBegun(tx, run, before, intent) : hasChanged(tx, run, change);
  }
  if (!isHeld && change.after.kind === "settle" && run.state !== change.after.state)
    throw new LeaseLost(lease);
  return !isHeld;
}

// oxlint-disable-next-line max-params -- the run as it is, as it was, and what was to begin
async function hasBegun(tx: Tx, run: Run, before: Run, intent: StepIntent): Promise<boolean> {
  if (run.cursor === before.cursor) return false;
  const begun = await tx.steps.find(run.id, intent.n);
  return begun?.kind === intent.kind && begun.callId === intent.callId;
}

/** Of a commit that starts no step: by the first that it ends, puts back to its gate, or begins there. */
async function hasChanged(tx: Tx, { id }: Run, { results, back, begins }: Change): Promise<boolean> {
  const [ended] = results;
  if (ended) return (await tx.steps.find(id, ended.n))?.state !== "started";
  const [gated] = back;
  // Back and begun again at once: its row tells nothing, so all of it is written again.
  if (gated !== undefined && begins.length > 0) return false;
  if (gated !== undefined) return (await tx.steps.find(id, gated))?.gated === true;
  const [begun] = begins;
  // Otherwise marks and words under keys of their own: written again they are the same.
  return begun !== undefined && (await tx.steps.find(id, begun.n))?.gated !== true;
}
