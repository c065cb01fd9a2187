// The commit of a step in one statement: fence, results, next intents and what goes on record, one way to the server and back.
//
//   PS1  The condition (S6) is part of the statement. Where it does not hold nothing is written, and nobody is told why: the
//        transaction of the same step finds out (`Store.write`).
//   PS2  The text depends on nothing but the number of results, intents and payloads. Events are arrays, but only as what a function
//        is given: arrays whose length the planner would have to know it would plan for each time.
//   PS3  Events take their places in the chain when the fence has held, in the same statement (AU1, AU2): if they can't be written
//        nothing is (AUD-2).
//   PS4  The run is found by its key. As `state = 'working'` the condition would fit indexes that hold what is worked on, and without
//        statistics the planner takes one of those, to go through all of it.

import type { StepCommit } from "./contract.ts";
import { type EventColumns, eventColumns, lineColumns } from "./event-columns.ts";

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const resultTypes = ["int", "text", "text", "text"] as const;
const intentTypes = ["int", "text", "text", "text", "text", "text", "boolean"] as const;
const payloadTypes = ["text", "text", "int", "text", "text", "text", "text"] as const;
const eventTypes = ["text", "bigint[]", "text[]", "text[]", "text[]", "text[]", "text[]"] as const;
const fenceValues = 7;
const texts = new Map<string, string>();

export interface StepEvents extends EventColumns {
  readonly tenant: string;
}

/** Undefined without events. Throws for one that cannot be written. */
export function eventsOf({ events }: StepCommit): StepEvents | undefined {
  const [first] = events;
  return first && { tenant: first.tenant, ...eventColumns(events) };
}

/** The statement writes a row if the fence held. Events go without saying if `chained` is left out: PS3 is the caller's then. */
export function stepStatement(commit: StepCommit, chained?: StepEvents): Statement {
  const { lease, cursor, spent, hears, results, intents, payloads, now } = commit;
  const counts = { results: results.length, intents: intents.length, payloads: payloads.length };
  const name = `steps.commit ${counts.results} ${counts.intents} ${counts.payloads}${chained ? " on record" : ""}`;
  const text = texts.get(name) ?? textOf(counts, chained !== undefined);
  texts.set(name, text);
  return {
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
        intent.gated ?? false,
      ]),
      ...payloads.flatMap(({ tenant, run, step, part, digest, person, sealed }) => [
        tenant,
        run,
        step,
        part,
        digest,
        person,
        sealed,
      ]),
      ...(chained ? chainValues(chained) : []),
    ],
  };
}

/** Events of one tenant, in the order of `of`. */
export function chainStatement(of: readonly StepEvents[]): Statement {
  const [first] = of;
  const all = {
    tenant: first?.tenant ?? "",
    ats: of.flatMap(({ ats }) => ats),
    types: of.flatMap(({ types }) => types),
    runs: of.flatMap(({ runs }) => runs),
    lines: of.flatMap(({ lines }) => lines),
  };
  return { name: "audit.append many", text: `select ${appended(1)}`, values: chainValues(all) };
}

function chainValues({ tenant, ats, types, runs, lines }: StepEvents): unknown[] {
  const { befores, betweens, afters } = lineColumns(lines);
  return [tenant, ats, types, runs, befores, betweens, afters];
}

interface Counts {
  readonly results: number;
  readonly intents: number;
  readonly payloads: number;
}

function textOf({ results, intents, payloads }: Counts, chained: boolean): string {
  const firstIntent = fenceValues + 1 + results * resultTypes.length;
  const firstPayload = firstIntent + intents * intentTypes.length;
  const firstEvent = firstPayload + payloads * payloadTypes.length;
  const parts = [fenced(results, intents)];
  if (results > 0) parts.push(finished(rows(results, resultTypes, fenceValues + 1)));
  if (intents > 0) parts.push(begun(rows(intents, intentTypes, firstIntent)));
  if (payloads > 0) parts.push(kept(rows(payloads, payloadTypes, firstPayload)));
  return `with ${parts.join(", ")} select ${chained ? appended(firstEvent) : ""} from fenced`;
}

function fenced(results: number, intents: number): string {
  const ns = Array.from(
    { length: results },
    (_, place) => `$${fenceValues + 1 + place * resultTypes.length}::int`,
  );
  const open =
    results === 0
      ? ""
      : `and ${results} = (select count(*) from steps
      where steps.run = $1 and steps.n in (${ns.join(", ")}) and steps.state = 'started')`;
  return `fenced as (
    update runs set cursor = $4::int + ${intents}, spent = $5, retries = 0, barren_claims = 0
    where id = $1 and epoch = $2 and lease_owner = $3 and cursor = $4::int and state || '' = 'working' ${open}
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
    insert into steps (run, n, kind, state, tool, call_id, arguments, identity, gated, epoch, started_at)
    select fenced.id, intent.n, intent.kind, 'started', intent.tool, intent.call, intent.arguments, intent.identity,
      intent.gated, fenced.epoch, fenced.now
    from fenced, (values ${values}) as intent (n, kind, tool, call, arguments, identity, gated))`;
}

function kept(values: string): string {
  return `kept as (
    insert into audit_payloads (tenant, run, step, part, digest, person, sealed, kept_at)
    select payload.*, fenced.now
    from fenced, (values ${values}) as payload (tenant, run, step, part, digest, person, sealed)
    on conflict do nothing)`;
}

function appended(first: number): string {
  return `audit_append(${eventTypes.map((type, place) => `$${first + place}::${type}`).join(", ")})`;
}

/** `($8::int, $9::text), …`: placeholders row by row, from `first` on. */
function rows(count: number, types: readonly string[], first: number): string {
  const row = (at: number): string => types.map((type, place) => `$${at + place}::${type}`).join(", ");
  return Array.from({ length: count }, (_, place) => `(${row(first + place * types.length)})`).join(", ");
}
