// The floor: two prepared inserts in one transaction, straight on better-sqlite3. Runs that are to go together go one after another.

import Database from "better-sqlite3";
import { makeScratch } from "../../harness/scratch.mjs";
import { textOf } from "../../harness/texts.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  return {
    async measure({ runs, steps, bytes }) {
      const db = new Database(scratch.nextFile(".db"));
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = FULL");
      db.exec("create table step (run integer, n integer, result text, primary key (run, n))");
      db.exec("create table event (id integer primary key, run integer, n integer, kind text)");
      const addStep = db.prepare("insert into step values (?, ?, ?)");
      const addEvent = db.prepare("insert into event (run, n, kind) values (?, ?, 'done')");
      const step = db.transaction((run, n) => {
        addStep.run(run, n, textOf(bytes, n));
        addEvent.run(run, n);
      });

      const began = performance.now();
      for (let run = 0; run < runs; run += 1) for (let n = 0; n < steps; n += 1) step(run, n);
      const ms = performance.now() - began;

      db.close();
      return { msPerStep: ms / (runs * steps) };
    },
    close: () => scratch.remove(),
  };
}
