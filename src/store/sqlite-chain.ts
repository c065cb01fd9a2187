// Events of one tenant put at the end of its chain on SQLite: by plain statements, because the time that a step takes is counted in
// what each costs around the database (docs/benchmarks.md, audit).

import type Database from "better-sqlite3";
import { noHash, placedLine } from "../domain/audit-line.ts";
import type { Appending } from "./event-columns.ts";

interface Place {
  readonly seq: number;
  readonly hash: string;
}

export function sqliteAppending(client: Database.Database): Appending {
  const headOf = client.prepare<[string], Place>("select seq, hash from audit_heads where tenant = ?");
  const begin = client.prepare("insert into audit_heads (tenant, seq, hash, pruned_to) values (?, 0, ?, 0)");
  const move = client.prepare("update audit_heads set seq = ?, hash = ? where tenant = ?");
  const add = client.prepare(
    "insert into audit_events (tenant, seq, at, type, run, line, hash) values (?, ?, ?, ?, ?, ?, ?)",
  );
  return {
    async execute({ tenant, ats, types, runs, lines }) {
      const head = headOf.get(tenant);
      if (!head) begin.run(tenant, noHash);
      let { seq, hash } = head ?? { seq: 0, hash: noHash };
      for (const [i, open] of lines.entries()) {
        seq += 1;
        const placed = placedLine(open, seq, hash);
        ({ hash } = placed);
        add.run(tenant, seq, ats[i], types[i], runs[i], placed.line, hash);
      }
      move.run(seq, hash, tenant);
    },
  };
}
