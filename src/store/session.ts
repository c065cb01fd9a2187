// What a repository is given to work with: a connection for the length of one transaction.
//
// Owns: the end of it. Does not own: begin, commit, rollback (sqlite.ts, postgres.ts).
//
//   SE1  A session that has ended gives nothing: a function that kept its `Tx` cannot write with it.
//   SE2  Statements are prepared once per connection, when they are first needed.
//   SE3  A statement that returns nothing is not waited for where the connection can take the next one at once; it takes effect
//        before that, and if it fails so does the transaction.
//   SE4  What is to come last is done once, before the commit and in the order it was asked for; if it fails so does the
//        transaction. A session that only reads has no last.
//   SE5  A row that this version can't read (broken, or of a newer version in the middle of a deploy) is left out of scans and
//        listings and reported, once: what stands beside it goes on. Who asks for that row itself gets `CorruptRow`.

import { AppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Db, Dialect, Tables } from "./dialect.ts";
import { CorruptRow } from "./errors.ts";

/** A connection with the statements that were prepared on it. Outlives its sessions. */
export interface Handle {
  readonly db: Db;
  readonly dialect: Dialect;
  readonly statements: Map<string, unknown>;
  /** Told of each row that a listing left out because it can't be read. */
  readonly unreadable?: ((error: CorruptRow) => void) | undefined;
}

export interface Session {
  readonly db: Db;
  readonly dialect: Dialect;
  readonly tables: Tables;
  /** `name` is unique among all statements; `build` is called once per connection. */
  prepared<P>(name: string, build: (db: Db, name: string) => P): P;
  /** What `read` makes of `rows`, without those that it can't read (SE5). */
  readable<R, T>(rows: readonly R[], read: (row: R) => T): T[];
  /** Does a statement whose result nobody needs (SE3). */
  done(statement: PromiseLike<unknown>): Promise<void>;
  /** Does `work` when the transaction has done all else (SE4). */
  last(work: () => Promise<void>): void;
}

export interface EndableSession extends Session {
  /** What comes last (SE4). Only for who commits. */
  finish(): Promise<void>;
  end(): void;
}

export interface SessionOptions {
  /** Collects what `done` does not wait for; without it `done` waits. */
  readonly pending?: PromiseLike<unknown>[];
  readonly reads?: boolean;
}

export function openSession(handle: Handle, { pending, reads = false }: SessionOptions = {}): EndableSession {
  let over = false;
  const last: (() => Promise<void>)[] = [];
  const live = (): Handle => {
    if (over)
      throw new AppError(
        "store.tx_over",
        "A transaction was used after it had ended. Await each of its calls.",
      );
    return handle;
  };
  return {
    get db() {
      return live().db;
    },
    dialect: handle.dialect,
    tables: handle.dialect.tables,
    prepared<P>(name: string, build: (db: Db, name: string) => P): P {
      const { db, statements } = live();
      const known = statements.get(name);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- put there under the same name by the same builder
      if (known !== undefined) return known as P;
      const made = build(db, name);
      statements.set(name, made);
      return made;
    },
    readable: (rows, read) =>
      rows.flatMap((row) => {
        try {
          return [read(row)];
        } catch (error) {
          if (!(error instanceof CorruptRow)) throw error;
          live().unreadable?.(error);
          return [];
        }
      }),
    async done(statement) {
      if (pending) pending.push(noted(statement.then(nothing)));
      else await statement;
    },
    last(work) {
      live();
      if (reads)
        throw new AppError("store.tx_reads", "Something was to be written where only reading is done.");
      last.push(work);
    },
    async finish() {
      for (const work of last) await work();
    },
    end() {
      over = true;
    },
  };
}

/** Whoever looks at `pending` sees the failure; until then it is nobody's. */
export function noted<T>(outcome: PromiseLike<T>): PromiseLike<T> {
  outcome.then(undefined, nothing);
  return outcome;
}

function nothing(): void {
  // the result that nobody needs
}

const mostReported = 1_000;

/** Reports each unreadable row once. */
export function reportingRows(log: Logger): (error: CorruptRow) => void {
  const reported = new Set<string>();
  return (error) => {
    const row = `${String(error.facts["table"])} ${String(error.facts["key"])}`;
    if (reported.has(row) || reported.size >= mostReported) return;
    reported.add(row);
    log.error("A row can't be read and is left out; the others go on", { ...error.facts, code: error.code });
  };
}
