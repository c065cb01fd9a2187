// The commit of a step on SQLite by plain statements, in a write of the queue: fence, results, next intents and what goes on record. It
// writes what the transaction of the same step would; what that costs around the database is left out (docs/benchmarks.md, durable step).
//
//   SS1  Nothing is written before all of the condition (S6) is known to hold: until the commit nobody else writes.
//   SS2  Events take their places in the chain last (AU1). If they can't be written nothing is (AUD-2).
//   SS3  Results come before intents. The other way round a step is a page of the log more: it is put at the end of its table, and
//        then the one before it grows.

import type Database from "better-sqlite3";
import type { StepCommit } from "./contract.ts";
import { eventColumns } from "./event-columns.ts";
import { sqliteAppending } from "./sqlite-chain.ts";

export function sqliteStep(client: Database.Database): (commit: StepCommit) => Promise<boolean> {
  const movesOn = moving(client);
  const journal = journalling(client);
  const keep = keeping(client);
  const chain = sqliteAppending(client);
  return async (commit) => {
    const { events } = commit;
    const tenant = events[0]?.tenant;
    if (events.some((event) => event.tenant !== tenant) || !movesOn(commit)) return false;
    journal(commit);
    keep(commit);
    if (tenant !== undefined) await chain.execute({ tenant, ...eventColumns(events) });
    return true;
  };
}

/** The fence and all else that has to hold. */
function moving(client: Database.Database): (commit: StepCommit) => boolean {
  const unread = client.prepare("select 1 from mailbox where run = ? and consumed_by is null limit 1");
  const open = client.prepare("select 1 from steps where run = ? and n = ? and state = 'started'");
  const advance = client.prepare(
    `update runs set cursor = ?, spent = ?, retries = 0, barren_claims = 0
     where id = ? and epoch = ? and lease_owner = ? and cursor = ? and state = 'working' and stop_requested_by is null`,
  );
  return ({ lease: { run, epoch, owner }, cursor, spent, hears, results, intents }) => {
    if (hears && unread.get(run) !== undefined) return false;
    if (results.some(({ n }) => open.get(run, n) === undefined)) return false;
    const to = cursor + intents.length;
    return advance.run(to, JSON.stringify(spent), run, epoch, owner, cursor).changes === 1;
  };
}

function journalling(client: Database.Database): (commit: StepCommit) => void {
  const finish = client.prepare(
    "update steps set state = ?, result = ?, manifest = ?, ended_at = ? where run = ? and n = ?",
  );
  const start = client.prepare(
    `insert into steps (run, epoch, started_at, state, n, kind, tool, call_id, arguments, identity, gated)
     values (?, ?, ?, 'started', ?, ?, ?, ?, ?, ?, ?)`,
  );
  return ({ lease: { run, epoch }, results, intents, now }) => {
    for (const { n, state, result, manifest = null } of results) {
      finish.run(state, result, manifest, now, run, n);
    }
    for (const intent of intents) start.run(run, epoch, now, ...intentColumns(intent));
  };
}

function intentColumns(intent: StepCommit["intents"][number]): (string | number | null)[] {
  const { n, kind, tool = null, callId = null, arguments: text = null, identity = null, gated } = intent;
  return [n, kind, tool, callId, text, identity, gated === true ? 1 : 0];
}

function keeping(client: Database.Database): (commit: StepCommit) => void {
  const keep = client.prepare(
    `insert into audit_payloads (tenant, run, step, part, digest, person, sealed, kept_at)
     values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  );
  return ({ payloads, now }) => {
    for (const { tenant, run, step, part, digest, person, sealed } of payloads) {
      keep.run(tenant, run, step, part, digest, person, sealed, now);
    }
  };
}
