// A connection whose statements are made once per SQL text and live as long as the process.
//
//   LS1  better-sqlite3 12, the last for Node.js 20, aborts the process on Node.js 24 when one of its objects is collected
//        as garbage (`RemoveEnvironmentCleanupHook`, environment gone). So none of them ever is.
//   LS2  SQL texts hold no values, and lists go in as one value (`Dialect.among`): a text for each length of a list would be one
//        statement more each time. So what is kept is bounded by the texts of the code and the connections of a process.
//   LS3  A limit that is bound is asked for as a sum. By a bare parameter SQLite plans anew with each value, and compiles the statement
//        each time that it is given one, which takes many times as long as finding a few rows.

import Database from "better-sqlite3";

const kept: unknown[] = [];
const boundLimit = /\blimit \?(?! \+)/g;

export function openLasting(file: string, options: Database.Options): Database.Database {
  const connection = new Database(file, options);
  const statements = new Map<string, Database.Statement>();
  const prepare = connection.prepare.bind(connection);
  const lasting = (sql: string): Database.Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = prepare(sql.replaceAll(boundLimit, "limit ? + 0"));
    statements.set(sql, statement);
    return statement;
  };
  Object.defineProperty(connection, "prepare", { value: lasting });
  kept.push(connection, statements);
  return connection;
}
