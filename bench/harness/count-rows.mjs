// How many rows a table of a closed SQLite file has: whether what was measured really happened.

import Database from "better-sqlite3";

export function countRows(file, table) {
  const db = new Database(file, { readonly: true });
  try {
    return Number(db.prepare(`select count(*) from ${table}`).pluck().get());
  } finally {
    db.close();
  }
}
