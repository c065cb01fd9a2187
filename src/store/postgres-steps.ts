// Group commit of steps on Postgres: those of several runs that come at once share one transaction, and so one wait for the disk and
// one turn at the chain of their tenant (S2).
//
//   GC1  A step that comes alone does not wait for company: it is one statement (postgres-step.ts). What comes while as many commits
//        are under way as there may be goes together with the next.
//   GC2  Each still succeeds or fails alone. One whose fence does not hold writes nothing and the others land; if a statement fails,
//        all of it is undone and each is committed by itself.
//   GC3  A shared transaction holds rows of several runs, so it waits for another only a moment; then it is undone as in GC2. Heads of
//        chains are taken when nothing else is left to do, in the order of their tenants' names (AU1).
//   GC4  If the connection breaks while it commits, the fate of each is unknown (PG4).

import type pg from "pg";
import type { StepCommit } from "./contract.ts";
import { CommitBroken, isCutOff } from "./postgres-errors.ts";
import { chainStatement, eventsOf, type Statement, type StepEvents, stepStatement } from "./postgres-step.ts";
import { gather, inTransaction, repeated } from "./postgres-transaction.ts";
import { noted } from "./session.ts";

/** False if nothing was written (PS1). */
type CommitStep = (commit: StepCommit) => Promise<boolean>;

interface Step {
  readonly commit: StepCommit;
  readonly events: StepEvents | undefined;
}

interface Waiting extends Step {
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const mostUnderWay = 2;
const mostTogether = 64;
const momentMs = 50;

export function createStepCommits(pool: pg.Pool): CommitStep {
  const waiting: Waiting[] = [];
  let underWay = 0;

  const goOn = (): void => {
    while (underWay < mostUnderWay && waiting.length > 0) {
      underWay += 1;
      void settle(pool, waiting.splice(0, mostTogether)).then(() => {
        underWay -= 1;
        goOn();
      });
    }
  };

  return async (commit) => {
    if (commit.events.some(({ tenant }) => tenant !== commit.events[0]?.tenant)) return false;
    const step: Step = { commit, events: eventsOf(commit) };
    return new Promise((resolve, reject) => {
      waiting.push({ ...step, resolve, reject });
      goOn();
    });
  };
}

/** Never rejects. */
async function settle(pool: pg.Pool, steps: readonly Waiting[]): Promise<void> {
  const written = steps.length === 1 ? undefined : await together(pool, steps).catch(broken);
  if (written instanceof CommitBroken) {
    for (const { reject } of steps) reject(written); // GC4
    return;
  }
  await Promise.all(
    steps.map((step, place) => {
      const landed = written?.[place];
      if (landed === undefined) return alone(pool, step).then(step.resolve, step.reject);
      step.resolve(landed);
      return Promise.resolve();
    }),
  );
}

function broken(error: unknown): CommitBroken | undefined {
  return error instanceof CommitBroken ? error : undefined; // GC2
}

/** It is its own commit (PG6), so what breaks it off leaves it as much in doubt (PG4). */
function alone(pool: pg.Pool, { commit, events }: Step): Promise<boolean> {
  return repeated(async () => {
    try {
      const { rowCount } = await ask(pool, stepStatement(commit, events));
      return rowCount === 1;
    } catch (error) {
      throw isCutOff(error) ? new CommitBroken(error) : error;
    }
  });
}

function together(pool: pg.Pool, steps: readonly Step[]): Promise<boolean[]> {
  return inTransaction(pool, `begin; set local lock_timeout = ${momentMs}`, async (client, pending) => {
    const asked = steps.map(({ commit }) => ask(client, stepStatement(commit)));
    const written = (await Promise.all(asked)).map(({ rowCount }) => rowCount === 1);
    gather(client);
    const chains = byTenant(steps.flatMap(({ events }, place) => (events && written[place] ? [events] : [])));
    if (chains.length > 0) pending.push(noted(client.query("set local lock_timeout to default")));
    for (const chain of chains) pending.push(noted(ask(client, chainStatement(chain))));
    return written;
  });
}

/** GC3. */
function byTenant(all: readonly StepEvents[]): StepEvents[][] {
  const tenants = [...new Set(all.map(({ tenant }) => tenant))].toSorted();
  return tenants.map((tenant) => all.filter((one) => one.tenant === tenant));
}

function ask(on: Pick<pg.Pool, "query">, { name, text, values }: Statement): Promise<pg.QueryResult> {
  return on.query({ name, text, values: [...values] });
}
