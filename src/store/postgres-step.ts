// The commit of a step in one statement: fence, results and next intents, one way to the server and back.
//
//   PS1  All or nothing, by one condition: the run is the lease's, at this cursor, each step that gets a result is `started`,
//        no stop is asked for, and no mail is unread where the next step would have to hear it. Where it does not hold
//        nothing is written, and nobody is told why: the transaction of the same step finds out (`Store.write`).
//   PS2  The text depends on nothing but the number of results and intents, and holds no arrays: Postgres plans it once, where
//        it would plan each time for arrays whose length it does not know.

import type pg from "pg";
import type { StepCommit } from "./contract.ts";

const resultTypes = ["int", "text", "text", "text"] as const;
const intentTypes = ["int", "text", "text", "text", "text", "text"] as const;
const texts = new Map<string, string>();

/** False if nothing was written (PS1). */
export async function commitStep(pool: Pick<pg.Pool, "query">, commit: StepCommit): Promise<boolean> {
  const { lease, cursor, spent, hears, results, intents, now } = commit;
  const name = `steps.commit ${results.length} ${intents.length}`;
  const text = texts.get(name) ?? textOf(results.length, intents.length);
  texts.set(name, text);
  const { rowCount } = await pool.query({
    name,
    text,
    values: [
      lease.run,
      lease.epoch,
      lease.owner,
      cursor,
      JSON.stringify(spent),
      hears,
      now,
      ...results.flatMap(({ n, state, result, manifest }) => [n, state, result, manifest]),
      ...intents.flatMap((intent) => [
        intent.n,
        intent.kind,
        intent.tool,
        intent.callId,
        intent.arguments,
        intent.identity,
      ]),
    ],
  });
  return rowCount === 1;
}

function textOf(results: number, intents: number): string {
  const resultRows = rows(results, resultTypes, 8);
  const intentRows = rows(intents, intentTypes, 8 + results * resultTypes.length);
  const parts = [fenced(results, intents)];
  if (results > 0) parts.push(finished(resultRows));
  if (intents > 0) parts.push(begun(intentRows));
  return `with ${parts.join(", ")} select from fenced`;
}

function fenced(results: number, intents: number): string {
  const ns = Array.from({ length: results }, (_, place) => `$${8 + place * resultTypes.length}::int`);
  const open =
    results === 0
      ? ""
      : `and ${results} = (select count(*) from steps
      where steps.run = $1 and steps.n in (${ns.join(", ")}) and steps.state = 'started')`;
  return `fenced as (
    update runs set cursor = $4::int + ${intents}, spent = $5, retries = 0, barren_claims = 0
    where id = $1 and epoch = $2 and lease_owner = $3 and cursor = $4::int and state = 'working' ${open}
      and stop_requested_by is null
      and not ($6::boolean and exists (select from mailbox where mailbox.run = $1 and consumed_by is null))
    returning id, epoch, $7::bigint as now)`;
}

function finished(values: string): string {
  return `finished as (
    update steps set state = result.state, result = result.content, manifest = result.manifest, ended_at = fenced.now
    from fenced, (values ${values}) as result (n, state, content, manifest)
    where steps.run = $1 and steps.n = result.n)`;
}

function begun(values: string): string {
  return `begun as (
    insert into steps (run, n, kind, state, tool, call_id, arguments, identity, epoch, started_at)
    select fenced.id, intent.n, intent.kind, 'started', intent.tool, intent.call, intent.arguments, intent.identity,
      fenced.epoch, fenced.now
    from fenced, (values ${values}) as intent (n, kind, tool, call, arguments, identity))`;
}

/** `($8::int, $9::text), …`: placeholders row by row, from `first` on. */
function rows(count: number, types: readonly string[], first: number): string {
  const row = (at: number): string => types.map((type, place) => `$${at + place}::${type}`).join(", ");
  return Array.from({ length: count }, (_, place) => `(${row(first + place * types.length)})`).join(", ");
}
